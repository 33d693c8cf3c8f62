using System.CommandLine;
using System.Globalization;
using System.Net;
using Capacity.Cli;
using Capacity.Cli.Checking;
using Capacity.Cli.Exposing;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>What a script does when it is started: the same options, lines and exit codes as
/// <c>capacity run</c>.</summary>
internal sealed class ScriptCommand(ScriptSetup setup)
{
    /// <summary>Makes the command.</summary>
    /// <param name="host">What all commands share.</param>
    /// <param name="finished">Told what the run has come to.</param>
    public Command Create(CommandHost host, Action<NodeStats> finished)
    {
        var command = new Command("script", "Run this scenario script");
        var seed = new Option<ulong?>("--seed")
        {
            Description = "Seed: the same seed gives the same arrivals",
            HelpName = "number",
        };
        var folder = new Option<string?>("--out")
        {
            Description = "Folder for the reports; a folder of the script's name is made in it",
            HelpName = "folder",
        };
        Option<string?> json = RunOptions.Json();
        command.Options.Add(seed);
        command.Options.Add(folder);
        command.Options.Add(json);
        command.Options.Add(new Option<Uri?>("--target")
        {
            Description = "Address of the service, for scripts that ask for it",
            HelpName = "address",
        });
        Option<IPEndPoint?> prometheus = MetricsPage.Option();
        command.Options.Add(prometheus);
        host.Handle(command, async (parsed, console, stop) =>
        {
            await using MetricsPage? page = await MetricsPage.StartAsync(parsed.GetValue(prometheus), console, stop);
            string place = parsed.GetValue(folder) is { } given ? Path.Combine(given, setup.Name)
                : setup.Folder ?? Path.Combine("reports", "out", setup.Name);
            try
            {
                (NodeStats stats, ExitCode code) =
                    await RunAsync(console, parsed.GetValue(seed) ?? setup.Seed, place, parsed.GetValue(json), page,
                    stop);
                finished(stats);
                return code;
            }
            catch (ScriptException failure) when (failure.IsContradiction)
            {
                console.Fail(failure.Message, failure.Hint);
                return ExitCode.InvalidScenario;
            }
            catch (ScriptException failure)
            {
                throw new EnvironmentFailedException(failure.Message, failure.Hint, failure);
            }
        });
        return command;
    }

    private async Task<(NodeStats Stats, ExitCode Code)> RunAsync(
        CommandConsole console, ulong seed, string folder, string? json, MetricsPage? page, CancellationToken stop)
    {
        var settings = new SessionSettings
        {
            Name = setup.Name,
            Scenarios = setup.Scenarios,
            Seed = seed,
            ReportingInterval = setup.ReportingInterval,
            CompletionTimeout = setup.CompletionTimeout,
            Metrics = setup.Metrics,
        };
        RunResult run;
        ScriptSession session;
        using (var live = new LiveProgress(console))
        {
            var log = new ScriptLog(line => live.Write(line)) { Details = console.Verbose };
            session = new ScriptSession(settings, log, new Watcher(setup, live, page));
            run = await session.RunAsync(stop);
        }

        IReadOnlyList<ReportFile> files =
            await ScriptReports.WriteAsync(setup, run, session.Stats, folder, json, console);
        foreach (string line in json == "-" ? [] : ScriptSummary.Lines(run, session.Stats))
        {
            console.Data(line);
        }

        foreach (ThresholdOutcome t in run.Script!.Thresholds)
        {
            string where = t.Step is null ? t.Scenario : $"{t.Scenario}: {t.Step}";
            string why = t.Problem.Length > 0 ? $" ({t.Problem})" : "";
            console.Say(console.Tinted(
                $"  {(t.Failed ? "✗" : "✓")} {where}: {t.Check}{why}", t.Failed ? Tint.Red : Tint.Green));
        }

        if (session.StoppedBy is { } reason)
        {
            console.Say(console.Tinted($"  ended early: {reason}", Tint.Yellow));
        }

        if (files.Count > 0)
        {
            console.Say($"stored  {string.Join(", ", files.Select(f => f.FilePath))}");
        }

        ExitCode code = stop.IsCancellationRequested ? ExitCode.Interrupted
            : session.ThresholdsFailed || session.StoppedBy is not null ? ExitCode.No : ExitCode.Ok;
        var stats = new NodeStats
        {
            ScenarioStats = session.Stats,
            Thresholds = run.Script.Thresholds,
            ReportFiles = files,
            Result = run,
            ExitCode = (int)code,
        };
        return (stats, code);
    }

    /// <summary>Shows how the script is going.</summary>
    private sealed class Watcher(ScriptSetup setup, LiveProgress live, MetricsPage? page) : IProgress<ScriptProgress>
    {
        public void Report(ScriptProgress value)
        {
            string name = setup.Name;
            page?.Show(ExposedRun.Of(name, value, setup.Metrics));
            var recent = new LatencyHistogram();
            double rate = 0;
            long failed = 0;
            long finished = 0;
            foreach (ScenarioProgress scenario in value.Scenarios)
            {
                recent.Merge(scenario.Recent);
                rate += scenario.Rate;
                failed += scenario.Stats.AllFailCount;
                finished += scenario.Stats.AllRequestCount;
            }

            bool endless = double.IsInfinity(value.Planned);
            live.Report(new ProgressState(
                value.WarmUp ? $"warm-up of {name}" : name, endless ? 0 : value.Elapsed / value.Planned,
                endless
                    ? string.Create(CultureInfo.InvariantCulture, $"{value.Elapsed:0} s")
                    : string.Create(CultureInfo.InvariantCulture, $"{value.Elapsed:0} / {value.Planned:0} s"),
                endless ? null : TimeSpan.FromSeconds(Math.Max(0, value.Planned - value.Elapsed)))
            {
                Load = new LoadView(rate, value.InFlight, recent.Quantile(0.5), recent.Quantile(0.95),
                    recent.Quantile(0.99), finished, failed)
                {
                    LatenessP99 = value.LatenessP99,
                },
            });
        }
    }
}
