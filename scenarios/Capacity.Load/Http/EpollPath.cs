using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Capacity.Load.Pacing;

namespace Capacity.Load.Http;

/// <summary>
/// HTTP/1.1 on plain sockets for 64-bit Linux: one thread sends, receives, keeps time and counts, with nothing
/// allocated per request.
/// </summary>
/// <remarks>What runs for every request is optimised before its first run, here and in what it calls: the first second
/// of a run must not measure the compiler.</remarks>
internal sealed class EpollPath : IRequestPath
{
    private const int ReceiveSize = 64 * 1024;
    private const double SweepSeconds = 0.05;
    private readonly LoadSettings _settings;
    private readonly LoadTally _tally;
    private readonly RunClock _clock;
    private readonly RequestTemplate[] _templates;
    private readonly AnswerCheck[] _checks;
    private readonly byte[]? _address; // null: the name is unknown
    private readonly int _family;
    private readonly Epoll _poll = new();
    private readonly SpinLead _lead = new();
    private readonly PhaseLimits _limits;
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(ReceiveSize, pinned: true);
    private readonly byte[] _toSend;
    private readonly List<EpollConnection> _all = [];
    private readonly Stack<EpollConnection> _closed = new();
    private readonly Stack<EpollConnection> _idle = new();
    private readonly Queue<(Shot Shot, double Started)> _waiting = new();
    private readonly int _connectionsMax;
    private int _busy; // connections with a request
    private int _inFlight;
    private double _nextSweep;
    private volatile int _thread; // that sends
    private PathCounts _counts;

