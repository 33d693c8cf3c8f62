using System.Globalization;
using Capacity.Cli.Checking;
using Capacity.Load;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Swarm;
using Capacity.Swarm.Embedded;

namespace Capacity.Cli.Limits;

/// <summary>What a search is asked to do.</summary>
/// <param name="Replicas">Replicas, all the time.</param>
/// <param name="Live">Whether real requests decide.</param>
/// <param name="Target">A service that runs elsewhere; null is the embedded one.</param>
/// <param name="Budget">Seconds for a live search.</param>
/// <param name="ProbeSeconds">Seconds of one live probe.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Threads">Simulations at once.</param>
internal sealed record LimitPlan(
    int Replicas, bool Live, Uri? Target, double Budget, double ProbeSeconds, ulong Seed, int Threads);

/// <summary>Finds a limit, simulated or live.</summary>
internal sealed class LimitSearch(LoadedScenario loaded, LimitPlan plan, CommandConsole console)
{
    private readonly IReadOnlyList<Objective> _objectives = LimitProbe.Steady(loaded.Scenario.Objectives);
    private readonly string _name = loaded.Scenario.Name;

    /// <summary>Searches.</summary>
    /// <returns>Null when it was stopped before anything was known.</returns>
    /// <exception cref="EnvironmentFailedException">There is nothing to measure.</exception>
    public async Task<LimitAnswer?> RunAsync(CancellationToken stop)
    {
        SimulationInput input = Predictions.Launch(loaded);
        (RateLimit? model, SimulatedLimit search) = Simulate(input, "simulated", stop);
        if (!plan.Live)
        {
            IReadOnlyList<LimitProbe> curve =
                model is null ? [] : search.Curve(model.Rate, plan.Threads, stop);
            return model is null ? null : new LimitAnswer(_name, false, _objectives, model, null,
                SimulatedLimit.Knee(curve), search.Fit(measured: false), curve, stop.IsCancellationRequested);
        }

        if (stop.IsCancellationRequested)
        {
            return null;
        }

        (RateLimit measured, LiveLimit live) = plan.Target is { } target
            ? await AtTargetAsync(input, target, model, stop)
            : await EmbeddedAsync(input, model, stop);
        if (live.Probes.Count == 0)
        {
            return null;
        }

        bool fitted = Fits(input, live.GoodRuns, out SimulationInput known);
        (RateLimit? byFit, SimulatedLimit fit) =
            fitted ? Simulate(known, "the fit", CancellationToken.None) : (null, search);
        // The probes leave an interval open; within it the fit, which uses all their service times, knows better.
        bool decides = byFit is not null && byFit.Rate >= measured.Low && byFit.Rate <= measured.High;
        IReadOnlyList<LimitProbe> shape = fitted && byFit is { } b ? fit.Curve(b.Rate, plan.Threads, stop) : [];
        return new LimitAnswer(_name, true, _objectives, decides ? measured with { Rate = byFit!.Rate } : measured,
            byFit, SimulatedLimit.Knee(shape.Count > 0 ? shape : live.Probes), fit.Fit(fitted), live.Probes,
            stop.IsCancellationRequested);
    }

    private (RateLimit? Limit, SimulatedLimit Search) Simulate(SimulationInput input, string what,
        CancellationToken stop)
    {
        var search = new SimulatedLimit(input, _objectives, plan.Replicas, plan.Seed);
        using var live = new LiveProgress(console);
        TimeProvider clock = console.Environment.Clock;
        long began = clock.GetTimestamp();
        return (search.Search(plan.Threads, share => live.Report(new ProgressState(
            $"limit of {_name}, {what}", share, string.Create(CultureInfo.InvariantCulture, $"{share:0%} of the seeds"),
            clock.GetElapsedTime(began) * ((1 - share) / share))), stop), search);
    }

    private async Task<(RateLimit, LiveLimit)> AtTargetAsync(
        SimulationInput input, Uri target, RateLimit? model, CancellationToken stop)
    {
        try
        {
            string path = input.Kinds[0].Path.Replace(RequestKind.ServiceTimePlace, "0", StringComparison.Ordinal);
            await TargetCheck.RunAsync(target, path, TimeSpan.FromSeconds(5), stop);
        }
        catch (UnreachableTargetException failure)
        {
            throw new EnvironmentFailedException(failure.Message, failure.Hint, failure);
        }

        return await ProbeAsync(input, target, model, stop);
    }

    private async Task<(RateLimit, LiveLimit)> EmbeddedAsync(
        SimulationInput input, RateLimit? model, CancellationToken stop)
    {
        try
        {
            using var undisturbed = new Undisturbed();
            await Checking.WarmUp.RunAsync(input, stop);
            await using EmbeddedCluster cluster = await EmbeddedCluster.StartAsync(
                input.Loop with { InitialReplicas = plan.Replicas }, input.Service, plan.Seed, 0, stop);
            return await ProbeAsync(input, cluster.Address, model, stop); // its loop never begins: nothing scales
        }
        catch (ClusterException failure)
        {
            throw new EnvironmentFailedException(failure.Message, failure.Hint, failure);
        }
    }

    private async Task<(RateLimit, LiveLimit)> ProbeAsync(
        SimulationInput input, Uri target, RateLimit? model, CancellationToken stop)
    {
        var live = new LiveLimit(input, target, _objectives, plan.Seed);
        double? hint = model is { Rate: > 0 and < double.PositiveInfinity } ? model.Rate : null;
        using var shown = new LiveProgress(console);
        RateLimit limit = await live.SearchAsync(plan.Budget, plan.ProbeSeconds, hint, (share, probe) =>
        {
            console.Detail($"  {LimitOutput.Rate(probe.Rate)} {(probe.Holds ? "holds" : "does not hold")}, "
                + $"p99 {DurationText.Format(probe.P99)}");
            shown.Report(new ProgressState($"limit of {_name}, measured", share,
                string.Create(CultureInfo.InvariantCulture, $"{live.Probes.Count} probes"),
                TimeSpan.FromSeconds(Math.Max(0, (1 - share) * plan.Budget)),
                $" last {LimitOutput.Rate(probe.Rate)}  p99 {DurationText.Format(probe.P99)}"
                + $"  {(probe.Holds ? "holds" : "does not hold")}"));
        }, stop);
        return (limit, live);
    }

    /// <summary>The model with what the probes measured in place of what the scenario assumes.</summary>
    private static bool Fits(SimulationInput assumed, IReadOnlyList<RunResult> runs, out SimulationInput fitted)
    {
        fitted = assumed;
        if (runs.Count == 0)
        {
            return false;
        }

        KindResult[] kinds = [.. assumed.Kinds.Select((_, i) => Merged(runs.Select(r => r.Kinds[i])))];
        if (kinds.Any(k => k.Service.Count < Calibration.FewestServiceTimes))
        {
            return false; // the service does not say how long it works
        }

        fitted = Calibration.Fit(assumed, runs[0] with { Kinds = kinds, StartupSeconds = [] });
        return true;
    }

    private static KindResult Merged(IEnumerable<KindResult> parts)
    {
        KindResult[] all = [.. parts];
        var latency = new LatencyHistogram();
        var service = new LatencyHistogram();
        foreach (KindResult part in all)
        {
            latency.Merge(part.Latency);
            service.Merge(part.Service);
        }

        return all[0] with { Latency = latency, Service = service };
    }
}
