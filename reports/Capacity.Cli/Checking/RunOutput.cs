using System.Globalization;
using System.Text;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Checking;

/// <summary>Stores one run, prints it in short, and judges it.</summary>
internal static class RunOutput
{
    private const int MostActions = 20; // the file holds all of them

    /// <summary>Stores the run, prints the summary, and says by the exit code whether the objectives held.</summary>
    /// <param name="run">What happened.</param>
    /// <param name="scenario">Its objectives are judged.</param>
    /// <param name="folder">Where rehearsal.json or simulation.json goes.</param>
    /// <param name="json">A further file, <c>-</c> for the output, or null.</param>
    /// <param name="console">Where the summary goes.</param>
    /// <param name="speed">How much faster than the launch it was: what is allowed in total is divided.</param>
    public static async Task<ExitCode> FinishAsync(
        RunResult run, Scenario scenario, string folder, string? json, CommandConsole console,
        double speed = 1)
    {
        byte[] bytes = RunResultJson.ToUtf8(run);
        string name = run.Provenance == Provenance.Measured ? "rehearsal.json" : "simulation.json";
        string path = Path.Combine(folder, name);
        await AtomicFile.WriteAsync(path, bytes);
        if (json == "-")
        {
            console.Output.Write(Encoding.UTF8.GetString(bytes));
        }
        else
        {
            foreach (string line in Lines(run))
            {
                console.Data(line);
            }

            if (json is not null)
            {
                await AtomicFile.WriteAsync(json, bytes);
            }
        }

        bool passed = true;
        foreach (ObjectiveOutcome outcome in scenario.Objectives.Select(o => AtSpeed(o, speed).Judge(run)))
        {
            passed &= outcome.Passed;
            console.Say(console.Tinted(Line(outcome), outcome.Passed ? Tint.Green : Tint.Red));
        }

        bool limited = run.Generator?.Limited is not null;
        if (limited)
        {
            console.Say(console.Tinted(
                $"generator-limited: {run.Generator!.Limited}; this says nothing about the service", Tint.Yellow));
        }

        console.Say($"stored  {path}");
        return run.Partial ? ExitCode.Interrupted
            : limited ? ExitCode.Inconclusive
            : passed ? ExitCode.Ok : ExitCode.No;
    }

    private static Objective AtSpeed(Objective objective, double speed) => objective with
    {
        Except = objective.Except / speed,
        Limit = objective.Metric == ObjectiveMetric.Cost ? objective.Limit / speed : objective.Limit,
    };

    private static string Line(ObjectiveOutcome outcome)
    {
        Objective o = outcome.Objective;
        string sign = outcome.Passed ? "✓" : "✗";
        string value = o.Metric switch
        {
            _ when o.IsLatency =>
                $"{DurationText.Format(outcome.Value)} above {DurationText.Format(o.Limit)}, "
                + $"worst {DurationText.Format(outcome.Worst)}",
            ObjectiveMetric.Errors => NumberText.Percent(outcome.Value),
            _ => outcome.Value.ToString("0.##", CultureInfo.InvariantCulture),
        };
        return $"  {sign} {o.Name}   {value}";
    }

    private static IEnumerable<string> Lines(RunResult run)
    {
        LatencyHistogram all = run.AllLatencies();
        string Time(double share) => DurationText.Format(all.Quantile(share));
        string how = run.Provenance == Provenance.Measured ? "measured" : "simulated";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{run.Scenario}  {how}  {DurationText.Format(run.Duration)}"
            + $"  {run.Totals.Scheduled:#,0} requests  p50 {Time(0.5)}  p95 {Time(0.95)}  p99 {Time(0.99)}"
            + $"  failed {NumberText.Percent(run.Totals.FailedShare)}  {run.ReplicaHours:0.##} replica-hours");
        foreach (string line in ClientLines(run, all))
        {
            yield return line;
        }

        if (run.Clients is { } clients && Attempts(clients) is { Length: > 0 } attempts)
        {
            yield return $"  attempts: {attempts}";
        }

        foreach (ScaleAction action in run.ScaleActions.Take(MostActions))
        {
            yield return $"  {NumberText.FineClock(action.At)}  {action.Message}";
        }

        if (run.ScaleActions.Count > MostActions)
        {
            yield return $"  … and {run.ScaleActions.Count - MostActions} more scale actions";
        }
    }

    /// <summary>What only a real client knows: the tail, its own lateness, service times, and what failed
    /// how.</summary>
    private static IEnumerable<string> ClientLines(RunResult run, LatencyHistogram response)
    {
        if (run.Generator is not { } generator || run.Kinds.Any(k => k.Client is null))
        {
            yield break;
        }

        var service = new LatencyHistogram();
        var failures = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (KindResult kind in run.Kinds)
        {
            service.Merge(kind.Client!.Exchange);
            foreach ((string name, long count) in kind.Client.Failures)
            {
                failures[name] = failures.GetValueOrDefault(name) + count;
            }
        }

        static string Percentiles(LatencyHistogram of) => string.Join("  ",
            new[] { ("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999) }
                .Select(p => $"{p.Item1} {DurationText.Format(of.Quantile(p.Item2))}"));
        yield return $"  response time, from the scheduled instant  {Percentiles(response)}";
        yield return $"  service time, from the sending             {Percentiles(service)}";
        yield return $"  sent late by  p50 {DurationText.Format(generator.LatenessP50)}"
            + $"  p99 {DurationText.Format(generator.LatenessP99)}";
        foreach ((string name, long count) in failures.OrderByDescending(f => f.Value))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"  failed: {count:#,0} {name}");
        }
    }

    /// <summary>What attempts met besides good answers; empty when nothing.</summary>
    private static string Attempts(ClientCounts clients)
    {
        (long Count, string What)[] all =
        [
            (clients.Retries, "sent again"), (clients.TimedOut, "timed out"), (clients.Refused, "refused"),
            (clients.Shed, "shed by the proxy"), (clients.CutOff, "cut off"), (clients.NotSent, "kept back"),
            (clients.DependencyFailed, "without the dependency"),
        ];
        string counts = string.Join(", ", all.Where(a => a.Count > 0).Select(
            a => string.Create(CultureInfo.InvariantCulture, $"{a.Count:#,0} {a.What}")));
        return clients.BreakerOpened == 0 ? counts : string.Create(
            CultureInfo.InvariantCulture,
            $"{counts}; the circuit breaker opened {clients.BreakerOpened:#,0} times, "
            + $"not closed for {DurationText.Format(clients.BreakerSeconds)}");
    }
}
