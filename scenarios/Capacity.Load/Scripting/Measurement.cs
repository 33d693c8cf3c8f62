using System.Diagnostics;
using Capacity.Model;
using Capacity.Timing;

namespace Capacity.Scripting;

/// <summary>One stage of a run: starts the loads, collects every second, checks thresholds, and makes the
/// result.</summary>
internal sealed class Measurement : IDisposable
{
    private const double Lead = 0.05; // seconds for the threads to start
    private readonly ScriptSession _session;
    private readonly SessionSettings _settings;
    private readonly IProgress<ScriptProgress>? _progress;
    private readonly IReadOnlyList<(SimulationPlan Plan, ulong Seed, IReadOnlyList<ScenarioProps> Members)> _groups;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly PreciseWait _wait = new();
    private readonly ScriptSeries _series = new();
    private readonly List<Threshold.Watch[]> _watches;
    private LoadDriver[] _drivers = [];
    private ScenarioRun[] _runs = [];
    private long _start;
    private volatile bool _over;

    public Measurement(
        ScriptSession session, SessionSettings settings,
        IReadOnlyList<(SimulationPlan Plan, ulong Seed, IReadOnlyList<ScenarioProps> Members)> groups,
        IProgress<ScriptProgress>? progress)
    {
        (_session, _settings, _groups, _progress) = (session, settings, groups, progress);
        _watches = [.. groups.SelectMany(g => g.Members).Select(m =>
            m.Thresholds.Select(t => new Threshold.Watch(m.Name, t)).ToArray())];
    }

    /// <summary>Whether nothing of this counts.</summary>
    public bool IsWarmUp { get; init; }

    /// <summary>The final stats, scenario by scenario.</summary>
    public IReadOnlyList<ScenarioStats> Stats { get; private set; } = [];

    /// <summary>What the thresholds said in the end.</summary>
    public bool ThresholdsFailed { get; private set; }

    private double Planned => _groups.Count == 0 || _groups.Any(g => g.Plan.Iterations is not null)
        ? double.PositiveInfinity
        : _groups.Max(g => g.Plan.Duration);

    public async Task<RunResult> RunAsync(CancellationToken stop)
    {
        _start = Stopwatch.GetTimestamp() + (long)(Lead * Stopwatch.Frequency);
        ScenarioOperation operation = IsWarmUp ? ScenarioOperation.WarmUp : ScenarioOperation.Bombing;
        _drivers = [.. _groups.Select(g => new LoadDriver(
            [.. g.Members.Select(m =>
                new ScenarioRun(_session, m, g.Plan, operation, _start, g.Seed, _giveUp.Token))], _start, g.Seed))];
        _runs = [.. _drivers.SelectMany(d => d.Runs)];
        _session.Drives(_start, _drivers);
        foreach (ScenarioRun run in _runs)
        {
            run.Tally.CountFrom(_start);
        }

        var sampler = new Thread(Sample) { IsBackground = true, Name = "script sampler" };
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        sampler.Start();
        double ended;
        using (stop.Register(() => Array.ForEach(_drivers, d => d.Stop())))
        {
            var all = Task.WhenAll(_drivers.Select(d => d.RunAsync()));
            ended = await WaitAsync(all);
        }

        // A measured moment in which nothing was asked any more belongs to nobody's rate.
        double duration = double.IsInfinity(Planned) || _drivers.Any(d => d.Stopped)
            ? Math.Max(ended, 0.001)
            : Planned;
        double share = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / Math.Max(ended, 0.001);
        _over = true;
        _wait.Wake();
        sampler.Join();
        return Result(duration, stop.IsCancellationRequested || _session.StoppedBy is not null, share);
    }

    public void Dispose()
    {
        foreach (LoadDriver driver in _drivers)
        {
            driver.Dispose();
        }

        _wait.Dispose();
        _giveUp.Dispose();
    }

    /// <summary>Waits for the loads, then for what is under way, and at last gives up.</summary>
    /// <returns>Seconds since the start at which the last load ended, or was stopped.</returns>
    private async Task<double> WaitAsync(Task all)
    {
        double Now() => (double)(Stopwatch.GetTimestamp() - _start) / Stopwatch.Frequency;
        double? stopped = null;
        long deadline = long.MaxValue;
        var stopping = Task.WhenAll(_drivers.Select(d => d.Stopping));
        while (!all.IsCompleted)
        {
            if (stopped is null && stopping.IsCompleted)
            {
                stopped = Now();
                deadline = Stopwatch.GetTimestamp() + (long)(_settings.StopGrace.TotalSeconds * Stopwatch.Frequency);
            }
            else if (deadline == long.MaxValue && Now() >= Planned)
            {
                deadline = Stopwatch.GetTimestamp()
                    + (long)(_settings.CompletionTimeout.TotalSeconds * Stopwatch.Frequency);
            }

            if (Stopwatch.GetTimestamp() >= deadline)
            {
                await _giveUp.CancelAsync();
                await Task.WhenAny(all, Task.Delay(_settings.StopGrace, CancellationToken.None));
                break;
            }

            // Seldom: each timer wakes a thread of the pool, which then stays awake for a while to look for more.
            double left = deadline == long.MaxValue ? Planned - Now() : Stopwatch.GetElapsedTime(
                Stopwatch.GetTimestamp(), deadline).TotalSeconds;
            var wait = Task.Delay(TimeSpan.FromSeconds(Math.Clamp(left, 0.001, 1)), CancellationToken.None);
            await (stopped is null ? Task.WhenAny(all, stopping, wait) : Task.WhenAny(all, wait));
        }

        if (all.IsFaulted)
        {
            await all; // a mistake of ours
        }

        return stopped ?? Now();
    }

