namespace Capacity.Sim.Requests;

/// <summary>When the requests that wait at each replica will start, in one array: first come, first served, so
/// ascending.</summary>
internal sealed class WaitingStretches
{
    private int _atMost; // no replica's numbers go further than this

    /// <summary>A stretch of <see cref="Room"/> numbers for each replica.</summary>
    public double[] Starts { get; private set; } = [];

    /// <summary>By replica, which of its numbers is the first that counts.</summary>
    public int[] From { get; private set; } = [];

    /// <summary>By replica, which is behind the last.</summary>
    public int[] To { get; private set; } = [];

    /// <summary>How many numbers a replica has.</summary>
    public int Room { get; private set; } = 4 * RequestBatch.Size;

    /// <summary>A replica begins without requests.</summary>
    public void Reset(int replica)
    {
        if (replica >= From.Length)
        {
            int[] more = new int[Math.Max(16, From.Length)];
            From = [.. From, .. more];
            To = [.. To, .. more];
            Move(Room);
        }

        From[replica] = 0;
        To[replica] = 0;
    }

    /// <summary>Makes room for requests, where there may be none: those that still wait move to the front.</summary>
    /// <param name="now">Seconds; who started by then is forgotten.</param>
    /// <param name="more">How many will be added to one replica at most.</param>
    public void Reserve(double now, int more)
    {
        if (_atMost + more > Room)
        {
            _atMost = MoveToFront(now);
            int room = Room;
            while (_atMost + more > room / 2) // else they would soon move again
            {
                room *= 2;
            }

            if (room > Room)
            {
                Move(room);
            }
        }

        _atMost += more;
    }

    private int MoveToFront(double now)
    {
        int most = 0;
        for (int replica = 0; replica < From.Length; replica++)
        {
            Span<double> starts = Starts.AsSpan(replica * Room, Room);
            int from = From[replica];
            int to = To[replica];
            while (from < to && starts[from] <= now)
            {
                from++;
            }

            starts[from..to].CopyTo(starts);
            (From[replica], To[replica]) = (0, to - from);
            most = Math.Max(most, to - from);
        }

        return most;
    }

    private void Move(int room)
    {
        double[] larger = new double[From.Length * room];
        for (int replica = 0; replica < Starts.Length / Room; replica++)
        {
            Starts.AsSpan(replica * Room, To[replica]).CopyTo(larger.AsSpan(replica * room));
        }

        (Starts, Room) = (larger, room);
    }
}
