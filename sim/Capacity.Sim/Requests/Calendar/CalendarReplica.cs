namespace Capacity.Sim.Requests.Calendar;

/// <summary>One replica and what it has under way: workers with a queue, or cores that all share.</summary>
/// <param name="index">Its index in the engine.</param>
/// <param name="from">When it starts, seconds.</param>
internal sealed class CalendarReplica(int index, double from)
{
    private readonly List<Attempt> _sharing = []; // descending, so that the next to finish is the last
    private double _virtual;
    private double _last = from; // the instant at which it was that

    /// <summary>Its index in the engine.</summary>
    public int Index { get; } = index;

    /// <summary>Everything that it has, in no order: with a worker, or waiting for one.</summary>
    public List<Attempt> All { get; } = [];

    /// <summary>Those that wait for a worker.</summary>
    public AttemptQueue Waiting { get; } = new();

    /// <summary>How many it has.</summary>
    public int Count => All.Count;

    /// <summary>How many workers are held.</summary>
    public int Busy { get; set; }

    /// <summary>Whether the balancer gives it requests.</summary>
    public bool InRotation { get; set; }

    /// <summary>Whether it is to end as soon as it has nothing left.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Changes when the next share that is done becomes another.</summary>
    public int Stamp { get; private set; }

    /// <summary>What was planned for the cores no longer happens.</summary>
    /// <returns>The stamp of what is planned instead.</returns>
    public int Restamp() => ++Stamp;

    /// <summary>One more.</summary>
    public void Take(Attempt attempt)
    {
        attempt.Replica = this;
        attempt.Place = All.Count;
        All.Add(attempt);
    }

    /// <summary>One fewer.</summary>
    public void Drop(Attempt attempt)
    {
        All[attempt.Place] = All[^1];
        All[attempt.Place].Place = attempt.Place;
        All.RemoveAt(All.Count - 1);
        attempt.Replica = null;
    }

    /// <summary>When the next share is done, seconds; +∞ when nobody shares.</summary>
    public double NextShare(int cores)
    {
        if (_sharing.Count == 0)
        {
            return double.PositiveInfinity;
        }

        double left = _sharing[^1].Virtual - _virtual;
        return _last + (_sharing.Count > cores ? left * _sharing.Count / cores : left);
    }

    /// <summary>Lets time pass for those who share the cores; nobody's share is done before.</summary>
    public void PassTo(double now, int cores)
    {
        double passed = now - _last;
        _virtual += _sharing.Count > cores ? passed * cores / _sharing.Count : passed;
        _last = now;
    }

    /// <summary>Work that it has done for attempts that it has not finished, in seconds of one worker or core.
    /// </summary>
    public double WorkUnderWay(double now, int? cores)
    {
        if (cores is { } shared)
        {
            PassTo(now, shared);
        }

        double done = 0;
        foreach (Attempt attempt in All)
        {
            double left = cores is null ? attempt.WorkUntil - now : attempt.Virtual - _virtual;
            done += Math.Max(0, attempt.Work - Math.Max(0, left));
        }

        return done;
    }

    /// <summary>One more shares the cores, from now on.</summary>
    public void Share(Attempt attempt)
    {
        attempt.Virtual = _virtual + attempt.Work;
        int place = _sharing.Count;
        while (place > 0 && _sharing[place - 1].Virtual < attempt.Virtual)
        {
            place--;
        }

        _sharing.Insert(place, attempt);
    }

    /// <summary>Takes out the one whose share is done.</summary>
    /// <param name="now">The instant of <see cref="NextShare"/>, seconds.</param>
    public Attempt TakeShared(double now)
    {
        Attempt done = _sharing[^1];
        _sharing.RemoveAt(_sharing.Count - 1);
        _virtual = done.Virtual;
        _last = now;
        return done;
    }

    /// <summary>It is cut off: nobody has anything of it any more.</summary>
    public void Clear()
    {
        _sharing.Clear();
        All.Clear();
        Busy = 0;
        Restamp();
    }
}
