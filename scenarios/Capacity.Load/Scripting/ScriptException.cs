namespace Capacity.Scripting;

/// <summary>A script cannot run.</summary>
/// <param name="message">What happened. No full stop.</param>
/// <param name="hint">What to do about it; may be empty.</param>
/// <param name="cause">The script's own exception.</param>
public sealed class ScriptException(string message, string hint, Exception? cause = null) : Exception(message, cause)
{
    private const int ContradictionCode = 3; // as docs say of the commands' exit codes
    private const int EnvironmentCode = 4;

    /// <summary>What to do about it; may be empty.</summary>
    public string Hint { get; } = hint;

    /// <summary>Whether the script contradicts itself, rather than the world.</summary>
    public bool IsContradiction { get; private init; }

    internal static ScriptException Contradiction(string message, string hint) =>
        new(message, hint) { IsContradiction = true };

    /// <summary>Ends a script that does not catch this with a message in place of a stack trace.</summary>
    /// <remarks>A script reads its feeds before any runner of ours is under way.</remarks>
    internal ScriptException EndingScript()
    {
        AppDomain.CurrentDomain.UnhandledException -= Tell; // once is enough, however many files are wrong
        AppDomain.CurrentDomain.UnhandledException += Tell;
        return this;
    }

    private static void Tell(object sender, UnhandledExceptionEventArgs unhandled)
    {
        Exception? problem = unhandled.ExceptionObject as Exception;
        if ((problem as ScriptException ?? problem?.InnerException) is ScriptException failure)
        {
            string hint = failure.Hint.Length > 0 ? $"\n  = {failure.Hint}" : "";
            Console.Error.WriteLine($"error: {failure.Message}{hint}");
            Environment.Exit(failure.IsContradiction ? ContradictionCode : EnvironmentCode);
        }
    }
}
