using System.Runtime.CompilerServices;
using Capacity.Load.Http;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>Counts requests step by step. Only one step's histogram is open.</summary>
/// <remarks>
/// A step's quantiles are taken when the first later request finishes. What finishes after the last step is not in the
/// series.
/// </remarks>
internal sealed class SeriesTally
{
    private readonly double _step;
    private readonly double[] _offered;
    private readonly double[] _completed;
    private readonly double[] _errors;
    private readonly double[] _p50;
    private readonly double[] _p95;
    private readonly double[] _p99;
    private readonly DurationCounts _latency = new();
    private readonly LatencyHistogram _closed = LatencyHistogram.Fine();
    private int _open;
    private double _opensNext; // when the next step opens, seconds
    private long _failed;

    public SeriesTally(double duration, double step)
    {
        _step = _opensNext = step;
        int steps = Math.Max(1, (int)Math.Ceiling((duration / step) - 1e-9));
        _offered = new double[steps];
        _completed = new double[steps];
        _errors = new double[steps];
        _p50 = NotANumber(steps);
        _p95 = NotANumber(steps);
        _p99 = NotANumber(steps);
    }

    /// <summary>A request was due.</summary>
    public void Schedule(double at) => _offered[Math.Clamp((int)(at / _step), 0, _offered.Length - 1)]++;

    /// <summary>A request is over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(in Outcome outcome)
    {
        // Threads race for the tally, so a finish may come a little after one of the next step: it then counts there.
        if (outcome.End >= _opensNext && _open < _offered.Length)
        {
            CloseStep();
            _open = (int)Math.Clamp(outcome.End / _step, _open + 1, _offered.Length);
            _opensNext = (_open + 1) * _step;
        }

        if (_open < _offered.Length)
        {
            _completed[_open]++;
            _failed += outcome.Failure == FailureClass.None ? 0 : 1;
            if (outcome.Status != 0)
            {
                _latency.Record(outcome.End - outcome.At);
            }
        }
    }

    /// <summary>The series so far.</summary>
    /// <param name="duration">Seconds that were run.</param>
    /// <param name="partial">Whether they end there.</param>
    public RunSeries Result(double duration, bool partial)
    {
        CloseStep();
        int steps = partial
            ? Math.Clamp((int)Math.Ceiling((duration / _step) - 1e-9), 1, _offered.Length)
            : _offered.Length;
        double Length(int step) => Math.Min(_step, duration - (step * _step)); // the last may be shorter
        return new RunSeries
        {
            Offered = [.. _offered.Take(steps).Select((n, i) => n / Length(i))],
            Completed = [.. _completed.Take(steps).Select((n, i) => n / Length(i))],
            Errors = _errors[..steps],
            P50 = _p50[..steps],
            P95 = _p95[..steps],
            P99 = _p99[..steps],
            Desired = new int[steps],
            Ready = new int[steps],
        };
    }

    private static double[] NotANumber(int count)
    {
        double[] values = new double[count];
        Array.Fill(values, double.NaN);
        return values;
    }

    private void CloseStep()
    {
        if (_open < _offered.Length)
        {
            _errors[_open] = _completed[_open] > 0 ? _failed / _completed[_open] : 0;
            _closed.Clear();
            _latency.AddTo(_closed);
            _p50[_open] = _closed.Quantile(0.5);
            _p95[_open] = _closed.Quantile(0.95);
            _p99[_open] = _closed.Quantile(0.99);
        }

        _failed = 0;
        _latency.Clear();
    }
}
