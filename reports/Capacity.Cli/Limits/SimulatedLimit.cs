using System.Globalization;
using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Cli.Limits;

/// <summary>Finds the limit of a model in virtual time.</summary>
/// <param name="input">Its demand is replaced by steady rates, and its replicas stay.</param>
/// <param name="objectives">Latencies and errors; at least one.</param>
/// <param name="replicas">≥ 1.</param>
/// <param name="seed">The same seed gives the same answer on any number of threads.</param>
internal sealed class SimulatedLimit(
    SimulationInput input, IReadOnlyList<Objective> objectives, int replicas, ulong seed)
{
    private const int Repeats = 12;
    private const int ShortRepeats = 40;
    private const int CurvePoints = 16;
    private const double RequestsPerProbe = 200_000;
    private const double Tolerance = 0.0005;
    private const double HighestRate = 1e6;
    private const double Span = 300; // of rates that are tried
    private const double LongestProbe = 20_000; // seconds in virtual time
    private const double Outside = 0.025; // on either side of the interval

    /// <summary>Requests per second that keep every worker busy; infinity without a limit.</summary>
    public double Saturation
    {
        get
        {
            double shares = input.Kinds.Sum(k => k.Share);
            double mean = input.Kinds.Zip(input.WorkerLaws, (k, law) => k.Share / shares * law.MeanSeconds).Sum();
            int? places = input.Service.Cores ?? input.Service.Workers;
            return places is { } busy && mean > 0 ? replicas * busy / mean : double.PositiveInfinity;
        }
    }

    /// <summary>What the search is about.</summary>
    /// <param name="measured">Whether the laws come from measured service times.</param>
    public LimitFit Fit(bool measured) => new(
        [.. input.Kinds.Select((k, i) => (k.Name, input.WorkerLaws[i]))], input.Overhead,
        input.Service.Cores is null ? input.Service.Workers : null, input.Service.Cores, replicas, Saturation,
            measured);

    /// <summary>Searches with many seeds at once.</summary>
    /// <param name="threads">≥ 1.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="stop">Ends early; the interval then comes from the repeats that were done.</param>
    /// <returns>Null when it was stopped before two repeats were done.</returns>
    public RateLimit? Search(int threads, Action<double> progress, CancellationToken stop)
    {
        double?[] found = new double?[Repeats];
        int done = 0;
        Parallel.For(0, Repeats, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            if (!stop.IsCancellationRequested)
            {
                found[i] = One(RandomSource.SeedOf(
                    seed, string.Create(CultureInfo.InvariantCulture, $"limit-{i + 1}")), stop);
                progress((double)Interlocked.Increment(ref done) / Repeats);
            }
        });
        double[] limits = [.. found.OfType<double>()];
        if (limits.Length < 2)
        {
            return null;
        }

        if (limits.Any(double.IsInfinity))
        {
            return new RateLimit(double.PositiveInfinity, limits.Min(), double.PositiveInfinity);
        }

        if (limits.Any(double.IsNaN))
        {
            return new RateLimit(double.NaN, 0, limits.Where(l => !double.IsNaN(l)).DefaultIfEmpty(0).Max());
        }

        double mean = limits.Average();
        double spread = Math.Sqrt(limits.Sum(l => (l - mean) * (l - mean)) / (limits.Length - 1));
        double error = spread / Math.Sqrt(limits.Length);
        double half = (StudentT.ExceededWith(Outside, limits.Length - 1) * error) + (Tolerance * mean);
        return new RateLimit(mean, mean - half, mean + half);
    }

    /// <summary>Rates up to the limit and a little beyond.</summary>
    public IReadOnlyList<LimitProbe> Curve(double limit, int threads, CancellationToken stop)
    {
        double top = double.IsFinite(Saturation) ? Saturation * 0.98 : limit * 1.2;
        if (!double.IsFinite(top) || top <= 0)
        {
            return [];
        }

        var curve = new LimitProbe?[CurvePoints];
        Parallel.For(0, CurvePoints, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            if (!stop.IsCancellationRequested)
            {
                curve[i] = Probe(top * (i + 1) / CurvePoints, seed, stop);
            }
        });
        return [.. curve.OfType<LimitProbe>()];
    }

    /// <summary>The rate with the best ratio of throughput to mean response time.</summary>
    /// <remarks>Source: Kleinrock, "Power and deterministic rules of thumb", 1979.</remarks>
    public static double Knee(IReadOnlyList<LimitProbe> curve) => curve
        .Where(p => p.Mean > 0).OrderByDescending(p => p.Rate / p.Mean).FirstOrDefault()?.Rate ?? double.NaN;

    /// <summary>How far the limit that short probes show lies from the real one, and how much it scatters.</summary>
    /// <remarks>A probe begins with an empty service, and its percentile has few requests: it shows less than the rate
    /// does in the long run. The model goes through the same probes, many times over.</remarks>
    /// <param name="rates">Rates of the real probes.</param>
    /// <param name="seconds">Their length.</param>
    /// <param name="limit">The model's limit in the long run.</param>
    /// <param name="threads">≥ 1.</param>
    /// <returns>Difference and standard deviation of the logarithm; null when the model's probes show none.</returns>
    public (double Bias, double Spread)? OfShortProbes(
        IReadOnlyList<double> rates, double seconds, double limit, int threads)
    {
        double around = Math.Log(limit);
        var found = new LimitEstimate?[ShortRepeats];
        Parallel.For(0, ShortRepeats, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
            found[i] = LimitEstimate.Of([.. rates.Select((rate, k) => Probe(rate, RandomSource.SeedOf(seed,
                string.Create(CultureInfo.InvariantCulture, $"short-{i}-{k}")), CancellationToken.None, seconds))],
                around));
        double[] limits = [.. found.OfType<LimitEstimate>().Select(e => e.LogRate)];
        if (limits.Length < ShortRepeats / 2)
        {
            return null;
        }

        double mean = limits.Average();
        return (mean - around, Math.Sqrt(limits.Sum(l => (l - mean) * (l - mean)) / (limits.Length - 1)));
    }

    /// <summary>One steady rate.</summary>
    public LimitProbe Probe(double rate, ulong own, CancellationToken stop, double? seconds = null)
    {
        double duration = seconds ?? Math.Min(RequestsPerProbe / rate, LongestProbe);
        SimulationInput steady = input with
        {
            Plan = new LoadPlan(new ArrivalProfile([new RateSegment(0, duration, rate, rate)]), [], [], duration),
            Loop = input.Loop with
            {
                InitialReplicas = replicas,
                Groups = [], // nothing scales, so nobody asks the rules
                ScrapeInterval = TimeSpan.FromSeconds(Math.Max(1, Math.Round(duration / 50))),
            },
            ScalingOff = true,
            Trace = null,
            Step = duration / 100,
        };
        return LimitProbe.Of(rate, LaunchSimulation.Run(steady, own, stop), objectives);
    }

    /// <summary>Searches with one seed.</summary>
    /// <returns>The limit; NaN below all rates, infinity above all, null when stopped.</returns>
    private double? One(ulong own, CancellationToken stop)
    {
        double highest = double.IsFinite(Saturation) ? Saturation : HighestRate;
        var bracket = new RateBracket(highest * 0.7, highest, 2, highest / Span);
        while (bracket.Width > Tolerance && !bracket.IsOutside)
        {
            LimitProbe probe = Probe(bracket.Next, own, stop);
            if (stop.IsCancellationRequested)
            {
                return null;
            }

            bracket.Learn(probe.Rate, probe.Holds);
        }

        return bracket.Good >= highest ? double.IsFinite(Saturation) ? highest : double.PositiveInfinity
            : bracket.IsOutside ? double.NaN : Math.Sqrt(bracket.Good * bracket.Bad);
    }
}
