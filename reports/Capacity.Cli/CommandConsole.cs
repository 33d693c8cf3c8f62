using Capacity.Model;

namespace Capacity.Cli;

/// <summary>A tint of text on a terminal.</summary>
internal enum Tint
{
    /// <summary>Bad news.</summary>
    Red = 31,

    /// <summary>Good news.</summary>
    Green = 32,

    /// <summary>Doubt.</summary>
    Yellow = 33,

    /// <summary>A place.</summary>
    Blue = 34,

    /// <summary>Less important.</summary>
    Dim = 2,

    /// <summary>More important.</summary>
    Bold = 1,
}

/// <summary>What a command writes to: data to the output, everything else to the error stream.</summary>
/// <remarks>Colour is decided here alone, so that no library can write escape sequences into a redirected
/// stream.</remarks>
internal sealed class CommandConsole
{
    private readonly CliEnvironment _environment;
    private readonly bool _colorOutput;
    private readonly bool _colorError;

    /// <summary>Decides once for all lines of a command.</summary>
    /// <param name="environment">Writers and variables.</param>
    /// <param name="color"><c>auto</c>, <c>always</c> or <c>never</c>.</param>
    /// <param name="quiet">Errors and data only.</param>
    /// <param name="verbose">Details too.</param>
    public CommandConsole(CliEnvironment environment, string color = "auto", bool quiet = false, bool verbose = false)
    {
        _environment = environment;
        Quiet = quiet;
        Verbose = verbose;
        bool plain = !string.IsNullOrEmpty(environment.Variable("NO_COLOR")) || IsDumb;
        _colorOutput = color == "always" || (color == "auto" && environment.OutputIsTerminal && !plain);
        _colorError = color == "always" || (color == "auto" && environment.ErrorIsTerminal && !plain);
    }

    /// <summary>Where data goes.</summary>
    public TextWriter Output => _environment.Output;

    /// <summary>Where everything else goes.</summary>
    public TextWriter Error => _environment.Error;

    /// <summary>The surroundings.</summary>
    public CliEnvironment Environment => _environment;

    /// <summary>Whether only errors and data are wanted.</summary>
    public bool Quiet { get; }

    /// <summary>Whether details are wanted.</summary>
    public bool Verbose { get; }

    /// <summary>Whether progress may redraw its lines: a person watches a terminal that can move its cursor, and
    /// neither <c>NO_COLOR</c> nor <c>CI</c> asks for plain lines.</summary>
    public bool CanRedraw => _environment.ErrorIsTerminal && !IsDumb && !Quiet && !IsSet("NO_COLOR") && !IsSet("CI");

    /// <summary>Whether text for the error stream may carry colours.</summary>
    public bool ColorsError => _colorError;

    private bool IsSet(string variable) => !string.IsNullOrEmpty(_environment.Variable(variable));

    private bool IsDumb => _environment.Variable("TERM") == "dumb";

    /// <summary>Writes a line of data.</summary>
    public void Data(string line) => Output.WriteLine(line);

    /// <summary>Says something that is no data; not with <c>-q</c>.</summary>
    public void Say(string line)
    {
        if (!Quiet)
        {
            Error.WriteLine(line);
        }
    }

    /// <summary>Says something that only <c>-v</c> asks for.</summary>
    public void Detail(string line)
    {
        if (Verbose)
        {
            Error.WriteLine(Tinted(line, Tint.Dim));
        }
    }

    /// <summary>Says what went wrong, and what to do about it.</summary>
    public void Fail(string message, string hint = "")
    {
        Error.WriteLine($"{Tinted("error:", Tint.Red)} {message}");
        if (hint.Length > 0)
        {
            Error.WriteLine($"  = {hint}");
        }
    }

    /// <summary>Prints diagnostics as compilers do. Warnings are left out with <c>-q</c>.</summary>
    /// <returns><see cref="ExitCode.InvalidScenario"/> when there is an error among them.</returns>
    public ExitCode Explain(IReadOnlyList<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics.Where(d => d.Severity == Severity.Error || !Quiet))
        {
            bool isError = diagnostic.Severity == Severity.Error;
            string text = diagnostic.ToString();
            int head = text.IndexOf(']', StringComparison.Ordinal) + 1;
            Error.WriteLine($"{Tinted(text[..head], isError ? Tint.Red : Tint.Yellow)}{text[head..]}");
            Error.WriteLine();
        }

        return diagnostics.Any(d => d.Severity == Severity.Error) ? ExitCode.InvalidScenario : ExitCode.Ok;
    }

    /// <summary>Tints text for the error stream, where colours are on.</summary>
    public string Tinted(string text, Tint tint) => _colorError ? $"\e[{(int)tint}m{text}\e[0m" : text;

    /// <summary>Tints text for the output, where colours are on.</summary>
    public string TintedData(string text, Tint tint) => _colorOutput ? $"\e[{(int)tint}m{text}\e[0m" : text;
}
