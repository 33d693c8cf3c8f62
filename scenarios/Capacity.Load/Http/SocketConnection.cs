using System.Net;
using System.Net.Sockets;

namespace Capacity.Load.Http;

/// <summary>One connection on the framework's sockets. Its receive is posted, or will be at once, so that sending never
/// waits.</summary>
/// <remarks>
/// The lock keeps the thread that sends and the thread that receives from meeting on one request. What the end of a
/// request sets off happens outside of it.
/// </remarks>
internal sealed class SocketConnection : SocketAsyncEventArgs
{
    private const int BufferSize = 8 * 1024;
    private readonly Lock _gate = new();
    private readonly SocketPath _path;
    private readonly Socket _socket;
    private readonly ResponseReader _reader = new();
    private readonly byte[] _request;
    private ConnectionState _state = ConnectionState.Connecting;
    private Shot _shot;
    private double _started;
    private double _sent;
    private double _firstByte;
    private int _sentBytes;
    private long _receivedBytes;
    private bool _reused;
    private bool _again;

    public SocketConnection(SocketPath path, IPEndPoint address, int requestMax)
        : base(true) // the execution context need not flow
    {
        _path = path;
        _request = new byte[requestMax];
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.SendBufferSize = Math.Max(_socket.SendBufferSize, 2 * requestMax); // so that a send never waits
        RemoteEndPoint = address;
    }

    /// <summary>Connects and then sends.</summary>
    public void Open(in Shot shot, double started, bool again)
    {
        (_shot, _started, _again) = (shot, started, again);
        (_sent, _firstByte) = (double.NaN, double.NaN);
        if (!_socket.ConnectAsync(this))
        {
            OnCompleted(this);
        }
    }

    /// <summary>Sends on a connection that was idle.</summary>
    /// <param name="shot">The request.</param>
    /// <param name="started">When it was asked for, seconds since the start of the run.</param>
    /// <param name="now">When it is sent.</param>
    /// <returns>False when the peer has closed it meanwhile.</returns>
    public bool TryTake(in Shot shot, double started, double now)
    {
        lock (_gate)
        {
            if (_state != ConnectionState.Idle)
            {
                return false;
            }

            (_shot, _started, _again, _reused) = (shot, started, false, true);
            (_sent, _firstByte) = (double.NaN, double.NaN);
            return TryWrite(now);
        }
    }

    /// <summary>Ends the request if it is over a limit.</summary>
    public void Limit(PhaseLimits limits, double now)
    {
        Outcome outcome;
        lock (_gate)
        {
            bool connecting = _state == ConnectionState.Connecting;
            if (!connecting && _state != ConnectionState.Waiting)
            {
                return;
            }

            FailureClass late = limits.Exceeded(now, _started, _sent, connecting, double.IsNaN(_firstByte));
            if (late == FailureClass.None)
            {
                return;
            }

            outcome = Over(late, now);
        }

        _path.End(this, outcome, _shot, reusable: false);
    }

    /// <summary>Closes it; its request, if any, is forgotten.</summary>
    /// <returns>The request's kind; −1 without one.</returns>
    public int Abandon()
    {
        lock (_gate)
        {
            int kind = _state is ConnectionState.Connecting or ConnectionState.Waiting ? _shot.Kind : -1;
            Shut();
            return kind;
        }
    }

    /// <summary>Runs on whatever thread noticed the end of a connect or receive.</summary>
    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        if (LastOperation == SocketAsyncOperation.Connect)
        {
            if (!Connected())
            {
                return;
            }
        }
        else if (!Received())
        {
            return;
        }

        if (!_path.TryDefer(this))
        {
            _ = Receive();
        }
    }

    /// <summary>Posts the receive, and takes what has come already.</summary>
    /// <returns>Whether anything had.</returns>
    public bool Receive()
    {
        bool any = false;
        try
        {
            while (!_socket.ReceiveAsync(this))
            {
                any = true;
                if (!Received() || _path.TryDefer(this))
                {
                    break;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed by a time-out or the end of the run on another thread.
        }

        return any;
    }

    private bool Connected()
    {
        Outcome outcome;
        lock (_gate)
        {
            if (_state != ConnectionState.Connecting)
            {
                return false;
            }

            SetBuffer(new byte[BufferSize]);
            if (SocketError == SocketError.Success && TryWrite(_path.Now))
            {
                return true;
            }

            outcome = Over(SocketPath.ClassOf(SocketError), _path.Now);
        }

        _path.End(this, outcome, _shot, reusable: false);
        return false;
    }

    private bool TryWrite(double now)
    {
        _sent = now;
        _receivedBytes = 0;
        _sentBytes = _path.Prepare(_shot, _request, _reader);
        _state = ConnectionState.Waiting;
        return _socket.Send(_request.AsSpan(0, _sentBytes), SocketFlags.None, out SocketError error) == _sentBytes
            || error == SocketError.Success || _reused; // the receive that is posted will tell
    }

    /// <summary>Takes what was received. True when more is to be received.</summary>
    private bool Received()
    {
        Outcome outcome;
        Shot shot;
        bool reusable = false;
        lock (_gate)
        {
            if (_state != ConnectionState.Waiting)
            {
                Shut(); // the peer closed it while idle, or sent what answers nothing
                return false;
            }

            double now = _path.Now;
            FailureClass failure = Take(now, out bool done);
            shot = _shot;
            if (!done && failure == FailureClass.None)
            {
                return true;
            }

            if (!done && _reused && !_again && !_reader.Begun && _path.MayRepeat(shot))
            {
                Shut();
                outcome = default;
            }
            else
            {
                reusable = done && _reader.KeepAlive && failure != FailureClass.BeyondLength;
                outcome = done && failure != FailureClass.BeyondLength
                    ? new Outcome(shot.Kind, shot.At, _sent, _firstByte, now, _reader.Status, failure,
                        _reader.Service, _sentBytes, _receivedBytes)
                    : Over(failure, now);
                _state = reusable ? ConnectionState.Idle : _state;
                if (!reusable)
                {
                    Shut();
                }
            }
        }

        if (outcome == default)
        {
            _path.Repeat(this, shot, _started);
            return false;
        }

        _path.End(this, outcome, shot, reusable);
        return reusable;
    }

    private FailureClass Take(double now, out bool done)
    {
        done = false;
        if (SocketError != SocketError.Success)
        {
            return FailureClass.Reset;
        }

        int taken = 0;
        if (BytesTransferred == 0)
        {
            _reader.Close();
        }
        else
        {
            _firstByte = _reader.Begun ? _firstByte : now;
            _receivedBytes += BytesTransferred;
            taken = _reader.Feed(MemoryBuffer.Span[..BytesTransferred]);
        }

        done = _reader.Done;
        return !done ? _reader.Failure
            : taken < BytesTransferred ? FailureClass.BeyondLength
            : _path.Judge(_shot, _reader);
    }

    private Outcome Over(FailureClass failure, double now)
    {
        Shut();
        return new Outcome(
            _shot.Kind, _shot.At, _sent, _firstByte, now, 0, failure, double.NaN, _sentBytes, _receivedBytes);
    }

    private void Shut()
    {
        _state = ConnectionState.Closed;
        _socket.Dispose();
    }
}
