using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Capacity.Load.Pacing;
using Capacity.Timing;

namespace Capacity.Load.Http;

/// <summary>HTTP/1.1 on the framework's sockets, for every system. Cheapest with <see cref="InlineSockets"/>.</summary>
internal sealed class SocketPath : IRequestPath
{
    private static readonly long SweepTicks = Stopwatch.Frequency / 20;
    private readonly Lock _gate = new();
    private readonly LoadSettings _settings;
    private readonly LoadTally _tally;
    private readonly RunClock _clock;
    private readonly IPEndPoint? _address; // null: the name is unknown
    private readonly RequestTemplate[] _templates;
    private readonly AnswerCheck[] _checks;
    private readonly PhaseLimits _limits;
    private readonly PreciseWait _wait = new();
    private readonly WakePlan _plan = new();
    private readonly ReceiveRound? _round = ReceiveRound.Open();
    private readonly HashSet<SocketConnection> _open = [];
    private readonly Stack<SocketConnection> _idle = new();
    private readonly Queue<(Shot Shot, double Started)> _waiting = new();
    private readonly int _connectionsMax;
    private readonly int _requestMax;
    private long _nextSweep;
    private int _busy; // connections with a request
    private int _inFlight;
    private long _refused;
    private long _waited;
    private long _resent;
    private long _connections;

    public SocketPath(LoadSettings settings, LoadTally tally, RunClock clock, IPEndPoint? address)
    {
        (_settings, _tally, _clock, _address) = (settings, tally, clock, address);
        _templates = [.. settings.Requests.Select(r => new RequestTemplate(r, settings.Target))];
        _checks = [.. settings.Requests.Select(r => new AnswerCheck(r.Check))];
        _limits = new PhaseLimits(settings);
        _connectionsMax = settings.Http.Connections ?? int.MaxValue;
        _requestMax = _templates.Max(t => t.LengthMax);
    }

    public int InFlight => Volatile.Read(ref _inFlight);

    public PathCounts Counts => new(_refused, _waited, _resent, _connections);

    /// <summary>How many receives were posted together with others.</summary>
    public long Deferred => _round?.Deferred ?? 0;

    /// <summary>Seconds since the start of the run.</summary>
    public double Now => _clock.Now;

