namespace Capacity.Scripting;

/// <summary>What became of a scenario so far, or in the end.</summary>
/// <param name="ScenarioName">Its name.</param>
/// <param name="Ok">Iterations that succeeded.</param>
/// <param name="Fail">Iterations that failed.</param>
/// <param name="StepStats">Its steps, in the order in which they first ran.</param>
/// <param name="Duration">Time measured.</param>
public sealed record ScenarioStats(
    string ScenarioName, MeasurementStats Ok, MeasurementStats Fail, IReadOnlyList<StepStats> StepStats,
    TimeSpan Duration)
{
    /// <summary>All iterations.</summary>
    public long AllRequestCount => AllOkCount + AllFailCount;

    /// <summary>Iterations that succeeded.</summary>
    public long AllOkCount => Ok.Request.Count;

    /// <summary>Iterations that failed.</summary>
    public long AllFailCount => Fail.Request.Count;

    /// <summary>Bytes that the steps moved, or the iterations when there are no steps.</summary>
    public long AllBytes => StepStats.Count > 0
        ? StepStats.Sum(s => s.Ok.DataTransfer.AllBytes + s.Fail.DataTransfer.AllBytes)
        : Ok.DataTransfer.AllBytes + Fail.DataTransfer.AllBytes;
}

/// <summary>What became of a step.</summary>
/// <param name="StepName">Its name.</param>
/// <param name="Ok">Successes.</param>
/// <param name="Fail">Failures.</param>
public sealed record StepStats(string StepName, MeasurementStats Ok, MeasurementStats Fail);

/// <summary>Counts, times and bytes of the successes or of the failures.</summary>
/// <param name="Request">How many.</param>
/// <param name="Latency">How long they took.</param>
/// <param name="DataTransfer">What they moved.</param>
/// <param name="StatusCodes">By status.</param>
public sealed record MeasurementStats(
    RequestStats Request, LatencyStats Latency, DataTransferStats DataTransfer,
    IReadOnlyList<StatusCodeStats> StatusCodes);

/// <summary>How many.</summary>
/// <param name="Count">All.</param>
/// <param name="RPS">Per second.</param>
/// <param name="Percent">Of successes and failures together, 0 … 100, not rounded.</param>
public sealed record RequestStats(long Count, double RPS, double Percent);

/// <summary>How long it took, in milliseconds; 0 when there was none.</summary>
public sealed record LatencyStats
{
    private readonly Func<double, double> _quantile;

    internal LatencyStats(double minMs, double meanMs, double maxMs, double stdDev, Func<double, double> quantile) =>
        (MinMs, MeanMs, MaxMs, StdDev, _quantile) = (minMs, meanMs, maxMs, stdDev, quantile);

    /// <summary>Shortest.</summary>
    public double MinMs { get; }

    /// <summary>Mean.</summary>
    public double MeanMs { get; }

    /// <summary>Longest.</summary>
    public double MaxMs { get; }

    /// <summary>Standard deviation.</summary>
    public double StdDev { get; }

    /// <summary>Half are below.</summary>
    public double Percent50 => Percentile(50);

    /// <summary>75 % are below.</summary>
    public double Percent75 => Percentile(75);

    /// <summary>95 % are below.</summary>
    public double Percent95 => Percentile(95);

    /// <summary>99 % are below.</summary>
    public double Percent99 => Percentile(99);

    /// <summary>99.9 % are below.</summary>
    public double Percent999 => Percentile(99.9);

    /// <summary>99.99 % are below.</summary>
    public double Percent9999 => Percentile(99.99);

    /// <summary>Any percentile.</summary>
    /// <param name="percent">0 … 100.</param>
    /// <returns>Milliseconds.</returns>
    public double Percentile(double percent) => _quantile(percent / 100);
}

/// <summary>What was moved, in bytes; 0 when there was nothing.</summary>
/// <param name="MinBytes">Smallest response.</param>
/// <param name="MeanBytes">Mean.</param>
/// <param name="MaxBytes">Largest response.</param>
/// <param name="AllBytes">All together.</param>
public sealed record DataTransferStats(long MinBytes, double MeanBytes, long MaxBytes, long AllBytes);

/// <summary>How often a status came.</summary>
/// <param name="StatusCode">As the responses said.</param>
/// <param name="IsError">Whether they failed.</param>
/// <param name="Message">Message of the first of them.</param>
/// <param name="Count">How often.</param>
/// <param name="Percent">Of successes and failures together, 0 … 100.</param>
public sealed record StatusCodeStats(string StatusCode, bool IsError, string Message, long Count, double Percent);

/// <summary>Finding by name.</summary>
public static class StatsByName
{
    /// <summary>The scenario of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static ScenarioStats Get(this IReadOnlyList<ScenarioStats> all, string name) =>
        all.Find(name) ?? throw new KeyNotFoundException($"there is no scenario '{name}'");

    /// <summary>The scenario of a name, or null.</summary>
    public static ScenarioStats? Find(this IReadOnlyList<ScenarioStats> all, string name) =>
        all.FirstOrDefault(s => s.ScenarioName == name);

    /// <summary>The step of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static StepStats Get(this IReadOnlyList<StepStats> all, string name) =>
        all.Find(name) ?? throw new KeyNotFoundException($"there is no step '{name}'");

    /// <summary>The step of a name, or null.</summary>
    public static StepStats? Find(this IReadOnlyList<StepStats> all, string name) =>
        all.FirstOrDefault(s => s.StepName == name);

    /// <summary>The status, or one that never came.</summary>
    public static StatusCodeStats Get(this IReadOnlyList<StatusCodeStats> all, string statusCode) =>
        all.FirstOrDefault(s => s.StatusCode == statusCode)
        ?? new StatusCodeStats(statusCode, IsError: false, "", 0, 0);

    /// <summary>Whether a status came.</summary>
    public static bool Exists(this IReadOnlyList<StatusCodeStats> all, string statusCode) =>
        all.Any(s => s.StatusCode == statusCode);
}
