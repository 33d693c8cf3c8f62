namespace Capacity.Scripting;

/// <summary>Lines that a script writes beside the progress. Safe for many threads.</summary>
/// <param name="write">Takes one line.</param>
public sealed class ScriptLog(Action<string> write)
{
    private readonly Lock _gate = new();

    /// <summary>Something that only a search for mistakes needs: nobody sees it unless details are asked for.</summary>
    public bool Details { get; init; }

    /// <summary>Writes a detail.</summary>
    public void Debug(string message)
    {
        if (Details)
        {
            Write(message);
        }
    }

    /// <summary>Writes something worth knowing.</summary>
    public void Information(string message) => Write(message);

    /// <summary>Writes a doubt.</summary>
    public void Warning(string message) => Write($"warning: {message}");

    /// <summary>Writes what went wrong.</summary>
    public void Error(string message) => Write($"error: {message}");

    private void Write(string line)
    {
        lock (_gate)
        {
            write(line);
        }
    }
}