    public EpollPath(LoadSettings settings, LoadTally tally, RunClock clock, IPEndPoint? address)
    {
        (_settings, _tally, _clock) = (settings, tally, clock);
        _templates = [.. settings.Requests.Select(r => new RequestTemplate(r, settings.Target))];
        _checks = [.. settings.Requests.Select(r => new AnswerCheck(r.Check))];
        _limits = new PhaseLimits(settings);
        _connectionsMax = settings.Http.Connections ?? int.MaxValue;
        _toSend = GC.AllocateUninitializedArray<byte>(_templates.Max(t => t.LengthMax), pinned: true);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Send(in Shot shot)
    {
        double now = _clock.Now;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Until(long instant)
    {
        _thread = Environment.CurrentManagedThreadId;
        long now = Stopwatch.GetTimestamp();
        long awakeFrom = instant - _lead.Before(now, instant - now);
        do
        {
            bool awake = now >= awakeFrom;
            long until = _inFlight > 0 ? Math.Min(awakeFrom, now + Ticks(SweepSeconds)) : awakeFrom;
            int count = _poll.Wait(awake ? 0 : until == long.MaxValue ? -1 : Nanoseconds(until - now));
            if (count > 0 || _poll.Woken)
            {
                Handle(count);
                return;
            }

            if (Sweep())
            {
                return; // whoever waited for an answer may be due now
            }

            long before = now;
            now = Stopwatch.GetTimestamp();
            if (awake)
            {
                _lead.Spent(now - before);
            }
            else if (until == awakeFrom)
            {
                _lead.Learn(now - awakeFrom);
            }
        }
        while (now < instant);
    }

    public bool TrySendNow(in Shot shot) => false; // what finishes is seen by the thread that sends

    public void Wake()
    {
        if (Environment.CurrentManagedThreadId != _thread) // our own thread is awake
        {
            _poll.Wake();
        }
    }

    public void Finish(CancellationToken stop)
    {
        double giveUpAt = double.PositiveInfinity;
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
        foreach (EpollConnection connection in _all)
        {
            connection.Close();
        }

        _poll.Dispose();
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    private static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));

    private void GiveUp()
    {
        foreach (EpollConnection connection in _all.Where(c => c.Busy))
        {
            _tally.GivenUp(connection.Shot.Kind);
            connection.Close();
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
            ulong tag = _poll.Tag(i);
            EpollConnection connection = _all[(int)(tag & uint.MaxValue)];
            if (connection.Tag == tag)
            {
                Handle(connection, _poll.Ended(i));
            }
        }

        SendWaiting();
        Sweep();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Handle(EpollConnection connection, bool ended)
    {
        switch (connection.State)
        {
            case ConnectionState.Connecting:
                EndConnect(connection);
                break;
            case ConnectionState.Sending:
                Receive(connection, ended); // an early answer, or the end of the connection
                if (connection.State == ConnectionState.Sending)
                {
                    Write(connection, _clock.Now);
                }

                break;
            case ConnectionState.Waiting or ConnectionState.Idle:
                Receive(connection, ended);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Start(in Shot shot, double started, double now)
    {
        _busy++;
        while (_idle.TryPop(out EpollConnection? connection))
        {
            if (connection.State == ConnectionState.Idle)
            {
                connection.Take(shot, started, again: false);
                Write(connection, now);
                return;
            }

            _closed.Push(connection); // the peer closed it while it was idle
        }

        Open(shot, started, again: false);
    }

    private void Open(in Shot shot, double started, bool again)
    {
        if (!_closed.TryPop(out EpollConnection? connection))
        {
            connection = new EpollConnection(_all.Count);
            _all.Add(connection);
        }

        _counts = _counts with { Connections = _counts.Connections + 1 };
        connection.Take(shot, started, again);
        if (_address is null)
        {
            End(connection, FailureClass.NameUnknown, _clock.Now);
        }
        else if (connection.Open(_address, _family, _poll) is not 0 and int error)
        {
            End(connection, ClassOf(error), _clock.Now);
        }
    }

    private void EndConnect(EpollConnection connection)
    {
        int error = connection.ConnectError();
        double now = _clock.Now;
        if (error != 0)
        {
            End(connection, ClassOf(error), now);
            return;
        }

        connection.Watch(_poll, Epoll.Readable);
        Write(connection, now);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(EpollConnection connection, double now)
    {
        RequestTemplate template = _templates[connection.Shot.Kind];
        int length = template.Write(_toSend, connection.Shot.Unit);
        if (double.IsNaN(connection.Sent))
        {
            connection.Sent = now;
            connection.Reader.Begin(template.Bodyless, _checks[connection.Shot.Kind].CaptureMax);
        }

        int sent = connection.Send(
            Marshal.UnsafeAddrOfPinnedArrayElement(_toSend, connection.SentBytes), length - connection.SentBytes);
        if (sent < 0)
        {
            Lose(connection, FailureClass.Reset, now);
            return;
        }

        connection.SentBytes += sent;
        bool all = connection.SentBytes == length;
        if (all == (connection.State == ConnectionState.Sending))
        {
            connection.Watch(_poll, all ? Epoll.Readable : Epoll.Readable | Epoll.Writable);
        }

        connection.State = all ? ConnectionState.Waiting : ConnectionState.Sending;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Receive(EpollConnection connection, bool ended)
    {
        nint buffer = Marshal.UnsafeAddrOfPinnedArrayElement(_received, 0);
        while (true)
        {
            int received = connection.Receive(buffer, ReceiveSize, out bool closed);
            if (received == 0 && !closed)
            {
                return;
            }

            double now = _clock.Now;
            if (connection.State == ConnectionState.Idle)
            {
                connection.Close(); // the peer closed it, or sent what answers nothing; it stays among the idle ones
                return;             // until it is found there
            }

            if (received < 0)
            {
                Lose(connection, FailureClass.Reset, now);
                return;
            }

            if ((Take(connection, received, now) && connection.State != ConnectionState.Idle)
                || (received < ReceiveSize && !ended))
            {
                return;
            }
        }
    }

    /// <summary>Takes bytes of an answer; none means that the peer has closed.</summary>
    /// <returns>Whether the request is over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Take(EpollConnection connection, int received, double now)
    {
        ResponseReader reader = connection.Reader;
        int taken = 0;
        if (received == 0)
        {
            reader.Close();
        }
        else
        {
            connection.FirstByte = reader.Begun ? connection.FirstByte : now;
            connection.ReceivedBytes += received;
            taken = reader.Feed(_received.AsSpan(0, received));
        }

        if (reader.Done)
        {
            AnswerCheck check = _checks[connection.Shot.Kind];
            End(connection,
                taken < received ? FailureClass.BeyondLength : check.Judge(reader.Status, reader.Head, reader.Body),
                now);
            return true;
        }

        if (reader.Failure == FailureClass.ClosedWithoutAnswer)
        {
            Lose(connection, reader.Failure, now);
        }
        else if (reader.Failure != FailureClass.None)
        {
            End(connection, reader.Failure, now);
        }

        return reader.Failure != FailureClass.None;
    }

    /// <summary>The connection broke. A kept one may have been closed while the request was under way: then it is sent
    /// once more, on a new one, as browsers and proxies do.</summary>
    /// <remarks>Source: RFC 9112, section 9.3.1.</remarks>
    private void Lose(EpollConnection connection, FailureClass failure, double now)
    {
        bool repeat = connection is { Reused: true, Again: false } && !connection.Reader.Begun
            && _templates[connection.Shot.Kind].Repeatable;
        if (!repeat)
        {
            End(connection, failure, now);
            return;
        }

        _counts = _counts with { Resent = _counts.Resent + 1 };
        Shot shot = connection.Shot;
        double started = connection.Started;
        Remove(connection);
        Open(shot, started, again: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void End(EpollConnection connection, FailureClass failure, double now)
    {
        ResponseReader reader = connection.Reader;
        bool answered = failure is FailureClass.None or FailureClass.Status or FailureClass.Check;
        _tally.Finished(new Outcome(
            connection.Shot.Kind, connection.Shot.At, connection.Sent, connection.FirstByte, now,
            answered ? reader.Status : 0, failure, answered ? reader.Service : double.NaN, connection.SentBytes,
            connection.ReceivedBytes));
        if (answered && reader.KeepAlive && connection.State == ConnectionState.Waiting)
        {
            connection.State = ConnectionState.Idle;
            _idle.Push(connection);
        }
        else
        {
            Remove(connection);
        }

        _busy--;
        _inFlight--;
        connection.Shot.Finished?.Invoke(now);
    }

    private void Remove(EpollConnection connection)
    {
        connection.Close();
        _closed.Push(connection);
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
            EpollConnection c = _all[i];
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

    private static FailureClass ClassOf(int error) => error switch
    {
        LinuxSockets.ConnectionRefused => FailureClass.ConnectRefused,
        LinuxSockets.TimedOut => FailureClass.ConnectTimeout,
        _ => FailureClass.ConnectFailed,
    };
}