    /// <summary>What a socket's error is called in results.</summary>
    public static FailureClass ClassOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => FailureClass.ConnectRefused,
        SocketError.TimedOut => FailureClass.ConnectTimeout,
        SocketError.ConnectionReset or SocketError.Success => FailureClass.Reset,
        _ => FailureClass.ConnectFailed,
    };

    public void Send(in Shot shot)
    {
        double now = Now;
        if (shot.Finished is null)
        {
            _plan.Due(shot.At);
        }

        if (InFlight >= _settings.InFlightMax)
        {
            Interlocked.Increment(ref _refused);
            _tally.Refused(shot.Kind, shot.At);
            shot.Finished?.Invoke(now);
            return;
        }

        Interlocked.Increment(ref _inFlight);
        _tally.Sent(shot.Kind, shot.At, now - shot.At);
        lock (_gate)
        {
            if (_busy >= _connectionsMax)
            {
                _waited++;
                _waiting.Enqueue((shot, now));
                return;
            }

            _busy++;
        }

        Start(shot, now);
    }

    public bool TrySendNow(in Shot shot, double now)
    {
        SocketConnection? connection;
        lock (_gate)
        {
            if (_busy >= _connectionsMax || !_idle.TryPop(out connection))
            {
                return false;
            }

            _busy++;
        }

        Interlocked.Increment(ref _inFlight);
        _tally.Sent(shot.Kind, shot.At, now - shot.At);
        if (!connection.TryTake(shot, now, now))
        {
            lock (_gate)
            {
                _open.Remove(connection);
            }

            Start(shot, now);
        }

        return true;
    }

    public void Until(long instant)
    {
        long now = Stopwatch.GetTimestamp();
        instant = _plan.Next(now, instant);
        long awakeFrom = instant - _plan.Before(now, instant - now);
        long until = InFlight > 0 ? Math.Min(awakeFrom, now + SweepTicks) : awakeFrom;
        if (now < until)
        {
            _wait.Until(until);
            now = Stopwatch.GetTimestamp();
            if (until == awakeFrom && now >= until)
            {
                _plan.Learn(now - until);
            }
        }

        if (now >= awakeFrom && now < instant)
        {
            while (Stopwatch.GetTimestamp() < instant)
            {
                Thread.SpinWait(8);
            }

            _plan.Spent(instant - now);
        }

        Sweep(now);
    }

    public void Wake() => _wait.Wake();

    public void Finish(CancellationToken stop)
    {
        double giveUpAt = double.PositiveInfinity;
        while (InFlight > 0 && Now < giveUpAt)
        {
            if (stop.IsCancellationRequested && double.IsPositiveInfinity(giveUpAt))
            {
                giveUpAt = Now + _settings.StopGrace.TotalSeconds;
            }

            Until(Stopwatch.GetTimestamp() + SweepTicks);
        }

        foreach (int kind in Abandoned())
        {
            _tally.GivenUp(kind);
            Interlocked.Decrement(ref _inFlight);
        }
    }

    public void Dispose()
    {
        _ = Abandoned();
        _round?.Close();
        _wait.Dispose();
    }

    /// <summary>Puts a receive off until the next round of events.</summary>
    /// <returns>False when it must be posted now.</returns>
    public bool TryDefer(SocketConnection connection) => _round?.TryDefer(connection) ?? false;

    /// <summary>Writes a request and prepares for its answer.</summary>
    /// <returns>Its length.</returns>
    public int Prepare(in Shot shot, byte[] request, ResponseReader reader)
    {
        RequestTemplate template = _templates[shot.Kind];
        reader.Begin(template.Bodyless, _checks[shot.Kind].CaptureMax);
        return template.Write(request, shot.Unit);
    }

    /// <summary>Judges a complete answer.</summary>
    public FailureClass Judge(in Shot shot, ResponseReader reader) =>
        _checks[shot.Kind].Judge(reader.Status, reader.Head, reader.Body);

    /// <summary>Whether a request may be sent again.</summary>
    public bool MayRepeat(in Shot shot) => _templates[shot.Kind].Repeatable;

    /// <summary>A kept connection was closed under a request: it goes on a new one.</summary>
    public void Repeat(SocketConnection lost, in Shot shot, double started)
    {
        Interlocked.Increment(ref _resent);
        lock (_gate)
        {
            _open.Remove(lost);
        }

        Open(shot, started, again: true);
    }

    /// <summary>A request is over.</summary>
    /// <param name="connection">Where it was.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="shot">The request.</param>
    /// <param name="reusable">Whether the connection can take another.</param>
    public void End(SocketConnection connection, in Outcome outcome, in Shot shot, bool reusable)
    {
        _tally.Finished(outcome);
        (Shot Shot, double Started) next = default;
        bool more;
        lock (_gate)
        {
            if (reusable)
            {
                _idle.Push(connection);
            }
            else
            {
                _open.Remove(connection);
            }

            more = _waiting.TryDequeue(out next);
            _busy -= more ? 0 : 1;
        }

        if (more)
        {
            Start(next.Shot, next.Started);
        }

        Interlocked.Decrement(ref _inFlight);
        shot.Finished?.Invoke(outcome.End);
    }

    private void Start(in Shot shot, double started)
    {
        while (true)
        {
            SocketConnection? connection;
            lock (_gate)
            {
                _idle.TryPop(out connection);
            }

            if (connection is null)
            {
                Open(shot, started, again: false);
                return;
            }

            if (connection.TryTake(shot, started, Now))
            {
                return;
            }

            lock (_gate)
            {
                _open.Remove(connection);
            }
        }
    }

    private void Open(in Shot shot, double started, bool again)
    {
        if (_address is null)
        {
            FailUnsent(shot, FailureClass.NameUnknown);
            lock (_gate)
            {
                _busy--;
            }

            return;
        }

        SocketConnection connection;
        try
        {
            connection = new SocketConnection(this, _address, _requestMax);
        }
        catch (SocketException) // no descriptor left
        {
            FailUnsent(shot, FailureClass.ConnectFailed);
            lock (_gate)
            {
                _busy--;
            }

            return;
        }

        lock (_gate)
        {
            _connections++;
            _open.Add(connection);
        }

        connection.Open(shot, started, again);
    }

    private void FailUnsent(in Shot shot, FailureClass failure)
    {
        double now = Now;
        _tally.Finished(new Outcome(
            shot.Kind, shot.At, double.NaN, double.NaN, now, 0, failure, double.NaN, 0, 0));
        Interlocked.Decrement(ref _inFlight);
        shot.Finished?.Invoke(now);
    }

    private void Sweep(long now)
    {
        if (now < _nextSweep || InFlight == 0)
        {
            return;
        }

        _nextSweep = now + SweepTicks;
        _round?.Remind();
        double seconds = Now;
        SocketConnection[] open;
        var late = new List<Shot>();
        lock (_gate)
        {
            open = [.. _open];
            while (_waiting.TryPeek(out (Shot Shot, double Started) first)
                && _limits.WaitedTooLong(seconds, first.Started))
            {
                late.Add(_waiting.Dequeue().Shot);
            }
        }

        foreach (SocketConnection connection in open)
        {
            connection.Limit(_limits, seconds);
        }

        foreach (Shot shot in late)
        {
            FailUnsent(shot, FailureClass.PoolTimeout);
        }
    }

    /// <summary>Closes all connections.</summary>
    /// <returns>The kinds of the requests that were on them or waited for one.</returns>
    private List<int> Abandoned()
    {
        lock (_gate)
        {
            List<int> kinds = [.. _open.Select(c => c.Abandon()).Where(kind => kind >= 0)];
            kinds.AddRange(_waiting.Select(w => w.Shot.Kind));
            _open.Clear();
            _waiting.Clear();
            return kinds;
        }
    }
}
