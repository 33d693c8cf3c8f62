using System.Globalization;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>Whether a run measured the service or its own generator.</summary>
internal static class GeneratorLimit
{
    private const double MedianShare = 0.1; // of what the last percent may be late

    /// <summary>Judges the lateness of a run's requests.</summary>
    /// <param name="lateness">Sent minus scheduled; may be empty.</param>
    /// <param name="cpuShare">CPU time over wall time.</param>
    /// <param name="most">Most that one request in a hundred may be late; the median a tenth of it.</param>
    public static GeneratorHealth Judge(LatencyHistogram lateness, double cpuShare, TimeSpan most)
    {
        double p50 = lateness.Quantile(0.5);
        double p99 = lateness.Quantile(0.99);
        double limit = most.TotalSeconds;
        string? why = p50 > limit * MedianShare
            ? Text("half of the requests", p50, limit * MedianShare)
            : p99 > limit ? Text("1 % of the requests", p99, limit) : null;
        return new GeneratorHealth(p50, p99, cpuShare) { Lateness = lateness, Limited = why };
    }

    private static string Text(string which, double late, double limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"{which} were sent {DurationText.Format(late)} or more after their scheduled instants, where "
        + $"{DurationText.Format(limit)} is allowed");
}
