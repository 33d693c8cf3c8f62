using System.Diagnostics;
using Capacity.Cli.Checking;
using Capacity.Load;
using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Cli.Limits;

/// <summary>Finds the limit of a real service by steady rates, each held for some seconds.</summary>
/// <remarks>
/// First it brackets the limit and halves the bracket; a single probe near the limit is noisy, so the rest of the time
/// goes to stochastic approximation: each probe moves the rate by what it was above or below the limit, in steps that
/// shrink, and the mean of the later rates is the answer.
/// </remarks>
/// <param name="input">Kinds of requests, client and spacing.</param>
/// <param name="target">Where the service is.</param>
/// <param name="objectives">Latencies and errors; at least one.</param>
/// <param name="seed">Seed of the arrivals.</param>
internal sealed class LiveLimit(SimulationInput input, Uri target, IReadOnlyList<Objective> objectives, ulong seed)
{
    private const double RoughWidth = 0.15;
    private const double FirstRate = 20;
    private const double HighestRate = 20_000;
    private const double LowestRate = 0.1;
    private const double FirstStep = 0.12; // how far the first approximation moves for a value e times its limit
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300); // the queue of a probe empties
    private readonly List<LimitProbe> _probes = [];
    private readonly List<RunResult> _runs = [];

    /// <summary>What was tried, in order.</summary>
    public IReadOnlyList<LimitProbe> Probes => _probes;

    /// <summary>The runs of the probes that held, for a fit.</summary>
    public IReadOnlyList<RunResult> GoodRuns => _runs;

    /// <summary>Searches until the time is used up.</summary>
    /// <param name="budget">How long, seconds.</param>
    /// <param name="probeSeconds">Length of a probe, &gt; 0.</param>
    /// <param name="hint">Where the limit is expected; null when nobody knows.</param>
    /// <param name="progress">Told the share of the time and the newest probe.</param>
    /// <param name="stop">Ends early; the bounds so far are the answer.</param>
    public async Task<RateLimit> SearchAsync(
        double budget, double probeSeconds, double? hint, Action<double, LimitProbe> progress, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        double Spent() => Stopwatch.GetElapsedTime(start).TotalSeconds;
        bool Goes() => Spent() + probeSeconds <= budget && !stop.IsCancellationRequested;
        var bracket = hint is > 0
            ? new RateBracket(hint.Value * 0.7, HighestRate, 1.5, LowestRate)
            : new RateBracket(FirstRate, HighestRate, 2, LowestRate);
        while (bracket.Width > RoughWidth && !bracket.IsOutside && Goes())
        {
            LimitProbe probe = await ProbeAsync(bracket.Next, probeSeconds, stop);
            progress(Spent() / budget, probe);
            if (!stop.IsCancellationRequested)
            {
                bracket.Learn(probe.Rate, probe.Holds);
            }
        }

        if (double.IsInfinity(bracket.Width))
        {
            return new RateLimit(bracket.Good > 0 ? bracket.Good : double.NaN, bracket.Good, bracket.Bad);
        }

        double at = Math.Log(Math.Sqrt(bracket.Good * bracket.Bad));
        var rates = new List<double>();
        for (int k = 1; Goes(); k++)
        {
            LimitProbe probe = await ProbeAsync(Math.Exp(at), probeSeconds, stop);
            progress(Spent() / budget, probe);
            if (!stop.IsCancellationRequested)
            {
                at -= FirstStep / Math.Sqrt(k) * Math.Clamp(probe.Excess, -1, 1);
                rates.Add(at);
            }
        }

        return Interval(rates, bracket);
    }

    /// <summary>The mean of the later rates, with an interval from how they scatter.</summary>
    internal static RateLimit Interval(IReadOnlyList<double> logRates, RateBracket bracket)
    {
        double[] later = [.. logRates.Skip(logRates.Count / 4)];
        if (later.Length < 3)
        {
            return new RateLimit(Math.Sqrt(bracket.Good * bracket.Bad), bracket.Good, bracket.Bad);
        }

        // Neighbours are alike, so the scatter of the mean is taken as that of a third as many rates.
        double mean = later.Average();
        double spread = Math.Sqrt(later.Sum(l => (l - mean) * (l - mean)) / (later.Length - 1));
        double half = Math.Max(0.01, 2.6 * spread / Math.Sqrt(Math.Max(1, later.Length / 3.0)));
        return new RateLimit(Math.Exp(mean), Math.Exp(mean - half), Math.Exp(mean + half));
    }

    private async Task<LimitProbe> ProbeAsync(double rate, double seconds, CancellationToken stop)
    {
        var plan = new LoadPlan(new ArrivalProfile([new RateSegment(0, seconds, rate, rate)]), [], [], seconds);
        LoadSettings settings = RehearsalRun.SettingsOf(
            input with { Plan = plan, Step = seconds }, target, unchecked(seed + (ulong)_probes.Count)) with
        {
            InFlightMax = Math.Max(200, (int)(rate * 10)),
        };
        RunResult run = await new LoadEngine(settings).RunAsync(Stopwatch.GetTimestamp(), progress: null, stop);
        await Task.Yield(); // leaves the sockets' own thread
        var probe = LimitProbe.Of(rate, run, objectives);
        if (!stop.IsCancellationRequested)
        {
            _probes.Add(probe);
            if (probe.Holds)
            {
                _runs.Add(run);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }

        return probe;
    }
}
