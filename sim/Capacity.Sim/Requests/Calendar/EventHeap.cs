namespace Capacity.Sim.Requests.Calendar;

/// <summary>What happens to an attempt or a replica, in the order in which it happens at one instant.</summary>
internal enum Happening
{
    /// <summary>A worker has done its own work.</summary>
    WorkDone,

    /// <summary>The first of those who share the cores has had its share.</summary>
    ShareDone,

    /// <summary>The dependency has answered.</summary>
    DependencyDone,

    /// <summary>A client sends again.</summary>
    SentAgain,

    /// <summary>A client has a good answer.</summary>
    Answered,

    /// <summary>A stopped replica is cut off.</summary>
    Cut,

    /// <summary>A client gives up.</summary>
    GivenUp,

    /// <summary>The wait for a worker has been too long.</summary>
    QueueTimedOut,

    /// <summary>The wait at the proxy has been too long.</summary>
    ProxyTimedOut,

    /// <summary>A replica has waited too long for the dependency.</summary>
    DependencyTimedOut,

    /// <summary>A client has an answer that is an error.</summary>
    Refused,
}

/// <summary>Something that will happen.</summary>
/// <param name="At">Seconds.</param>
/// <param name="What">What.</param>
/// <param name="Number">In the order in which it was planned.</param>
/// <param name="Attempt">To which attempt.</param>
/// <param name="Replica">To which replica.</param>
/// <param name="Stamp">Of the attempt or replica when it was planned: another one by then calls it off.</param>
/// <param name="Status">Of an error.</param>
/// <param name="Cause">Of an error.</param>
internal readonly record struct Planned(
    double At, Happening What, long Number, Attempt? Attempt, CalendarReplica? Replica, int Stamp, int Status,
    FailureCause Cause)
{
    /// <summary>Whether it comes before another.</summary>
    public bool IsBefore(in Planned other) =>
        At < other.At || (At == other.At && (What < other.What || (What == other.What && Number < other.Number)));
}

/// <summary>What will happen, soonest first: a heap with four children per place.</summary>
internal sealed class EventHeap
{
    private Planned[] _heap = new Planned[256];
    private int _count;
    private long _number;

    /// <summary>When the next one happens, seconds; +∞ when nothing will.</summary>
    public double NextAt => _count == 0 ? double.PositiveInfinity : _heap[0].At;

    /// <summary>What the next one is.</summary>
    public Happening Next => _heap[0].What;

    /// <summary>Plans something for an attempt.</summary>
    public void Add(
        double at, Happening what, Attempt attempt, int status = 0, FailureCause cause = FailureCause.TimedOut) =>
        Add(new Planned(at, what, _number++, attempt, null, attempt.Stamp, status, cause));

    /// <summary>Plans something for a replica.</summary>
    public void Add(double at, Happening what, CalendarReplica replica, int stamp) =>
        Add(new Planned(at, what, _number++, null, replica, stamp, 0, default));

    /// <summary>Takes the next one.</summary>
    public Planned Take()
    {
        Planned first = _heap[0];
        Planned last = _heap[--_count];
        _heap[_count] = default;
        int place = 0;
        while (true)
        {
            int child = (4 * place) + 1;
            if (child >= _count)
            {
                break;
            }

            int least = child;
            for (int i = child + 1; i < Math.Min(child + 4, _count); i++)
            {
                least = _heap[i].IsBefore(_heap[least]) ? i : least;
            }

            if (!_heap[least].IsBefore(last))
            {
                break;
            }

            _heap[place] = _heap[least];
            place = least;
        }

        if (_count > 0)
        {
            _heap[place] = last;
        }

        return first;
    }

    private void Add(in Planned planned)
    {
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, 2 * _count);
        }

        int place = _count++;
        while (place > 0 && planned.IsBefore(_heap[(place - 1) / 4]))
        {
            _heap[place] = _heap[(place - 1) / 4];
            place = (place - 1) / 4;
        }

        _heap[place] = planned;
    }
}
