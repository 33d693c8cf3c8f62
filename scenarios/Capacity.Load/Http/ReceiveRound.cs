using System.Net;
using System.Net.Sockets;

namespace Capacity.Load.Http;

/// <summary>Posts receives together, one round of socket events after their requests were sent.</summary>
/// <remarks>
/// The framework tries to receive before it waits. Right after a request that finds nothing, so that each answer costs
/// a system call more than it needs to. Where a round of events has many answers, those to its own requests are there
/// when the next round begins, and that trial finds them. The next round is announced by a datagram to the socket
/// itself. Belongs to the thread of one socket engine: nothing else may touch the lists.
/// </remarks>
internal sealed class ReceiveRound : SocketAsyncEventArgs
{
    private const int Worth = 6; // receives that found their answer: fewer save less than the datagram costs
    private const int Pause = 256; // answers until it is tried again
    private static readonly byte[] Announcement = [0];
    private readonly Socket _self;
    private List<SocketConnection> _next = [];
    private List<SocketConnection> _now = [];
    private int _thread; // of the socket engine; 0 until it is known
    private int _pause;
    private volatile bool _announced; // from then until the round has posted its receives
    private long _deferred;

    private ReceiveRound(Socket self)
        : base(true) // the execution context need not flow
    {
        _self = self;
        SetBuffer(new byte[1]);
    }

    /// <summary>How many receives were put off.</summary>
    public long Deferred => Volatile.Read(ref _deferred);

    /// <summary>Makes one; null where it would not pay.</summary>
    public static ReceiveRound? Open()
    {
        if (OperatingSystem.IsWindows() || !InlineSockets.IsOn)
        {
            return null; // answers come on any thread, or without a trial
        }

        Socket? self = null;
        try
        {
            self = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            self.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            self.Connect(self.LocalEndPoint!); // from now on it hears nobody else
        }
        catch (SocketException)
        {
            self?.Dispose();
            return null;
        }

        var round = new ReceiveRound(self);
        if (round.Listen())
        {
            round.Announce(); // the first one tells which thread it belongs to
        }

        return round;
    }

    /// <summary>Puts a connection's receive off until the next round.</summary>
    /// <returns>False when it must be posted now.</returns>
    public bool TryDefer(SocketConnection connection)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            return false;
        }

        if (_pause > 0)
        {
            _pause--;
            return false;
        }

        _next.Add(connection);
        Volatile.Write(ref _deferred, _deferred + 1);
        if (!_announced)
        {
            Announce();
        }

        return true;
    }

    /// <summary>Announces again what may have been lost on the way. From any thread, now and then.</summary>
    public void Remind()
    {
        if (_announced)
        {
            Announce();
        }
    }

    /// <summary>Closes it. What was put off is not posted any more.</summary>
    public void Close() => _self.Dispose();

    /// <summary>Runs on the thread of the socket engine, after the events that came before the announcement.</summary>
    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        _thread = Environment.CurrentManagedThreadId;
        Post();
        if (!Listen()) // before the announcement, which else would be taken at once, before other connections' answers
        {
            _thread = 0; // closed: nothing is put off any more
            Post();
            return;
        }

        _announced = false;
        if (_next.Count > 0)
        {
            Announce();
        }
    }

    private void Post()
    {
        (_next, _now) = (_now, _next);
        int found = 0;
        foreach (SocketConnection connection in _now)
        {
            found += connection.Receive() ? 1 : 0;
        }

        _now.Clear();
        _pause = found < Worth ? Pause : 0;
    }

    private bool Listen()
    {
        try
        {
            while (!_self.ReceiveAsync(this))
            {
                if (SocketError != SocketError.Success)
                {
                    return false;
                }
            }

            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private void Announce()
    {
        _announced = true;
        try
        {
            _self.Send(Announcement);
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            // It will be reminded; or the run is over.
        }
    }
}
