using System.CommandLine;

namespace Capacity.Cli;

/// <summary>What every command shares: the surroundings, and the options that all of them have.</summary>
internal sealed class CommandHost
{
    private readonly CliEnvironment _environment;
    private readonly Option<string> _color = new("--color")
    {
        Description = "Colours: auto, always or never",
        HelpName = "when",
        DefaultValueFactory = _ => "auto",
        Recursive = true,
    };

    private readonly Option<bool> _quiet =
        new("--quiet", "-q") { Description = "Errors and data only", Recursive = true };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say more", Recursive = true };

    /// <summary>Wraps the surroundings.</summary>
    public CommandHost(CliEnvironment environment)
    {
        _environment = environment;
        _color.AcceptOnlyFromAmong("auto", "always", "never");
    }

    /// <summary>The options that every command has.</summary>
    public IEnumerable<Option> CommonOptions => [_color, _quiet, _verbose];

    /// <summary>The console for a parsed command line.</summary>
    public CommandConsole Console(ParseResult parsed) => new(_environment,
        parsed.GetValue(_color) ?? "auto", parsed.GetValue(_quiet), parsed.GetValue(_verbose));

    /// <summary>Gives a command its body.</summary>
    public void Handle(
        Command command, Func<ParseResult, CommandConsole, CancellationToken, Task<ExitCode>> body) =>
        command.SetAction(async (parsed, cancellation) => (int)await body(parsed, Console(parsed), cancellation));
}
