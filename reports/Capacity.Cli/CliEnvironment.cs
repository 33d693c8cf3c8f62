namespace Capacity.Cli;

/// <summary>What surrounds the program: writers, environment variables and the clock. Tests pass their own.</summary>
internal sealed record CliEnvironment
{
    /// <summary>Where data goes.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Where everything else goes.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>What is read, by the commands that read.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>Whether a person watches <see cref="Output"/>.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether a person watches <see cref="Error"/>.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal; used only when a person watches.</summary>
    public Func<int> Width { get; init; } = () => 80;

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The clock of progress lines.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The real ones.</summary>
    public static CliEnvironment OfProcess() => new()
    {
        Output = Console.Out,
        Input = Console.In,
        Error = Console.Error,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Width = TerminalWidth,
        Variable = Environment.GetEnvironmentVariable,
    };

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80; // a terminal without a size
        }
    }
}
