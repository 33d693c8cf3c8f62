using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>What all scenarios did, second by second.</summary>
internal sealed class ScriptSeries
{
    private readonly List<(double Completed, double Errors, double P50, double P95, double P99)> _steps = [];
    private LatencyHistogram _latency = new();
    private long _failed;

    /// <summary>A second is over; each scenario adds its part.</summary>
    public void Begin() => (_latency, _failed) = (new LatencyHistogram(), 0);

    /// <summary>Adds a scenario's second.</summary>
    public void Add(OutcomeTotals interval)
    {
        _latency.Merge(interval.Ok.Latency);
        _latency.Merge(interval.Fail.Latency);
        _failed += interval.Fail.Count;
    }

    /// <summary>All scenarios have added theirs.</summary>
    public void End() => _steps.Add((_latency.Count, _latency.Count == 0 ? 0 : (double)_failed / _latency.Count,
        _latency.Quantile(0.5), _latency.Quantile(0.95), _latency.Quantile(0.99)));

    /// <summary>The series of a run.</summary>
    /// <param name="duration">Seconds.</param>
    /// <param name="offered">Arrivals by second of each load; empty for a closed one, whose copies offer as much as
    /// they complete.</param>
    public RunSeries Result(double duration, IReadOnlyList<IReadOnlyList<double>> offered)
    {
        int steps = Math.Max(1, (int)Math.Ceiling(duration - 1e-9));
        double Length(int step) => Math.Max(1e-3, Math.Min(1, duration - step)); // the last may be shorter
        double[] Of(Func<(double Completed, double Errors, double P50, double P95, double P99), double> value,
            double otherwise) =>
            [.. Enumerable.Range(0, steps).Select(i => i < _steps.Count ? value(_steps[i]) : otherwise)];
        bool open = offered.Count > 0 && offered.All(o => o.Count > 0);
        double[] completed = [.. Of(s => s.Completed, 0).Select((n, i) => n / Length(i))];
        return new RunSeries
        {
            Offered = open
                ? [.. Enumerable.Range(0, steps).Select(i => offered.Sum(o => i < o.Count ? o[i] : 0) / Length(i))]
                : completed,
            Completed = completed,
            Errors = Of(s => s.Errors, 0),
            P50 = Of(s => s.P50, double.NaN),
            P95 = Of(s => s.P95, double.NaN),
            P99 = Of(s => s.P99, double.NaN),
            Desired = new int[steps],
            Ready = new int[steps],
        };
    }
}
