using System.Globalization;
using Capacity.Control.Rules;
using Capacity.Model;

namespace Capacity.Sim;

/// <summary>Many launches of one scenario, each with its own seed.</summary>
public static class Launches
{
    /// <summary>The seed of one launch of a set.</summary>
    /// <param name="seed">Seed of the set.</param>
    /// <param name="number">From 1.</param>
    public static ulong SeedOf(ulong seed, int number) =>
        RandomSource.SeedOf(seed, string.Create(CultureInfo.InvariantCulture, $"launch-{number}"));

    /// <summary>Simulates launches.</summary>
    /// <param name="input">What is simulated.</param>
    /// <param name="objectives">What each launch must hold. May be empty.</param>
    /// <param name="count">How many, ≥ 1.</param>
    /// <param name="seed">The same seed gives the same set, bit for bit, on any number of threads.</param>
    /// <param name="threads">Launches simulated at once, ≥ 1.</param>
    /// <param name="progress">Told how many are done, not necessarily in order.</param>
    /// <param name="stop">Ends early; the set then holds the launches that were done and is partial.</param>
    /// <exception cref="OperationCanceledException">Stopped before a single launch was done.</exception>
    public static LaunchSet Run(
        SimulationInput input, IReadOnlyList<Objective> objectives, int count, ulong seed, int threads,
        IProgress<int>? progress, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var done = new FinishedLaunch?[count];
        Simulate(input, objectives, done, 0, count, seed, threads, progress, stop);
        return Summarize(input, WhatIsDone(done, stop), count);
    }

    /// <summary>Simulates launches until a rule says that they are enough.</summary>
    /// <param name="input">What is simulated.</param>
    /// <param name="objectives">What each launch must hold. May be empty.</param>
    /// <param name="rule">When to stop.</param>
    /// <param name="seed">The same seed gives the same set, bit for bit, on any number of threads; it is the beginning
    /// of
    /// the set with a fixed number.</param>
    /// <param name="threads">Launches simulated at once, ≥ 1.</param>
    /// <param name="progress">Told how many are done, not necessarily in order.</param>
    /// <param name="stop">Ends early; the set then holds the launches that were done and is partial.</param>
    /// <exception cref="OperationCanceledException">Stopped before a single launch was done.</exception>
    public static LaunchSet RunUntil(
        SimulationInput input, IReadOnlyList<Objective> objectives, SequentialRule rule, ulong seed, int threads,
        IProgress<int>? progress, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rule.First, 1, nameof(rule));
        ArgumentOutOfRangeException.ThrowIfLessThan(rule.Most, rule.First, nameof(rule));
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var done = new FinishedLaunch?[rule.Most];
        int from = 0;
        SequentialStop? stopped = null;
        foreach (int look in rule.Looks())
        {
            Simulate(input, objectives, done, from, look, seed, threads, progress, stop);
            from = look;
            stopped = stop.IsCancellationRequested
                ? null
                : rule.Judge(done.Take(look).Count(l => l!.Launch.Passed), look);
            if (stopped is not null || stop.IsCancellationRequested)
            {
                break;
            }
        }

