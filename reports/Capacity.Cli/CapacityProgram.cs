using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using Capacity.Cli.Commands;

namespace Capacity.Cli;

/// <summary>The program without its process: arguments in, exit code out.</summary>
internal static class CapacityProgram
{
    private const string Report =
        "this is a defect of capacity: please report it with the output of the same command and -v";

    /// <summary>Every word that the user can type, in the order of the help.</summary>
    private static readonly IReadOnlyList<Func<CommandHost, Command>> Words =
    [
        CheckCommand.Create,
        RunCommand.Create,
        SimulateCommand.Create,
        ServeCommand.Create,
        CompareCommand.Create,
        BaselineCommand.Create,
        ReportCommand.Create,
        LimitCommand.Create,
        TuneCommand.Create,
        ImportCommand.Create,
        ValidateCommand.Create,
        SchemaCommand.Create,
        InitCommand.Create,
        RulesCommand.Create,
        AlertsCommand.Create,
        AgentCommand.Create,
        DemoCommand.Create,
        ScalerCommand.Create,
        MonitorCommand.Create,
        SwarmCommand.Create,
        CompletionCommand.Create,
    ];

    /// <summary>Version of this program.</summary>
    public static string Version { get; } =
        typeof(CapacityProgram)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";

    /// <summary>Runs a command line to its end.</summary>
    /// <param name="args">As typed.</param>
    /// <param name="environment">Writers, variables and the clock.</param>
    /// <param name="cancellation">Asks the command to stop and keep what it has.</param>
    /// <param name="words">The commands; null takes all.</param>
    /// <returns>The exit code. Nothing is thrown.</returns>
    public static async Task<ExitCode> RunAsync(
        IReadOnlyList<string> args, CliEnvironment environment, CancellationToken cancellation,
        IReadOnlyList<Func<CommandHost, Command>>? words = null)
    {
        var host = new CommandHost(environment);
        RootCommand root = Root(host, words);
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var invocation = new InvocationConfiguration
        {
            Output = environment.Output,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // Interruption handles signals
        };
        try
        {
            if (args.Count == 0)
            {
                await root.Parse(["--help"]).InvokeAsync(invocation, CancellationToken.None);
                return ExitCode.Usage; // a pipeline with an empty variable must not look like a success
            }

            bool unclear = parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction or null;
            return unclear || (parsed.Action is not HelpAction && UsageErrors.HasMisspeltOption(parsed))
                ? UsageErrors.Explain(parsed, new CommandConsole(environment))
                : (ExitCode)await parsed.InvokeAsync(invocation, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (EnvironmentFailedException failure)
        {
            CommandConsole console = host.Console(parsed);
            console.Fail(failure.Message, failure.Hint);
            console.Detail(failure.ToString());
            return ExitCode.EnvironmentFailed;
        }
        catch (Exception defect)
        {
            CommandConsole console = host.Console(parsed);
            string headline = $"{defect.GetType().Name}: {defect.Message.ReplaceLineEndings(" ")}";
            console.Fail($"internal error, {headline}", Report);
            console.Detail($"capacity {Version}\n{defect}");
            return ExitCode.Internal;
        }
    }

    /// <summary>The commands with their options.</summary>
    /// <param name="host">What they share.</param>
    /// <param name="words">The commands; null takes all.</param>
    public static RootCommand Root(CommandHost host, IReadOnlyList<Func<CommandHost, Command>>? words = null)
    {
        var root = new RootCommand("Can our service take it? Load testing and capacity planning.");
        foreach (Option version in root.Options.OfType<VersionOption>())
        {
            version.Description = "Show the version";
            version.Action = new PrintVersion();
        }

        foreach (Option option in host.CommonOptions)
        {
            root.Options.Add(option);
        }

        foreach (Func<CommandHost, Command> word in words ?? Words)
        {
            root.Subcommands.Add(word(host));
        }

        return root;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"capacity {Version}");
            return (int)ExitCode.Ok;
        }
    }
}
