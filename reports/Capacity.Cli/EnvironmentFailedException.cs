namespace Capacity.Cli;

/// <summary>The world did not do what was asked of it: a disk is full, a port is taken, a service does not
/// answer.</summary>
/// <remarks>It ends the program with exit code 4 and two lines: what failed, and what can be done about it.</remarks>
internal sealed class EnvironmentFailedException(string message, string hint, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>What the user can do; may be empty.</summary>
    public string Hint { get; } = hint;
}
