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

        LiveLimit live = plan.Target is { } target
            ? await AtTargetAsync(input, target, model, stop)
            : await EmbeddedAsync(input, model, stop);
        return live.Probes.Count == 0 ? null : Judge(input, live, search, stop.IsCancellationRequested);
    }

    private LimitAnswer Judge(SimulationInput input, LiveLimit live, SimulatedLimit assumed, bool partial)
    {
        bool fitted = Fits(input, live, out SimulationInput known);
        (RateLimit? byFit, SimulatedLimit fit) =
            fitted ? Simulate(known, "the fit", CancellationToken.None) : (null, assumed);
        var judged = LiveJudgement.Of(live, byFit is { } f && double.IsFinite(f.Rate) ? f : null, fit, plan);
        IReadOnlyList<LimitProbe> shape =
            fitted && byFit is { } b ? fit.Curve(b.Rate, plan.Threads, CancellationToken.None) : [];
        LimitFit told = fit.Fit(fitted);
        return new LimitAnswer(_name, true, _objectives, judged.Limit, byFit,
            SimulatedLimit.Knee(shape.Count > 0 ? shape : live.Probes), told with
            {
                Saturation = live.Plateau?.Rate ?? told.Saturation,
                SaturationMeasured = live.Plateau is not null,
                WorkersMeasured = fitted && live.Plateau is { } p && known.Service.Cores is null
                    && p.Workers(plan.Replicas) is not null,
            }, live.Probes, partial)
        {
            Measured = judged.Measured,
            Doubt = judged.Doubt,
        };
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

    private async Task<LiveLimit> AtTargetAsync(
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

    private async Task<LiveLimit> EmbeddedAsync(
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

    private async Task<LiveLimit> ProbeAsync(
        SimulationInput input, Uri target, RateLimit? model, CancellationToken stop)
    {
        var live = new LiveLimit(input, target, _objectives, loaded.Scenario.Http, plan.Seed);
        double? hint = model is { Rate: > 0 and < double.PositiveInfinity } ? model.Rate : null;
        using var shown = new LiveProgress(console);
        await live.SearchAsync(plan.Budget, plan.ProbeSeconds, hint, (share, probe) =>
        {
            console.Detail($"  {LimitOutput.Rate(probe.Rate)} {Word(probe)}, "
                + $"p99 {DurationText.Format(probe.P99)}");
            shown.Report(new ProgressState($"limit of {_name}, measured", share,
                string.Create(CultureInfo.InvariantCulture, $"{live.Probes.Count} probes"),
                TimeSpan.FromSeconds(Math.Max(0, (1 - share) * plan.Budget)),
                $" last {LimitOutput.Rate(probe.Rate)}  p99 {DurationText.Format(probe.P99)}"
                + $"  {Word(probe)}"));
        }, stop);
        return live;
    }

    private static string Word(LimitProbe probe) =>
        probe.Busy ? "generator late, not counted" : probe.Holds ? "holds" : "does not hold";

    /// <summary>The model with what the probes measured in place of what the scenario assumes.</summary>
    private bool Fits(SimulationInput assumed, LiveLimit live, out SimulationInput fitted)
    {
        IReadOnlyList<RunResult> runs = live.GoodRuns;
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
        if (fitted.Service.Cores is null && live.Plateau is { } plateau && !double.IsNaN(plateau.Service))
        {
            // Less than a worker's worth of throughput is missing from no whole number of them: then the scenario's
            // number stands, and the probes say more than the model.
            fitted = fitted with
            {
                Service = fitted.Service with { Workers = plateau.Workers(plan.Replicas) ?? fitted.Service.Workers },
            };
        }

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
