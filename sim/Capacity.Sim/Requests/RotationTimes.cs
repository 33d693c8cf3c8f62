using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>When the balancer's rotation follows a change of the replicas.</summary>
/// <remarks>
/// Look-ups and checks come at fixed intervals whose phases are drawn once per run. A change that comes while the
/// configuration waits for quiet postpones its own effect up to the longest wait, and not that of earlier changes.
/// </remarks>
internal sealed class RotationTimes
{
    private readonly RotationModel? _model;
    private readonly TimeSpan _usual;
    private readonly Instant _start;
    private readonly double _resolvePhase;
    private readonly double _checkPhase;
    private Instant _firstOfBatch;
    private Instant _written;

    /// <summary>Prepares a run.</summary>
    /// <param name="model">How the balancer learns of replicas; null: always after the same time.</param>
    /// <param name="usual">That time.</param>
    /// <param name="start">The start of the run.</param>
    /// <param name="seed">Seed of the run.</param>
    public RotationTimes(RotationModel? model, TimeSpan usual, Instant start, ulong seed)
    {
        _model = model;
        _usual = usual;
        _start = start;
        var phases = new RandomSource(seed, "rotation");
        _resolvePhase = phases.NextUnit();
        _checkPhase = phases.NextUnit();
        _written = start;
    }

    /// <summary>When a replica joins that is ready from an instant on.</summary>
    public Instant Joins(Instant ready)
    {
        if (_model is null || ready == Instant.Never)
        {
            return ready == Instant.Never ? ready : ready + _usual;
        }

        Instant known = _model.Resolve is { } resolve ? Tick(ready, resolve, _resolvePhase) : ready;
        if (_model is { Check: { } check, Rise: > 0 })
        {
            known = Tick(known, check, _checkPhase) + TimeSpan.FromSeconds((_model.Rise - 1) * check);
        }

        return Write(known);
    }

    /// <summary>When a replica is out that is stopped, or ends, at an instant: whatever tells first.</summary>
    public Instant Leaves(Instant stopped)
    {
        if (_model is null)
        {
            return stopped + _usual;
        }

        Instant missed = _model.Resolve is { } resolve ? Tick(stopped, resolve, _resolvePhase) : Instant.Never;
        Instant failed = _model.Check is { } check
            ? Tick(stopped, check, _checkPhase) + TimeSpan.FromSeconds((_model.Fall - 1) * check)
            : Instant.Never;
        Instant known = Instant.Min(missed, failed);
        return Write(known == Instant.Never ? stopped : known);
    }

    private Instant Tick(Instant from, double every, double phase)
    {
        double passed = ((from - _start).TotalSeconds / every) - phase;
        return Instant.Min(Instant.Never, _start + TimeSpan.FromSeconds((Math.Ceiling(passed) + phase) * every));
    }

    /// <summary>The configuration is written when it has been quiet, and read again.</summary>
    private Instant Write(Instant changed)
    {
        if (changed > _written || changed < _firstOfBatch)
        {
            _firstOfBatch = changed; // nothing waits
        }

        Instant quiet = changed + TimeSpan.FromSeconds(_model!.QuietMin);
        Instant latest = _firstOfBatch + TimeSpan.FromSeconds(_model.QuietMax);
        _written = Instant.Min(quiet, latest) > changed ? Instant.Min(quiet, latest) : changed;
        return _written + TimeSpan.FromSeconds(_model.Reload);
    }
}
