using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Capacity.Load.Pacing;

namespace Capacity.Load.Http;

/// <summary>
/// HTTP/1.1 on plain sockets for 64-bit Linux: one thread sends, receives, keeps time and counts, with nothing
/// allocated per request. How it hears of events is for <see cref="ISocketEvents"/>.
/// </summary>
/// <remarks>What runs for every request is optimised before its first run, here and in what it calls: the first second
/// of a run must not measure the compiler.</remarks>
internal sealed partial class EventPath : IRequestPath
{
    private const double SweepSeconds = 0.05;
    private readonly LoadSettings _settings;
    private readonly LoadTally _tally;
    private readonly RunClock _clock;
    private readonly RequestTemplate[] _templates;
    private readonly AnswerCheck[] _checks;
    private readonly byte[]? _address; // null: the name is unknown
    private readonly int _family;
    private readonly ISocketEvents _events;
    private readonly WakePlan _plan = new();
    private readonly PhaseLimits _limits;
    private readonly int _requestMax;
    private readonly List<EventConnection> _all = [];
    private readonly Stack<EventConnection> _closed = new();
    private readonly Stack<EventConnection> _idle = new();
    private readonly Queue<(Shot Shot, double Started)> _waiting = new();
    private readonly int _connectionsMax;
    private int _busy; // connections with a request
    private int _inFlight;
    private bool _answered; // the request that ends now left its connection free and with nothing more to read
    private bool _finishing;
    private double _nextSweep;
    private volatile int _thread; // that sends
    private PathCounts _counts;

    public EventPath(
        LoadSettings settings, LoadTally tally, RunClock clock, IPEndPoint? address, ISocketEvents events)
    {
        (_settings, _tally, _clock, _events) = (settings, tally, clock, events);
        _templates = [.. settings.Requests.Select(r => new RequestTemplate(r, settings.Target))];
        _checks = [.. settings.Requests.Select(r => new AnswerCheck(r.Check))];
        _limits = new PhaseLimits(settings);
        _connectionsMax = settings.Http.Connections ?? int.MaxValue;
        _requestMax = _templates.Max(t => t.LengthMax);
        if (address is not null)
        {
            SocketAddress form = address.Serialize();
            _address = GC.AllocateArray<byte>(form.Size, pinned: true);
            form.Buffer.Span[..form.Size].CopyTo(_address);
            _family = BitConverter.ToUInt16(_address); // as the system numbers it
        }
    }

    public int InFlight => Volatile.Read(ref _inFlight);

    public PathCounts Counts => _counts;

