using System.Runtime.CompilerServices;
using Capacity.Load.Http;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>
/// Counts what becomes of requests, in memory that does not grow with their number.
/// </summary>
/// <param name="settings">What is sent.</param>
/// <param name="shared">Whether several threads tell it; else one does, and takes no lock. In both cases any other may
/// ask for the progress.</param>
/// <param name="records">Takes every finished request; null: nobody wants them.</param>
internal sealed class LoadTally(LoadSettings settings, bool shared, RecordWriter? records = null)
{
    private readonly Lock _gate = new();
    private readonly KindTally[] _kinds = [.. settings.Requests.Select(_ => new KindTally())];
    private readonly SeriesTally _series = new(settings.Plan.Duration, settings.Step);
    private readonly DurationCounts _lateness = new();
    private readonly RecentTally _recent = new();
    private long _finished;
    private long _failed;

    /// <summary>A request is due.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="at">Scheduled instant, seconds since the start.</param>
    /// <param name="late">Sent minus scheduled, seconds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sent(int kind, double at, double late)
    {
        if (!shared)
        {
            Send(kind, at, late);
            return;
        }

        lock (_gate)
        {
            Send(kind, at, late);
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
            Finish(new Outcome(
                kind, at, double.NaN, double.NaN, at, 0, FailureClass.TooManyInFlight, double.NaN, 0, 0));
        }
    }

    /// <summary>A request that was due is over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finished(in Outcome outcome)
    {
        if (!shared)
        {
            Finish(outcome);
            return;
        }

        lock (_gate)
        {
            Finish(outcome);
        }
    }

    /// <summary>What happened in the last second. To be called every quarter of a second, by one thread.</summary>
    public LoadProgress Progress(double elapsed, int inFlight)
    {
        lock (_gate)
        {
            return _recent.Progress(elapsed, inFlight, _lateness, _finished, _failed);
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
            var lateness = LatencyHistogram.Fine();
            _lateness.AddTo(lateness);
            KindResult[] kinds = [.. _kinds.Zip(settings.Requests, (tally, kind) => tally.Result(kind.Name))];
            return new RunResult
            {
                Provenance = Provenance.Measured,
                Scenario = settings.Scenario,
                Seed = settings.Seed,
                Duration = duration,
                Step = settings.Step,
                Series = _series.Result(duration, partial),
                Totals = new RequestCounts(kinds.Sum(k => k.Counts.Scheduled), kinds.Sum(k => k.Counts.Ok),
                    kinds.Sum(k => k.Counts.Failed), kinds.Sum(k => k.Counts.Dropped)),
                Kinds = kinds,
                ScaleActions = [],
                Alerts = [],
                ReplicaHours = 0,
                Events = events,
                Phases = [.. settings.Plan.Phases.Where(p => !partial || p.From < duration)],
                Generator = GeneratorLimit.Judge(lateness, cpuShare, settings.LatenessMax),
                Partial = partial,
            };
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Send(int kind, double at, double late)
    {
        Schedule(kind, at);
        _lateness.Record(late);
    }

    private void Schedule(int kind, double at)
    {
        _kinds[kind].Scheduled++;
        _recent.Schedule();
        _series.Schedule(at);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(in Outcome outcome)
    {
        _kinds[outcome.Kind].Finish(outcome);
        _series.Finish(outcome);
        _finished++;
        _failed += outcome.Failure == FailureClass.None ? 0 : 1;
        if (outcome.Status != 0)
        {
            _recent.Record(outcome.End - outcome.At);
        }

        records?.Write(outcome);
    }
}
