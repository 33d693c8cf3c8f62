namespace Capacity.Tests.Support;

/// <summary>Tests that wait for the real clock run one after the other, when nothing else of the suite runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RealClock
{
    /// <summary>For <see cref="CollectionAttribute"/>.</summary>
    public const string Name = "real clock";
}
