using Capacity.Model;

namespace Capacity.Load;

/// <summary>
/// Counts what becomes of requests, in memory that does not grow with their number. Safe for many threads.
/// </summary>
/// <remarks>
/// A step's quantiles are taken when the first later request finishes, so only one step's histogram is open. What
/// finishes after the last step counts in the totals and kinds, not in the series.
/// </remarks>
internal sealed class LoadTally
{
    private const int RecentParts = 4; // quarters of a second
    private readonly Lock _gate = new();
    private readonly LoadSettings _settings;
    private readonly KindTally[] _kinds;
    private readonly double[] _offered;
    private readonly double[] _completed;
    private readonly double[] _errors;
    private readonly double[] _p50;
    private readonly double[] _p95;
    private readonly double[] _p99;
    private readonly LatencyHistogram _lateness = new();
    private readonly Queue<RecentPart> _recent = new();
    private RecentPart _now = new();
    private LatencyHistogram _stepLatency = new();
    private int _step;
    private long _stepFailed;
    private long _finished;
    private long _failed;

    public LoadTally(LoadSettings settings)
    {
        _settings = settings;
        _kinds = [.. settings.Requests.Select(_ => new KindTally())];
        int steps = Math.Max(1, (int)Math.Ceiling((settings.Plan.Duration / settings.Step) - 1e-9));
        _offered = new double[steps];
        _completed = new double[steps];
        _errors = new double[steps];
        _p50 = NotANumber(steps);
        _p95 = NotANumber(steps);
        _p99 = NotANumber(steps);
    }

    /// <summary>A request is due.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="at">Scheduled instant, seconds since the start.</param>
    /// <param name="late">Sent minus scheduled, seconds.</param>
    public void Sent(int kind, double at, double late)
    {
        lock (_gate)
        {
            Schedule(kind, at);
            _lateness.Record(late);
        }
    }

    /// <summary>A request is due but is never sent because the run was stopped.</summary>
    public void Dropped(int kind)
    {
        lock (_gate)
        {
            _kinds[kind].Scheduled++;
            _kinds[kind].Dropped++;
        }
    }

    /// <summary>A request was sent, and its answer is no longer waited for because the run was stopped.</summary>
    public void GivenUp(int kind)
    {
        lock (_gate)
        {
            _kinds[kind].Dropped++;
        }
    }

    /// <summary>A request is due but fails at once, because too many are in flight.</summary>
    public void Refused(int kind, double at)
    {
        lock (_gate)
        {
            Schedule(kind, at);
            Finish(_kinds[kind], 0, at);
        }
    }

    /// <summary>A request was answered.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="at">When, seconds since the start.</param>
    /// <param name="latency">Seconds since its scheduled instant.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="service">Time that a worker was held, seconds; NaN when unknown.</param>
    public void Answered(int kind, double at, double latency, int status, double service)
    {
        lock (_gate)
        {
            KindTally tally = _kinds[kind];
            Finish(tally, status, at);
            tally.Latency.Record(latency);
            _now.Latency.Record(latency);
            if (at < _settings.Step * _offered.Length)
            {
                _stepLatency.Record(latency);
            }

            if (!double.IsNaN(service))
            {
                tally.Service.Record(service);
            }
        }
    }

    /// <summary>A request got no answer: refused, cut off or timed out.</summary>
    public void Broken(int kind, double at)
    {
        lock (_gate)
        {
            Finish(_kinds[kind], 0, at);
        }
    }

    /// <summary>What happened in the last second. To be called every quarter of a second.</summary>
    public LoadProgress Progress(double elapsed, int inFlight)
    {
        lock (_gate)
        {
            _recent.Enqueue(_now);
            _now = new RecentPart();
            if (_recent.Count > RecentParts)
            {
                _recent.Dequeue();
            }

            var latency = new LatencyHistogram();
            double rate = 0;
            foreach (RecentPart part in _recent)
            {
                latency.Merge(part.Latency);
                rate += part.Scheduled;
            }

            return new LoadProgress(elapsed, rate * RecentParts / _recent.Count, inFlight,
                latency.Quantile(0.5), latency.Quantile(0.95), latency.Quantile(0.99), _finished, _failed);
        }
    }

