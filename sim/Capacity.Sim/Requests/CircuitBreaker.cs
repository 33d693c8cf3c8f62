using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>State of a circuit breaker.</summary>
internal enum BreakerState
{
    /// <summary>Everything passes.</summary>
    Closed,

    /// <summary>Nothing passes.</summary>
    Open,

    /// <summary>One request is on trial; the others do not pass.</summary>
    HalfOpen,
}

/// <summary>A circuit breaker: failures open it, and after a pause one request tries whether it may close.</summary>
/// <remarks>
/// Any outcome that arrives while it is half-open decides, also that of a request sent long before. With a ratio, the
/// outcomes of the sampling duration are kept in ten windows (in one when it is shorter than 200 ms), each of which
/// begins with the first outcome after the one before has ended.
/// Source: Polly 8, CircuitStateController, AdvancedCircuitBehavior and RollingHealthMetrics; and Polly 7,
/// ConsecutiveCountCircuitController.
/// </remarks>
internal sealed class CircuitBreaker(BreakerModel model)
{
    private const int Windows = 10;
    private const double ShortestRolling = 0.2;

    private readonly Queue<Window> _before = new();
    private readonly double _windowLength = model.Sampling < ShortestRolling ? model.Sampling
        : model.Sampling / Windows;
    private Window? _current;
    private int _inARow;
    private double _blockedUntil;
    private double _openedAt;

    /// <summary>Told of each change: when, the new state, and the failures and outcomes that opened it.</summary>
    public Action<double, BreakerState, int, int>? Changed { get; set; }

    /// <summary>What it does now.</summary>
    public BreakerState State { get; private set; }

    /// <summary>How often it opened.</summary>
    public int Opened { get; private set; }

    /// <summary>Seconds for which it was not closed, up to the last change.</summary>
    public double SecondsNotClosed { get; private set; }

    /// <summary>Seconds for which it was not closed.</summary>
    /// <param name="until">Seconds, not before the last change.</param>
    public double NotClosed(double until) =>
        SecondsNotClosed + (State == BreakerState.Closed ? 0 : Math.Max(0, until - _openedAt));

    /// <summary>Whether a request may be sent.</summary>
    /// <param name="now">Seconds, not before the previous call.</param>
    public bool Passes(double now)
    {
        if (State == BreakerState.Open && now >= _blockedUntil)
        {
            _blockedUntil = now + model.Break;
            Become(BreakerState.HalfOpen, now, 0, 0);
            return true;
        }

        return State == BreakerState.Closed;
    }

    /// <summary>A request that passed has succeeded.</summary>
    public void Succeeded(double now)
    {
        _inARow = 0;
        Sample(now, failed: false);
        if (State == BreakerState.HalfOpen)
        {
            _before.Clear();
            _current = null;
            Become(BreakerState.Closed, now, 0, 0);
        }
    }

    /// <summary>A request that passed has failed.</summary>
    public void Failed(double now)
    {
        _inARow++;
        Sample(now, failed: true);
        (int failures, int all) = model.Failures is { } limit ? (_inARow, limit) : Sum();
        bool tooMany = model.Failures is not null
            ? failures >= all
            : all >= model.Minimum && failures >= model.FailureRatio * all;
        if (State == BreakerState.HalfOpen || (State == BreakerState.Closed && tooMany))
        {
            _blockedUntil = now + model.Break;
            Opened++;
            Become(BreakerState.Open, now, failures, model.Failures is null ? all : failures);
        }
    }

    private void Become(BreakerState state, double now, int failures, int all)
    {
        if (State == BreakerState.Closed)
        {
            _openedAt = now;
        }
        else if (state == BreakerState.Closed)
        {
            SecondsNotClosed += now - _openedAt;
        }

        State = state;
        Changed?.Invoke(now, state, failures, all);
    }

    private void Sample(double now, bool failed)
    {
        if (model.Failures is not null)
        {
            return;
        }

        if (_current is null || now - _current.From >= _windowLength)
        {
            if (model.Sampling < ShortestRolling)
            {
                _before.Clear();
            }

            _current = new Window(now);
            _before.Enqueue(_current);
        }

        while (now - _before.Peek().From >= model.Sampling)
        {
            _before.Dequeue();
        }

        _current.All++;
        _current.Failures += failed ? 1 : 0;
    }

    private (int Failures, int All) Sum()
    {
        (int failures, int all) = (0, 0);
        foreach (Window window in _before)
        {
            failures += window.Failures;
            all += window.All;
        }

        return (failures, all);
    }

    private sealed class Window(double from)
    {
        public double From { get; } = from;

        public int All { get; set; }

        public int Failures { get; set; }
    }
}
