using System.Globalization;
using System.Text;
using Capacity.Control;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Sim.WhatIf;
using Capacity.Swarm.Live;

namespace Capacity.Cli.Checking;

/// <summary>What can happen in a run on the live stack that is known but for three things: the instants within a second
/// at which replicas are scraped, how long their containers take to start, and the service time to better than its
/// calibration.</summary>
/// <remarks>Near saturation, or when a rule is met by a hair, these decide. A single launch does not show that; the
/// same requests simulated many times do.</remarks>
internal sealed class SwarmForecast
{
    /// <summary>How many launches.</summary>
    public const int Launches = 60;

    // Mean service times of runs of one scenario on one machine, idle and busy, were 14.5 to 14.8 ms.
    private const double RunToRun = 0.01;

    private const double StartSpread = 0.2; // of start-ups, in the same runs
    private const double Apart = 1; // seconds: nearer ones are the same action
    private const double Rare = 0.05;

    private static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

    private readonly RunResult[] _launches;

    private SwarmForecast(RunResult[] launches) => _launches = launches;

    /// <summary>Simulates the launches.</summary>
    /// <param name="fitted">From <see cref="SwarmPrediction.Fit"/>.</param>
    /// <param name="earlier">The run that it was fitted to.</param>
    /// <param name="seed">Of the load; all launches have the same.</param>
    /// <param name="stop">Gives up.</param>
    public static SwarmForecast Of(SimulationInput fitted, RunResult earlier, ulong seed, CancellationToken stop)
    {
        double[] errors = [.. fitted.Kinds.Select(k => Error(earlier, k.Name))];
        ScaleAction[] ups = [.. earlier.ScaleActions.Where(a => a.To > a.From && !double.IsNaN(a.Chain.InRotation))];
        return new SwarmForecast([.. Enumerable.Range(1, Launches).Select(i =>
        {
            ulong own = Capacity.Sim.Launches.SeedOf(seed, i);
            var chance = new RandomSource(own, "calibration");
            double Factor(double spread) => new ServiceLaw.Lognormal(1, spread).Quantile(chance.NextUnit());
            LoopSettings loop = fitted.Loop with { PhaseSeed = own };
            if (ups.Length > 0)
            {
                double start = Start(ups[(int)(chance.NextUnit() * ups.Length)].Chain);
                double alertmanager = Start(ups[(int)(chance.NextUnit() * ups.Length)].Chain);
                loop = LiveLoop.Starting(
                    loop with { Delays = loop.Delays with { Orchestrator = start } }, alertmanager);
            }

            return LaunchSimulation.Run(fitted with
            {
                Loop = loop,
                Service = fitted.Service with { Startup = ScaledLaw.Of(fitted.Service.Startup, Factor(StartSpread)) },
                WorkerLaws = [.. fitted.WorkerLaws.Select((law, k) => ScaledLaw.Of(law, Factor(errors[k])))],
            }, seed, stop);
        })]);
    }

    /// <summary>Two tables: figures with their range, and the scale actions that may come with their chances.</summary>
    /// <param name="measured">The run, laid beside them; null before it.</param>
    /// <returns>Markdown with a heading of the third level, and a final newline.</returns>
    public string Render(RunResult? measured)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"### What was left open\n\n{Launches} launches of the same requests; instants of scrapes, ");
        text.Append("start-ups, and what the calibration leaves open of the service times differ:\n\n");
        text.Append("| figure | measured | 5 % | 50 % | 95 % |\n|---|---:|---:|---:|---:|\n");
        foreach ((string name, double share) in Percentiles)
        {
            Row(text, $"{name} of all requests", r => r.AllLatencies().Quantile(share), DurationText.Format, measured);
        }

        Row(text, "replica-hours", r => r.ReplicaHours, Hours, measured);
        Row(text, "scale actions", r => r.ScaleActions.Count(a => a.From != a.To), Count, measured);
        text.Append("\n| action | at | in launches | measured |\n|---|---:|---:|---:|\n");
        foreach (Possible action in Actions(measured))
        {
            string seen = action.Measured is { } at
                ? string.Create(CultureInfo.InvariantCulture, $"{at:0.0} s") : measured is null ? "" : "—";
            text.Append(CultureInfo.InvariantCulture,
                $"| {action.From} → {action.To} | {action.At:0.0} s | {action.Share:0 %} | {seen} |\n");
        }

        return text.ToString();
    }

    /// <summary>Seconds from the update of a service until the containers run.</summary>
    public static double Start(ScaleChain chain) => Math.Max(0, chain.Started - chain.Delivered);

    private static string Hours(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Count(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>Relative standard error of a kind's mean service time.</summary>
    private static double Error(RunResult earlier, string kind)
    {
        LatencyHistogram? service = earlier.Kinds.FirstOrDefault(k => k.Name == kind)?.Service;
        if (service is null || service.Count < Calibration.FewestServiceTimes)
        {
            return RunToRun; // assumed, not measured
        }

        double mean = service.MeanSeconds;
        double squares = 0;
        for (int i = 0; i < LatencyHistogram.Buckets; i++)
        {
            double middle = (LatencyHistogram.LowerBound(i) + LatencyHistogram.LowerBound(i + 1)) / 2;
            squares += service.Counts[i] * (middle - mean) * (middle - mean);
        }

        double sampling = Math.Sqrt(squares) / service.Count / mean;
        return Math.Sqrt((sampling * sampling) + (RunToRun * RunToRun));
    }

    private void Row(StringBuilder text, string name, Func<RunResult, double> figure, Func<double, string> format,
        RunResult? measured)
    {
        double[] ascending = [.. _launches.Select(figure).Order()];
        string At(double share) => format(ascending[(int)Math.Round(share * (Launches - 1))]);
        text.Append(CultureInfo.InvariantCulture,
            $"| {name} | {(measured is null ? "" : format(figure(measured)))} | {At(0.05)} | {At(0.5)} | {At(0.95)} "
            + $"|\n");
    }

    /// <summary>Actions of all launches, those at the same time as one; and those that were measured and no launch
    /// had.</summary>
    private IEnumerable<Possible> Actions(RunResult? measured)
    {
        var found = new List<Possible>();
        List<ScaleAction> seen = [.. (measured?.ScaleActions ?? []).Where(a => a.From != a.To)];
        foreach (var same in _launches.SelectMany(l => l.ScaleActions).Where(a => a.From != a.To)
            .GroupBy(a => (a.From, a.To)).OrderBy(g => g.Key))
        {
            double[] instants = [.. same.Select(a => a.At).Order()];
            for (int first = 0, next; first < instants.Length; first = next)
            {
                next = first + 1;
                while (next < instants.Length && instants[next] - instants[next - 1] < Apart)
                {
                    next++;
                }

                double middle = instants[(first + next - 1) / 2];
                ScaleAction? real = seen.Find(a => (a.From, a.To) == same.Key && Math.Abs(a.At - middle) < Apart);
                double share = (double)(next - first) / Launches;
                if (real is not null || share >= Rare)
                {
                    found.Add(new Possible(same.Key.From, same.Key.To, middle, share, real?.At));
                    seen.RemoveAll(a => ReferenceEquals(a, real));
                }
            }
        }

        return found.Concat(seen.Select(a => new Possible(a.From, a.To, a.At, 0, a.At)))
            .OrderBy(p => p.At).ThenByDescending(p => p.Share);
    }

    private sealed record Possible(int From, int To, double At, double Share, double? Measured);
}
