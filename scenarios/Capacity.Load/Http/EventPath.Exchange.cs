using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Load.Http;

/// <content>One exchange: a connection is taken or made, the request sent, the answer received and judged.</content>
internal sealed partial class EventPath
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Start(in Shot shot, double started, double now)
    {
        _busy++;
        while (_idle.TryPop(out EventConnection? connection))
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
        if (!_closed.TryPop(out EventConnection? connection))
        {
            connection = new EventConnection(_all.Count);
            _all.Add(connection);
        }

        _counts = _counts with { Connections = _counts.Connections + 1 };
        connection.Take(shot, started, again);
        if (_address is null)
        {
            End(connection, FailureClass.NameUnknown, _clock.Now);
        }
        else if (connection.Open(_address, _family, _events) is not 0 and int error)
        {
            End(connection, ClassOf(error), _clock.Now);
        }
    }

    private void EndConnect(EventConnection connection, int index)
    {
        int error = _events.EndConnect(index, connection.Socket, connection.Tag);
        double now = _clock.Now;
        if (error != 0)
        {
            End(connection, ClassOf(error), now);
            return;
        }

        Write(connection, now);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(EventConnection connection, double now)
    {
        RequestTemplate template = _templates[connection.Shot.Kind];
        byte[] request = template.Whole;
        int length = request.Length;
        if (length == 0)
        {
            request = connection.Request(_requestMax);
            length = template.Write(request, connection.Shot.Unit);
        }

        if (double.IsNaN(connection.Sent))
        {
            connection.Sent = now;
            connection.Reader.Begin(template.Bodyless, _checks[connection.Shot.Kind].CaptureMax);
        }

        int sent = _events.Send(connection.Socket, connection.Tag,
            Marshal.UnsafeAddrOfPinnedArrayElement(request, connection.SentBytes), length - connection.SentBytes);
        if (sent < 0)
        {
            Lose(connection, FailureClass.Reset, now);
            return;
        }

        connection.SentBytes += sent;
        bool all = connection.SentBytes == length;
        if (!all || connection.State == ConnectionState.Sending)
        {
            _events.AwaitRoom(connection.Socket, connection.Tag, !all);
        }

        connection.State = all ? ConnectionState.Waiting : ConnectionState.Sending;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Receive(EventConnection connection, int index)
    {
        bool more;
        do
        {
            int received = _events.Receive(
                index, connection.Socket, connection.Tag, out ReadOnlySpan<byte> bytes, out more);
            if (received == ISocketEvents.Nothing)
            {
                return;
            }

            double now = _clock.Now;
            if (connection.State == ConnectionState.Idle)
            {
                connection.Close(_events); // the peer closed it, or sent what answers nothing; it stays among the idle
                return;                    // ones until it is found there
            }

            if (received < 0)
            {
                Lose(connection, FailureClass.Reset, now);
                return;
            }

            _answered = !more;
            bool over = Take(connection, bytes, now);
            _answered = false;
            if (over && connection.State != ConnectionState.Idle)
            {
                return;
            }
        }
        while (more);
    }

    /// <summary>Takes bytes of an answer; none means that the peer has closed.</summary>
    /// <returns>Whether the request is over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Take(EventConnection connection, ReadOnlySpan<byte> bytes, double now)
    {
        ResponseReader reader = connection.Reader;
        int taken = 0;
        if (bytes.IsEmpty)
        {
            reader.Close();
        }
        else
        {
            connection.FirstByte = reader.Begun ? connection.FirstByte : now;
            connection.ReceivedBytes += bytes.Length;
            taken = reader.Feed(bytes);
        }

        if (reader.Done)
        {
            AnswerCheck check = _checks[connection.Shot.Kind];
            End(connection,
                taken < bytes.Length ? FailureClass.BeyondLength : check.Judge(reader.Status, reader.Head, reader.Body),
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
    private void Lose(EventConnection connection, FailureClass failure, double now)
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
    private void End(EventConnection connection, FailureClass failure, double now)
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
            _answered = false;
            Remove(connection);
        }

        _busy--;
        _inFlight--;
        connection.Shot.Finished?.Invoke(now);
    }

    private void Remove(EventConnection connection)
    {
        connection.Close(_events);
        _closed.Push(connection);
    }

    private static FailureClass ClassOf(int error) => error switch
    {
        LinuxSockets.ConnectionRefused => FailureClass.ConnectRefused,
        LinuxSockets.TimedOut => FailureClass.ConnectTimeout,
        _ => FailureClass.ConnectFailed,
    };
}
