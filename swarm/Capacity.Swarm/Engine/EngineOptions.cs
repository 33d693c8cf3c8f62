namespace Capacity.Swarm.Engine;

/// <summary>How patient a client of the engine is.</summary>
public sealed record EngineOptions
{
    /// <summary>Longest time for one call and its answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a write is read and tried again after another writer was quicker.</summary>
    public int ConflictRetries { get; init; } = 50;

    /// <summary>Pause before a broken event stream is opened again.</summary>
    public TimeSpan ReconnectPause { get; init; } = TimeSpan.FromSeconds(1);
}
