using System.CommandLine;
using System.Globalization;
using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity check</c>: can our service take it? Rehearse, simulate the launch, decide, report.</summary>
internal static class CheckCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("check", "Decide go or no-go: rehearse, simulate the launch, write the report");
        var input = new ScenarioInput(command);
        var options = new RunOptions(command);
        var own = new OwnOptions(command);
        var target = new TargetOptions(command);
        host.Handle(command, async (parsed, console, stop) =>
        {
            ulong seed = parsed.GetValue(options.Seed);
            (LoadedScenario? loaded, ExitCode code) = input.Load(parsed, console, seed,
                target.Target(parsed) is { IsSwarm: true });
            if (loaded is null)
            {
                return code;
            }

            CheckPlan plan = own.Plan(parsed, seed);
            if (target.Target(parsed) is not null)
            {
                plan = plan with
                {
                    Swarm = new SwarmPlace(target.Folder(parsed), target.Engine(parsed, console.Environment)),
                };
            }

            if (parsed.GetValue(own.DryRun))
            {
                Explain(loaded, plan, console);
                return ExitCode.Ok;
            }

            string folder = options.Folder(parsed, loaded.Scenario.Name);
            AtomicFile.Prepare(folder);
            var check = new Check(loaded, plan, console);
            CheckReport? report = await check.RunAsync(stop);
            if (report is null)
            {
                await KeepAsync(check.Measured, folder, console);
                return ExitCode.Interrupted;
            }

            string page = await ReportFiles.WriteAsync(report, folder, own.Files(parsed), console.Output);
            Print(report, page, console);
            ExitCode verdict = Code(report.Verdict.Kind, parsed.GetValue(own.Require) == "go");
            console.Say($"  exit {(int)verdict}: {Meaning(report.Verdict.Kind)}");
            return stop.IsCancellationRequested ? ExitCode.Interrupted : verdict;
        });
        return command;
    }

    /// <summary>The exit code of a verdict.</summary>
    internal static ExitCode Code(VerdictKind kind, bool requireGo) => kind switch
    {
        VerdictKind.Go => ExitCode.Ok,
        VerdictKind.GoWithConditions => requireGo ? ExitCode.No : ExitCode.Ok,
        VerdictKind.NoGo => ExitCode.No,
        _ => ExitCode.Inconclusive,
    };

    private static string Meaning(VerdictKind kind) => kind switch
    {
        VerdictKind.Go => "go",
        VerdictKind.GoWithConditions => "go with conditions (1 with --require go)",
        VerdictKind.NoGo => "no-go",
        _ => "not enough evidence for a verdict",
    };

    private static async Task KeepAsync(RunResult? measured, string folder, CommandConsole console)
    {
        if (measured is null)
        {
            console.Say("stopped before anything was measured");
            return;
        }

        string path = Path.Combine(folder, "rehearsal.json");
        await AtomicFile.WriteAsync(path, RunResultJson.ToUtf8(measured));
        console.Say(string.Create(CultureInfo.InvariantCulture,
            $"stopped; kept what the rehearsal measured ({measured.Totals.Ok + measured.Totals.Failed:#,0} requests): "
            + $"{path}"));
    }

    private static void Print(CheckReport report, string page, CommandConsole console)
    {
        foreach (string line in TerminalSummary.Lines(report))
        {
            Tint? tint = line.TrimStart() switch
            {
                ['✓', ..] => Tint.Green,
                ['✗', ..] => Tint.Red,
                ['!' or '?', ..] => Tint.Yellow,
                _ => null,
            };
            console.Data(tint is { } color ? console.TintedData(line, color) : line);
        }

        console.Data($"  report {page}");
    }

    private static void Explain(LoadedScenario loaded, CheckPlan plan, CommandConsole console)
    {
        SimulationInput rehearsal = plan.Swarm is null ? Predictions.Rehearsal(loaded) : SwarmPrediction.Input(loaded);
        SimulationInput launch = Predictions.Launch(loaded);
        foreach (ReportInput row in InputList.Of(loaded, launch, rehearsal: null))
        {
            console.Data(
                $"{row.Name,-28} {row.Value}  ({row.Origin}{(row.Detail.Length > 0 ? $", {row.Detail}" : "")})");
        }

        console.Data(string.Create(CultureInfo.InvariantCulture,
            $"{"Rehearsal",-28} {DurationText.Format(rehearsal.Plan.Duration)}, about "
            + $"{rehearsal.Plan.Open.Requests:#,0} requests"));
        console.Data(string.Create(CultureInfo.InvariantCulture,
            $"{"Launches",-28} {(plan.Launches is { } count ? $"{count}" : "auto, at most 1,000")}, about "
            + $"{launch.Plan.Open.Requests:#,0} requests each in virtual time"));
    }

    /// <summary>The options that only check has.</summary>
    private sealed class OwnOptions
    {
        private readonly Option<string> _launches = new("--launches")
        {
            Description = "Launches to simulate; a go needs at least 73; auto: until they are enough",
            HelpName = "count|auto",
            DefaultValueFactory = _ => "100",
        };

        private const string Auto = "auto";

        private readonly Option<bool> _noRehearsal = new("--no-rehearsal")
        {
            Description = "Simulate only; the answer can then not be a go",
        };

        private readonly Option<bool> _noChanges = new("--no-changes")
        {
            Description = "Do not look for what would make it a go",
        };

        private readonly Option<bool> _noDrills = new("--no-drills")
        {
            Description = "Do not look at other loads, failures and assumptions; their gates are then left out",
        };

        private readonly Option<int> _threads = RunOptions.Threads();
        private readonly Option<int> _port = RunCommand.PortOption();
        private readonly (string Form, Option<string?> Option)[] _files =
        [
            .. new[] { ("html", "--html"), ("md", "--markdown"), ("json", "--json"), ("junit", "--junit") }.Select(f =>
                (f.Item1,
                new Option<string?>(
                f.Item2) { Description = $"Write the report to this file too ({f.Item1}); - is the output",
                HelpName = "file" })),
        ];

        public OwnOptions(Command command)
        {
            _launches.Validators.Add(result =>
            {
                if (result.GetValue(_launches) is { } text && text != Auto && Count(text) is not > 0)
                {
                    result.AddError($"--launches must be at least 1, or auto, not '{text}'");
                }
            });
            Require.AcceptOnlyFromAmong("go", "conditions");
            foreach (Option option in (Option[])[_launches, _threads, _port, _noRehearsal, _noChanges, _noDrills,
                Require, DryRun,
                .. _files.Select(f => f.Option)])
            {
                command.Options.Add(option);
            }
        }

        public Option<string> Require { get; } = new("--require")
        {
            Description = "What counts as success: go, or a go with conditions as well",
            HelpName = "verdict",
            DefaultValueFactory = _ => "conditions",
        };

        public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Print what would be done, and stop" };

        public CheckPlan Plan(ParseResult parsed, ulong seed) => new(
            Count(parsed.GetValue(_launches)!), seed, parsed.GetValue(_threads), parsed.GetValue(_port),
            !parsed.GetValue(_noRehearsal), !parsed.GetValue(_noChanges), !parsed.GetValue(_noDrills));

        /// <summary>Null for auto, and for what is no number.</summary>
        private static int? Count(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : null;

        public IEnumerable<(string Form, string File)> Files(ParseResult parsed) =>
            from f in _files
            let file = parsed.GetValue(f.Option)
            where file is not null
            select (f.Form, file);
    }
}