        return Summarize(input, WhatIsDone(done, stop), from) with
        {
            Stopped = stopped,
            Partial = stopped is null,
        };
    }

    private static void Simulate(
        SimulationInput input, IReadOnlyList<Objective> objectives, FinishedLaunch?[] done, int from, int to,
        ulong seed, int threads, IProgress<int>? progress, CancellationToken stop)
    {
        int finished = from;
        Parallel.For(from, to, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            if (stop.IsCancellationRequested)
            {
                return;
            }

            ulong own = SeedOf(seed, i + 1);
            RunResult run = LaunchSimulation.Run(Deployed(input, own), own, stop);
            if (!run.Partial)
            {
                done[i] = FinishedLaunch.Of(i + 1, own, run, objectives);
                progress?.Report(Interlocked.Increment(ref finished));
            }
        });
    }

    private static FinishedLaunch[] WhatIsDone(FinishedLaunch?[] done, CancellationToken stop)
    {
        FinishedLaunch[] launches = [.. done.OfType<FinishedLaunch>()];
        return launches.Length > 0 ? launches : throw new OperationCanceledException(stop);
    }

    /// <summary>The input as one launch meets it: nobody knows at which second Prometheus will evaluate.</summary>
    private static SimulationInput Deployed(SimulationInput input, ulong seed) =>
        input with { Loop = input.Loop with { PhaseSeed = seed } };

    private static LaunchSet Summarize(SimulationInput input, FinishedLaunch[] launches, int count)
    {
        FinishedLaunch middle = launches
            .OrderBy(l => l.SecondsAboveLimits).ThenBy(l => l.Launch.ReplicaHours).ThenBy(l => l.Launch.Number)
            .ElementAt((launches.Length - 1) / 2);
        return new LaunchSet
        {
            Launches = [.. launches.Select(l => l.Launch)],
            Duration = input.Plan.Duration,
            Step = input.Step,
            Offered = BandOf(launches, l => l.Offered),
            Desired = BandOf(launches, l => l.Desired),
            Ready = BandOf(launches, l => l.Ready),
            P50 = BandOf(launches, l => l.P50),
            P95 = BandOf(launches, l => l.P95),
            P99 = BandOf(launches, l => l.P99),
            Errors = BandOf(launches, l => l.Errors),
            // Simulated again rather than kept: a set of a hundred launches stays small.
            Middle = LaunchSimulation.Run(
                Deployed(input, middle.Launch.Seed), middle.Launch.Seed, CancellationToken.None),
            MiddleNumber = middle.Launch.Number,
            AlertShares = AlertShares(input, launches),
            Requests = launches.Sum(l => l.Requests),
            Partial = launches.Length < count,
        };
    }

    private static SortedDictionary<string, double> AlertShares(SimulationInput input, FinishedLaunch[] launches)
    {
        var shares = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (AlertRule rule in input.Loop.Groups.SelectMany(g => g.Rules).OfType<AlertRule>())
        {
            shares[rule.Name] = (double)launches.Count(l => l.Fired.Contains(rule.Name)) / launches.Length;
        }

        return shares;
    }

    private static Band BandOf(FinishedLaunch[] launches, Func<FinishedLaunch, float[]> series)
    {
        int steps = launches.Max(l => series(l).Length);
        double[] low = new double[steps];
        double[] median = new double[steps];
        double[] high = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            double[] values = [.. launches.Select(l => (double)series(l)[i]).Where(v => !double.IsNaN(v)).Order()];
            low[i] = Quantile(values, 0.05);
            median[i] = Quantile(values, 0.5);
            high[i] = Quantile(values, 0.95);
        }

        return new Band(low, median, high);
    }

    private static double Quantile(double[] ascending, double share)
    {
        if (ascending.Length == 0)
        {
            return double.NaN;
        }

        double place = share * (ascending.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + ((place - below) * (ascending[above] - ascending[below]));
    }

    /// <summary>What is kept of a launch: no histograms, and series at half the precision.</summary>
    private sealed record FinishedLaunch(
        Launch Launch, double SecondsAboveLimits, long Requests, IReadOnlySet<string> Fired, float[] Offered,
        float[] Desired, float[] Ready, float[] P50, float[] P95, float[] P99, float[] Errors)
    {
        public static FinishedLaunch Of(int number, ulong seed, RunResult run, IReadOnlyList<Objective> objectives)
        {
            ObjectiveOutcome[] outcomes = [.. objectives.Select(o => o.Judge(run))];
            return new FinishedLaunch(
                new Launch(number, seed, outcomes.All(o => o.Passed), outcomes, run.ReplicaHours),
                outcomes.Where(o => o.Objective.IsLatency).Sum(o => o.Value),
                run.Totals.Scheduled,
                run.Alerts.Where(a => !double.IsNaN(a.Firing)).Select(a => a.Name).ToHashSet(StringComparer.Ordinal),
                Short(run.Series.Offered), Short(run.Series.Desired), Short(run.Series.Ready),
                Short(run.Series.P50), Short(run.Series.P95), Short(run.Series.P99), Short(run.Series.Errors));
        }

        private static float[] Short(IReadOnlyList<double> series) => [.. series.Select(v => (float)v)];

        private static float[] Short(IReadOnlyList<int> series) => [.. series.Select(v => (float)v)];
    }
}