    public string? Remark { get; init; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Send(in Shot shot)
    {
        if (shot.Finished is null)
        {
            _plan.Due(shot.At);
        }

        Send(shot, _clock.Now);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Until(long instant)
    {
        _thread = Environment.CurrentManagedThreadId;
        long now = Stopwatch.GetTimestamp();
        long together = _plan.Hold(now);
        instant = _plan.Next(now, instant);
        long awakeFrom = instant - _plan.Before(now, instant - now);
        do
        {
            bool awake = now >= awakeFrom;
            long until = _inFlight > 0 ? Math.Min(awakeFrom, now + Ticks(SweepSeconds)) : awakeFrom;
            int count = _events.Wait(
                awake ? 0 : until == long.MaxValue ? -1 : Nanoseconds(until - now), _plan.Enough(_inFlight),
                _plan.Gather(_inFlight));
            if (count > 0 || _events.Woken)
            {
                bool woken = _events.Woken;
                Handle(count);
                now = Stopwatch.GetTimestamp();
                _plan.Answered(now, count);
                if (woken || now >= together)
                {
                    return;
                }

                continue;
            }

            if (Sweep())
            {
                return; // whoever waited for an answer may be due now
            }

            long before = now;
            now = Stopwatch.GetTimestamp();
            if (awake)
            {
                _plan.Spent(now - before);
            }
            else if (until == awakeFrom)
            {
                _plan.Learn(now - awakeFrom);
            }
        }
        while (now < instant);
    }

    /// <inheritdoc/>
    /// <remarks>Only from within an answer: other requests may fail at once, and so without end.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TrySendNow(in Shot shot, double now)
    {
        if (!_answered || _finishing || _waiting.Count > 0)
        {
            return false;
        }

        _answered = false;
        Send(shot, now);
        return true;
    }

    public void Wake()
    {
        if (Environment.CurrentManagedThreadId != _thread) // our own thread is awake
        {
            _events.Wake();
        }
    }

    public void Finish(CancellationToken stop)
    {
        double giveUpAt = double.PositiveInfinity;
        _finishing = true;
        while (_inFlight > 0 && _clock.Now < giveUpAt)
        {
            if (stop.IsCancellationRequested && double.IsPositiveInfinity(giveUpAt))
            {
                giveUpAt = _clock.Now + _settings.StopGrace.TotalSeconds;
            }

            Until(Stopwatch.GetTimestamp() + Ticks(SweepSeconds));
        }

        GiveUp();
    }

    public void Dispose()
    {
        _events.Dispose();
        foreach (EventConnection connection in _all)
        {
            connection.Close(_events);
        }
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    private static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Send(in Shot shot, double now)
    {
        if (_inFlight >= _settings.InFlightMax)
        {
            _counts = _counts with { Refused = _counts.Refused + 1 };
            _tally.Refused(shot.Kind, shot.At);
            shot.Finished?.Invoke(now);
            return;
        }

        _inFlight++;
        _tally.Sent(shot.Kind, shot.At, now - shot.At);
        if (_busy >= _connectionsMax)
        {
            _counts = _counts with { Waited = _counts.Waited + 1 };
            _waiting.Enqueue((shot, now));
            return;
        }

        Start(shot, now, now);
    }

    private void GiveUp()
    {
        foreach (EventConnection connection in _all.Where(c => c.Busy))
        {
            _tally.GivenUp(connection.Shot.Kind);
            connection.Close(_events);
            _inFlight--;
        }

        while (_waiting.TryDequeue(out (Shot Shot, double Started) next))
        {
            _tally.GivenUp(next.Shot.Kind);
            _inFlight--;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Handle(int count)
    {
        for (int i = 0; i < count; i++)
        {
            ulong tag = _events.Tag(i);
            uint slot = unchecked((uint)tag);
            if (slot < _all.Count && _all[(int)slot] is var connection && connection.Tag == tag)
            {
                Handle(connection, i);
            }
        }

        SendWaiting();
        Sweep();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Handle(EventConnection connection, int index)
    {
        switch (connection.State)
        {
            case ConnectionState.Connecting:
                EndConnect(connection, index);
                break;
            case ConnectionState.Sending:
                Receive(connection, index); // an early answer, or the end of the connection
                if (connection.State == ConnectionState.Sending)
                {
                    Write(connection, _clock.Now);
                }

                break;
            case ConnectionState.Waiting or ConnectionState.Idle:
                Receive(connection, index);
                break;
        }
    }

    private void SendWaiting()
    {
        while (_waiting.Count > 0 && _busy < _connectionsMax)
        {
            (Shot shot, double started) = _waiting.Dequeue();
            Start(shot, started, _clock.Now);
        }
    }

    /// <summary>Ends requests that are over a limit.</summary>
    /// <returns>Whether there were any.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Sweep()
    {
        double now = _clock.Now;
        int before = _inFlight;
        if (now < _nextSweep || before == 0)
        {
            return false;
        }

        _nextSweep = now + SweepSeconds;
        for (int i = 0; i < _all.Count; i++)
        {
            EventConnection c = _all[i];
            if (c.Busy)
            {
                FailureClass late = _limits.Exceeded(
                    now, c.Started, c.Sent, c.State == ConnectionState.Connecting, double.IsNaN(c.FirstByte));
                if (late != FailureClass.None)
                {
                    End(c, late, now);
                }
            }
        }

        while (_waiting.TryPeek(out (Shot Shot, double Started) first) && _limits.WaitedTooLong(now, first.Started))
        {
            _waiting.Dequeue();
            _inFlight--;
            _tally.Finished(new Outcome(first.Shot.Kind, first.Shot.At, double.NaN, double.NaN, now, 0,
                FailureClass.PoolTimeout, double.NaN, 0, 0));
            first.Shot.Finished?.Invoke(now);
        }

        SendWaiting();
        return _inFlight < before;
    }
}
