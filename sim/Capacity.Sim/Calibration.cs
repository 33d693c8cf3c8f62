using Capacity.Model;

namespace Capacity.Sim;

/// <summary>Replaces what a scenario assumes about the service by what a rehearsal measured.</summary>
public static class Calibration
{
    /// <summary>Fewer measured service times than this leave the assumed law of a kind as it is.</summary>
    public const int FewestServiceTimes = 50;

    private static readonly double[] Shares =
    [
        .. Enumerable.Range(0, 198).Select(i => i / 200.0), 0.99, 0.992, 0.994, 0.996, 0.998, 0.999, 1,
    ];

    private static readonly double[] ComparedShares = [0.1, 0.2, 0.3, 0.4, 0.5];

    /// <summary>Fits the laws of service, overhead and start-up.</summary>
    /// <param name="assumed">The scenario's own laws.</param>
    /// <param name="rehearsal">A measured run, or a simulated one, of the same kinds of requests.</param>
    /// <returns>
    /// Per kind the empirical law of its service times where at least <see cref="FewestServiceTimes"/> were measured;
    /// the overhead as a constant; the empirical law of start-ups where any was measured. What was not measured stays.
    /// </returns>
    public static SimulationInput Fit(SimulationInput assumed, RunResult rehearsal) => assumed with
    {
        WorkerLaws =
        [
            .. assumed.Kinds.Select((kind, i) => Measured(rehearsal, kind.Name) is { } measured
                ? OfHistogram(measured.Service)
                : assumed.WorkerLaws[i]),
        ],
        Overhead = Overhead(rehearsal) ?? assumed.Overhead,
        Service = rehearsal.StartupSeconds.Count == 0
            ? assumed.Service
            : assumed.Service with { Startup = OfValues(rehearsal.StartupSeconds) },
    };

    private static KindResult? Measured(RunResult rehearsal, string kind) => rehearsal.Kinds.FirstOrDefault(
        k => k.Name == kind && k.Service.Count >= FewestServiceTimes);

    /// <summary>The time that every response takes beside its worker's.</summary>
    /// <remarks>
    /// A response is wait + service + overhead. A constant overhead shifts all quantiles alike, whereas waits are zero
    /// for the luckiest requests and add to the others. So the smallest shift between the quantiles of both
    /// distributions is the overhead, or a little more when every request waited. Kinds count by their requests.
    /// </remarks>
    private static ServiceLaw.Constant? Overhead(RunResult rehearsal)
    {
        double sum = 0;
        long count = 0;
        foreach (KindResult kind in rehearsal.Kinds.Where(k => k.Service.Count >= FewestServiceTimes))
        {
            double shift = ComparedShares.Min(
                share => kind.Latency.Quantile(share) - kind.Service.Quantile(share));
            sum += Math.Max(0, shift) * kind.Service.Count;
            count += kind.Service.Count;
        }

        return count == 0 ? null : new ServiceLaw.Constant(sum / count);
    }

    private static ServiceLaw.Empirical OfHistogram(LatencyHistogram histogram) =>
        new([.. Shares.Select(share => (share, histogram.Quantile(share)))]);

    private static ServiceLaw OfValues(IReadOnlyList<double> values)
    {
        double[] ascending = [.. values.Order()];
        return ascending.Length == 1
            ? new ServiceLaw.Constant(ascending[0])
            : new ServiceLaw.Empirical([.. ascending.Select((v, i) => ((double)i / (ascending.Length - 1), v))]);
    }
}
