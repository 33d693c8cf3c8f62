using System.Diagnostics;
using Capacity.Cli.Checking;
using Capacity.Load;
using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Cli.Limits;

/// <summary>Probes a real service: steady rates, each held for some seconds, and users that never rest.</summary>
/// <remarks>
/// First it brackets the limit. Then users without think time keep every worker busy, which shows what the service can
/// do at most. The rest of the time goes to rates around the limit; each probe by itself is noisy, so
/// <see cref="LimitEstimate"/> puts a line through all of them.
/// </remarks>
/// <param name="input">Kinds of requests, client and spacing.</param>
/// <param name="target">Where the service is.</param>
/// <param name="objectives">Latencies and errors; at least one.</param>
/// <param name="http">How requests travel.</param>
/// <param name="seed">Seed of the arrivals.</param>
internal sealed class LiveLimit(
    SimulationInput input, Uri target, IReadOnlyList<Objective> objectives, HttpSettings http, ulong seed)
{
    private const double RoughWidth = 0.15;
    private const double FirstRate = 20;
    private const double HighestRate = 20_000;
    private const double LowestRate = 0.1;
    private const int BusyMax = 3;              // probes of a late generator, one after the other
    private const double LateShare = 0.1;       // of the tightest latency that must hold
    private const double LeastLate = 0.002;     // seconds
    private const double Drift = 0.1;           // how far one probe may move the middle of the next ones
    private static readonly double[] Around = [0, -0.06, 0.06];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300); // the queue of a probe empties
    private readonly List<LimitProbe> _probes = [];
    private readonly List<RunResult> _runs = [];

    /// <summary>What was tried, in order.</summary>
    public IReadOnlyList<LimitProbe> Probes => _probes;

    /// <summary>The runs of the probes that held, for a fit.</summary>
    public IReadOnlyList<RunResult> GoodRuns => _runs;

    /// <summary>What the service can do at most; null when that was not seen.</summary>
    public Plateau? Plateau { get; private set; }

    /// <summary>Where the limit lies at least.</summary>
    public RateBracket Bracket { get; private set; } = new(FirstRate, HighestRate, 2, LowestRate);

    /// <summary>The middle of the rates tried last, logarithm; NaN while there is no bracket.</summary>
    public double Middle { get; private set; } = double.NaN;

    /// <summary>Probes whose generator was late: they say nothing about the service.</summary>
    public int BusyProbes => _probes.Count(p => p.Busy);

    /// <summary>Probes until the time is used up.</summary>
    /// <param name="budget">How long, seconds.</param>
    /// <param name="probeSeconds">Length of a probe, &gt; 0.</param>
    /// <param name="hint">Where the limit is expected; null when nobody knows.</param>
    /// <param name="progress">Told the share of the time and the newest probe.</param>
    /// <param name="stop">Ends early; what is known by then stays.</param>
    public async Task SearchAsync(
        double budget, double probeSeconds, double? hint, Action<double, LimitProbe> progress, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        double Spent() => Stopwatch.GetElapsedTime(start).TotalSeconds;
        bool Goes() => Spent() + probeSeconds <= budget && !stop.IsCancellationRequested;
        async Task<LimitProbe> TryAsync(double rate)
        {
            LimitProbe probe = await ProbeAsync(rate, probeSeconds, stop);
            progress(Math.Min(1, Spent() / budget), probe);
            return probe;
        }

        Bracket = hint is > 0 ? new RateBracket(hint.Value * 0.7, HighestRate, 1.5, LowestRate) : Bracket;
        for (int busy = 0; Bracket.Width > RoughWidth && !Bracket.IsOutside && busy < BusyMax && Goes();)
        {
            LimitProbe probe = await TryAsync(Bracket.Next);
            busy = probe.Busy ? busy + 1 : 0;
            if (!stop.IsCancellationRequested && !probe.Busy)
            {
                Bracket.Learn(probe.Rate, probe.Holds);
            }
        }

        if (double.IsInfinity(Bracket.Width))
        {
            return;
        }

        Middle = Math.Log(Math.Sqrt(Bracket.Good * Bracket.Bad));
        await SaturateAsync(probeSeconds, Goes, stop);
        for (int k = 0; Goes(); k++)
        {
            await TryAsync(Math.Exp(Middle + Around[k % Around.Length]));
            double next = LimitEstimate.Of(_probes, Middle)?.LogRate ?? Middle;
            Middle = Math.Clamp(next, Middle - Drift, Middle + Drift);
        }
    }

    /// <summary>Twice as many users, until they no longer get more out of the service.</summary>
    private async Task SaturateAsync(double seconds, Func<bool> goes, CancellationToken stop)
    {
        LimitProbe worst = _probes.Where(p => !p.Busy).MaxBy(p => p.Rate)!;
        int users = (int)Math.Clamp(2 * worst.Rate * Math.Min(worst.P50, 1), 8, 2_000);
        Plateau? before = null;
        while (goes() && users <= 8_000)
        {
            LoadSettings settings = Settings(
                LoadPlan.Of([new LoadStage.Users("", users, null, new ServiceLaw.Constant(0), seconds)])) with
            {
                Step = seconds / Plateau.Steps,
            };
            RunResult run = await RunAsync(settings, stop);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            var now = Plateau.Of(run);
            if (before is not null && now.Rate < before.Rate * 1.05)
            {
                Plateau = now.Rate >= before.Rate ? now : before;
                return;
            }

            (before, users) = (now, users * 2);
        }
    }

    private async Task<LimitProbe> ProbeAsync(double rate, double seconds, CancellationToken stop)
    {
        LoadSettings settings = Settings(
            new LoadPlan(new ArrivalProfile([new RateSegment(0, seconds, rate, rate)]), [], [], seconds)) with
        {
            Step = seconds,
            InFlightMax = Math.Max(200, (int)(rate * 10)),
        };
        RunResult run = await RunAsync(settings, stop);
        LimitProbe probe = LimitProbe.Of(rate, run, objectives) with { Busy = run.Generator?.Limited is not null };
        if (!stop.IsCancellationRequested)
        {
            _probes.Add(probe);
            if (probe is { Holds: true, Busy: false })
            {
                _runs.Add(run);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }

        return probe;
    }

    private static async Task<RunResult> RunAsync(LoadSettings settings, CancellationToken stop)
    {
        RunResult run = await new LoadEngine(settings).RunAsync(Stopwatch.GetTimestamp(), progress: null, stop);
        await Task.Yield(); // leaves the sockets' own thread
        return run;
    }

    private LoadSettings Settings(LoadPlan plan) => RehearsalRun.SettingsOf(
        input with { Plan = plan }, target, unchecked(seed + (ulong)_probes.Count)) with
    {
        Http = http,
        LatenessMax = TimeSpan.FromSeconds(Math.Max(LeastLate, LateShare * objectives.Where(o => o.IsLatency)
            .Select(o => o.Limit).DefaultIfEmpty(1).Min())),
    };
}
