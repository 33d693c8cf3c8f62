namespace Capacity.Scripting;

/// <summary>A script cannot run.</summary>
/// <param name="message">What happened. No full stop.</param>
/// <param name="hint">What to do about it; may be empty.</param>
/// <param name="cause">The script's own exception.</param>
public sealed class ScriptException(string message, string hint, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What to do about it; may be empty.</summary>
    public string Hint { get; } = hint;

    /// <summary>Whether the script contradicts itself, rather than the world.</summary>
    public bool IsContradiction { get; private init; }

    internal static ScriptException Contradiction(string message, string hint) =>
        new(message, hint) { IsContradiction = true };
}
