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

        console.Say($"stored  {path}");
        return run.Partial ? ExitCode.Interrupted : passed ? ExitCode.Ok : ExitCode.No;
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
        var all = new LatencyHistogram();
        foreach (KindResult kind in run.Kinds)
        {
            all.Merge(kind.Latency);
        }

        string Time(double share) => DurationText.Format(all.Quantile(share));
        string how = run.Provenance == Provenance.Measured ? "measured" : "simulated";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{run.Scenario}  {how}  {DurationText.Format(run.Duration)}"
            + $"  {run.Totals.Scheduled:#,0} requests  p50 {Time(0.5)}  p95 {Time(0.95)}  p99 {Time(0.99)}"
            + $"  failed {NumberText.Percent(run.Totals.FailedShare)}  {run.ReplicaHours:0.##} replica-hours");
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