    /// <summary>The thread that collects once per second.</summary>
    private void Sample()
    {
        int second = 0;
        int checkEvery = Math.Max(1, (int)Math.Round(_settings.ReportingInterval.TotalSeconds));
        while (!_over)
        {
            second++;
            long due = _start + (second * Stopwatch.Frequency);
            while (!_over && Stopwatch.GetTimestamp() < due)
            {
                _wait.Until(due);
            }

            if (!_over)
            {
                Collect(second, check: second % checkEvery == 0);
            }
        }
    }

    private void Collect(double elapsed, bool check)
    {
        var scenarios = new List<ScenarioProgress>();
        double latest = double.NaN;
        _series.Begin();
        foreach ((ScenarioRun run, Threshold.Watch[] watches) in _runs.Zip(_watches))
        {
            run.Tally.Collect();
            _series.Add(run.Tally.Iterations.Interval);
            ScenarioStats stats = StatsOf.Scenario(run.Tally, elapsed);
            var recent = new LatencyHistogram();
            recent.Merge(run.Tally.Iterations.Interval.Ok.Latency);
            recent.Merge(run.Tally.Iterations.Interval.Fail.Latency);
            scenarios.Add(new ScenarioProgress(run.Props.Name, run.Tally.Iterations.Interval.Count, recent, stats));
            double late = run.Plan.IsOpen ? run.Tally.Lateness().Quantile(0.99) : double.NaN;
            latest = double.IsNaN(latest) || late > latest ? late : latest;
            if (check && !IsWarmUp)
            {
                Check(watches, stats);
            }
        }

        _series.End();
        _progress?.Report(new ScriptProgress(
            elapsed, Planned, IsWarmUp, _drivers.Sum(d => d.InFlight), scenarios, latest));
    }

    private void Check(Threshold.Watch[] watches, ScenarioStats stats)
    {
        foreach (Threshold.Watch watch in watches)
        {
            watch.Check(stats);
            if (watch.Aborts)
            {
                _session.Stop($"the threshold {watch.Text} of scenario '{stats.ScenarioName}' failed too often");
            }
        }
    }

    private RunResult Result(double duration, bool partial, double cpuShare)
    {
        _series.Begin(); // the last second, or what ended after the plan: then in the totals alone
        foreach (ScenarioRun run in _runs)
        {
            run.Tally.CountFrom(long.MaxValue);
            run.Tally.Collect();
            _series.Add(run.Tally.Iterations.Interval);
        }

        _series.End();
        Stats = [.. _runs.Select(r => StatsOf.Scenario(r.Tally, duration))];
        List<ThresholdOutcome> thresholds = [.. _watches.Zip(Stats).SelectMany(w =>
            w.First.Select(t => t.Outcome(w.Second)))];
        ThresholdsFailed = thresholds.Any(t => t.Failed);
        bool alone = _runs.Length == 1;
        var kinds = new List<KindResult>();
        var details = new List<StepDetails>();
        var scenarios = new List<KindResult>();
        foreach (ScenarioRun run in _runs)
        {
            OutcomeTotals whole = run.Tally.Iterations.Total;
            long dropped = run.Plan.IsOpen ? Math.Max(0, run.Tally.Scheduled - whole.Count) : 0;
            scenarios.Add(StatsOf.Kind(run.Props.Name, whole, dropped));
            details.Add(StatsOf.Details(run.Props.Name, whole));
            foreach (StepTally step in run.Tally.Steps)
            {
                string name = alone ? step.Name : $"{run.Props.Name}: {step.Name}";
                kinds.Add(StatsOf.Kind(name, step.Total, 0));
                details.Add(StatsOf.Details(name, step.Total));
            }

            if (run.Tally.Steps.Count == 0)
            {
                kinds.Add(scenarios[^1]);
            }
        }

        long neverDue = _drivers.Sum(d => d.NeverDue);
        var lateness = new LatencyHistogram();
        Array.ForEach(_runs, r => lateness.Merge(r.Tally.Lateness()));
        return new RunResult
        {
            Provenance = Provenance.Measured,
            Scenario = _settings.Name,
            Seed = _settings.Seed,
            Duration = duration,
            Step = 1,
            Series = _series.Result(duration, [.. _drivers.Select(d => d.Offered)]),
            Totals = new RequestCounts(scenarios.Sum(s => s.Counts.Scheduled) + neverDue,
                scenarios.Sum(s => s.Counts.Ok), scenarios.Sum(s => s.Counts.Failed),
                scenarios.Sum(s => s.Counts.Dropped) + neverDue),
            Kinds = kinds,
            ScaleActions = [],
            Alerts = [],
            ReplicaHours = 0,
            Events = Events(duration, partial),
            Phases = [.. _groups.Take(1).SelectMany(g => g.Plan.Phases).Where(p => p.From < duration)
                .Select(p => p with { To = Math.Min(p.To, duration) })],
            Generator = new GeneratorHealth(
                lateness.Count == 0 ? 0 : lateness.Quantile(0.5), lateness.Count == 0 ? 0 : lateness.Quantile(0.99),
                cpuShare),
            Partial = partial,
            Script = new ScriptDetails(
                scenarios, details, thresholds, [.. _settings.Metrics.Select(m => m.Reading())]),
        };
    }

    private List<RunEvent> Events(double duration, bool partial)
    {
        var events = _session.Events().ToList();
        long unsent = _runs.Sum(r => r.Tally.Unsent);
        if (unsent > 0)
        {
            events.Add(new RunEvent(duration, "load", $"{unsent} iterations were due and never began: too many were "
                + "under way, or their scenario had been stopped"));
        }

        if (partial && events.Count == 0)
        {
            events.Add(new RunEvent(duration, "load", "the load was stopped early"));
        }

        return events;
    }
}