    /// <summary>The result so far.</summary>
    /// <param name="duration">Seconds that were run.</param>
    /// <param name="partial">Whether the run was stopped early; the series then end there.</param>
    /// <param name="cpuShare">CPU time over wall time.</param>
    /// <param name="events">What was noteworthy about the load.</param>
    public RunResult Result(double duration, bool partial, double cpuShare, IReadOnlyList<RunEvent> events)
    {
        lock (_gate)
        {
            CloseStep();
            int steps = partial
                ? Math.Clamp((int)Math.Ceiling((duration / _settings.Step) - 1e-9), 1, _offered.Length)
                : _offered.Length;
            double Length(int step) => // the last may be shorter
                Math.Min(_settings.Step, duration - (step * _settings.Step));
            KindResult[] kinds = [.. _kinds.Zip(_settings.Requests, (tally, kind) => tally.Result(kind.Name))];
            return new RunResult
            {
                Provenance = Provenance.Measured,
                Scenario = _settings.Scenario,
                Seed = _settings.Seed,
                Duration = duration,
                Step = _settings.Step,
                Series = new RunSeries
                {
                    Offered = [.. _offered.Take(steps).Select((n, i) => n / Length(i))],
                    Completed = [.. _completed.Take(steps).Select((n, i) => n / Length(i))],
                    Errors = _errors[..steps],
                    P50 = _p50[..steps],
                    P95 = _p95[..steps],
                    P99 = _p99[..steps],
                    Desired = new int[steps],
                    Ready = new int[steps],
                },
                Totals = new RequestCounts(kinds.Sum(k => k.Counts.Scheduled), kinds.Sum(k => k.Counts.Ok),
                    kinds.Sum(k => k.Counts.Failed), kinds.Sum(k => k.Counts.Dropped)),
                Kinds = kinds,
                ScaleActions = [],
                Alerts = [],
                ReplicaHours = 0,
                Events = events,
                Phases = [.. _settings.Plan.Phases.Where(p => !partial || p.From < duration)],
                Generator = new GeneratorHealth(_lateness.Quantile(0.5), _lateness.Quantile(0.99), cpuShare),
                Partial = partial,
            };
        }
    }

    private static double[] NotANumber(int count)
    {
        double[] values = new double[count];
        Array.Fill(values, double.NaN);
        return values;
    }

    private void Schedule(int kind, double at)
    {
        _kinds[kind].Scheduled++;
        _now.Scheduled++;
        _offered[Math.Clamp((int)(at / _settings.Step), 0, _offered.Length - 1)]++;
    }

    private void Finish(KindTally tally, int status, double at)
    {
        bool ok = status is >= 200 and < 400;
        tally.Ok += ok ? 1 : 0;
        tally.Failed += ok ? 0 : 1;
        tally.StatusCodes[status] = tally.StatusCodes.GetValueOrDefault(status) + 1;
        _finished++;
        _failed += ok ? 0 : 1;

        // Threads race for the lock, so a finish may come a little after one of the next step: it then counts there.
        int step = (int)Math.Min(at / _settings.Step, _offered.Length);
        if (step > _step)
        {
            CloseStep();
            _step = step;
        }

        if (_step < _offered.Length)
        {
            _completed[_step]++;
            _stepFailed += ok ? 0 : 1;
        }
    }

    private void CloseStep()
    {
        if (_step < _offered.Length)
        {
            _errors[_step] = _completed[_step] > 0 ? _stepFailed / _completed[_step] : 0;
            _p50[_step] = _stepLatency.Quantile(0.5);
            _p95[_step] = _stepLatency.Quantile(0.95);
            _p99[_step] = _stepLatency.Quantile(0.99);
        }

        _stepFailed = 0;
        _stepLatency = new LatencyHistogram();
    }

    private sealed class RecentPart
    {
        public LatencyHistogram Latency { get; } = new();

        public long Scheduled { get; set; }
    }

    private sealed class KindTally
    {
        public LatencyHistogram Latency { get; } = new();

        public LatencyHistogram Service { get; } = new();

        public SortedDictionary<int, long> StatusCodes { get; } = [];

        public long Scheduled { get; set; }

        public long Ok { get; set; }

        public long Failed { get; set; }

        public long Dropped { get; set; }

        public KindResult Result(string name) =>
            new(name, new RequestCounts(Scheduled, Ok, Failed, Dropped), Latency, Service, StatusCodes);
    }
}
