using System.CommandLine;
using Capacity.Cli.Checking;
using Capacity.Cli.Serving;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity serve</c>: the what-if page on 127.0.0.1.</summary>
internal static class ServeCommand
{
    private const int UsualPort = 4190;
    private const string TokenVariable = "CAPACITY_SERVE_TOKEN";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    public static Command Create(CommandHost host)
    {
        var command =
            new Command("serve", "Open the what-if page: sliders that simulate the launch again as they move");
        var input = new ScenarioInput(command);
        var options = new RunOptions(command);
        Option<int> threads = RunOptions.Threads();
        var port = new Option<int>("--port")
        {
            Description = "Port on 127.0.0.1; 0 takes any free one",
            HelpName = "number",
            DefaultValueFactory = _ => UsualPort,
        };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65_535)
            {
                result.AddError("--port must be between 0 and 65535");
            }
        });
        var noOpen = new Option<bool>("--no-open") { Description = "Print the address, and open no browser" };
        var measured = new Option<string[]>("--measured")
        {
            Description = "Run to lay over the simulation, as 'capacity run --json FILE' or 'capacity check' wrote it; "
                + "may be repeated (default: the last in --out)",
            HelpName = "result.json",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        foreach (Option option in new Option[] { port, noOpen, measured, threads })
        {
            command.Options.Add(option);
        }

        host.Handle(command, async (parsed, console, stop) =>
        {
            ulong seed = parsed.GetValue(options.Seed);
            (LoadedScenario? loaded, ExitCode code) = input.Load(parsed, console, seed);
            if (loaded is null)
            {
                return code;
            }

            string[] files = parsed.GetValue(measured)!;
            IReadOnlyList<MeasuredRun>? runs = files.Length > 0
                ? Read(files, loaded.Scenario, console, out code)
                : MeasuredRun.Last(options.Folder(parsed, loaded.Scenario.Name), loaded.Scenario);
            if (runs is null)
            {
                return code;
            }

            var subject = new WhatIfSubject(loaded, runs, seed, CheckCommand(loaded.Scenario, parsed, input, seed));
            var serving = new WhatIfServing(parsed.GetValue(port), Token(console), parsed.GetValue(threads));
            return await ServeAsync(serving, subject, parsed.GetValue(noOpen), console, stop);
        });
        return command;
    }

    private static async Task<ExitCode> ServeAsync(
        WhatIfServing serving, WhatIfSubject subject, bool noOpen, CommandConsole console, CancellationToken stop)
    {
        await using WhatIfServer server =
            await WhatIfServer.StartAsync(serving, subject, console.Environment.Clock, stop);
        console.Data(server.Address.AbsoluteUri);
        foreach (MeasuredRun run in subject.Measured)
        {
            console.Say($"measured  {run.Name}");
        }

        bool opened = !noOpen && BrowserOpener.TryOpen(server.Address, console.Environment.Variable);
        console.Say(opened ? "opened in the browser; Ctrl-C stops the server"
            : "open this address in a browser; Ctrl-C stops the server");
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var cut = new CancellationTokenSource(Grace);
        await server.StopAsync(cut.Token);
        return ExitCode.Ok;
    }

    private static List<MeasuredRun>? Read(
        string[] files, Scenario scenario, CommandConsole console, out ExitCode code)
    {
        var runs = new List<MeasuredRun>();
        code = ExitCode.Ok;
        foreach (string file in files)
        {
            if (!ScenarioInput.TryOpen(file, console, out SourceText? source))
            {
                code = ExitCode.Usage;
                return null;
            }

            Parsed<MeasuredRun> read = MeasuredRun.Read(source, scenario);
            ExitCode explained = console.Explain(read.Diagnostics);
            if (!read.TryGet(out MeasuredRun? run))
            {
                code = explained;
                return null;
            }

            runs.Add(run);
        }

        return runs;
    }

    private static string Token(CommandConsole console)
    {
        string? given = console.Environment.Variable(TokenVariable);
        if (string.IsNullOrEmpty(given))
        {
            return WhatIfServing.NewToken();
        }

        return given.Length >= WhatIfServing.TokenLengthMin && given.All(char.IsAsciiLetterOrDigit)
            ? given
            : throw new EnvironmentFailedException(
                $"${TokenVariable} is no token",
                $"write at least {WhatIfServing.TokenLengthMin} letters and digits, or leave it out for a random one");
    }

    /// <summary>The command that checks the scenario as it was given here.</summary>
    private static string CheckCommand(Scenario scenario, ParseResult parsed, ScenarioInput input, ulong seed)
    {
        string Quoted(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-=:".Contains(c))
            ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        IEnumerable<string> words = new[] { "capacity", "check", Quoted(scenario.Source.Path) }
            .Concat(parsed.GetValue(input.Set)!.SelectMany(s => new[] { "--set", Quoted(s) }))
            .Concat(seed == RunOptions.DefaultSeed ? []
            : new[] { "--seed", seed.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        return string.Join(' ', words);
    }
}
