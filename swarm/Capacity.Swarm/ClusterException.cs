namespace Capacity.Swarm;

/// <summary>
/// The embedded cluster cannot do what was asked of the machine: no free port, no address, no permission.
/// </summary>
/// <param name="message">What failed. No full stop.</param>
/// <param name="hint">What to do about it.</param>
/// <param name="cause">The framework's error.</param>
public sealed class ClusterException(string message, string hint, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What to do about it.</summary>
    public string Hint { get; } = hint;
}
