using Capacity.Model;

namespace Capacity.Cli.Limits;

/// <summary>The throughput of a service that always has more requests than it can serve.</summary>
/// <param name="Rate">Requests per second that succeed.</param>
/// <param name="Service">Mean time that a request holds its worker, seconds; NaN when the service does not say.</param>
internal sealed record Plateau(double Rate, double Service)
{
    /// <summary>Steps of the run's series; the first is not counted, as the service fills up.</summary>
    public const int Steps = 6;

    private const double Rounding = 0.2; // further from a whole number of workers than this is no such number

    /// <summary>Requests served at once, on average, by Little's law; NaN when unknown.</summary>
    public double Busy => Rate * Service;

    /// <summary>Reads it off a run of users without think time.</summary>
    public static Plateau Of(RunResult run)
    {
        RunSeries s = run.Series;
        int count = Math.Min(Steps, s.Completed.Count);
        double[] rates = [.. Enumerable.Range(0, count).Skip(count > 1 ? 1 : 0)
            .Select(i => s.Completed[i] * (1 - s.Errors[i]))];
        long served = run.Kinds.Sum(k => k.Service.Count);
        return new Plateau(rates.DefaultIfEmpty(0).Average(), served == 0 ? double.NaN
            : run.Kinds.Where(k => k.Service.Count > 0).Sum(k => k.Service.MeanSeconds * k.Service.Count) / served);
    }

    /// <summary>Workers of one replica.</summary>
    /// <param name="replicas">≥ 1, equal.</param>
    /// <returns>Null when it is no whole number: something else holds the service back.</returns>
    public int? Workers(int replicas)
    {
        double each = Busy / replicas;
        double whole = Math.Max(1, Math.Round(each));
        return Math.Abs(each - whole) <= Math.Max(Rounding, whole * 0.05) && whole < 1e6 ? (int)whole : null;
    }
}
