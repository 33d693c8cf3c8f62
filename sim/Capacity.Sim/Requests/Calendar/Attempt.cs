namespace Capacity.Sim.Requests.Calendar;

/// <summary>One attempt of a request on its way, used again when it is over.</summary>
internal sealed class Attempt
{
    /// <summary>What is asked.</summary>
    public ClientRequest Request { get; set; }

    /// <summary>Whose it is; null for open arrivals.</summary>
    public UserPopulation.User? User { get; set; }

    /// <summary>When it was sent, seconds.</summary>
    public double At { get; set; }

    /// <summary>Seconds for which it uses the dependency; 0 without one.</summary>
    public double Dependency { get; set; }

    /// <summary>Which replica has it; null before one has it, and when none does any more.</summary>
    public CalendarReplica? Replica { get; set; }

    /// <summary>Whether proxy or replica still deal with it.</summary>
    public bool AtServer { get; set; }

    /// <summary>Whether its client has learnt what became of it.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether it uses one of the dependency's connections.</summary>
    public bool IsConnected { get; set; }

    /// <summary>Seconds of a worker or core that its replica needs for it.</summary>
    public double Work { get; set; }

    /// <summary>The virtual time at which it has had its share of the cores.</summary>
    public double Virtual { get; set; }

    /// <summary>When its own work is done, seconds; +∞ while no worker has it.</summary>
    public double WorkUntil { get; set; }

    /// <summary>Where it is in the replica's list.</summary>
    public int Place { get; set; }

    /// <summary>The queue in which it waits.</summary>
    public AttemptQueue? In { get; set; }

    /// <summary>Behind it in the queue.</summary>
    public Attempt? Next { get; set; }

    /// <summary>Before it in the queue.</summary>
    public Attempt? Previous { get; set; }

    /// <summary>Changes when the object is used for another attempt.</summary>
    public int Stamp { get; set; }
}

/// <summary>First come, first served; who loses patience can leave from the middle.</summary>
internal sealed class AttemptQueue
{
    private Attempt? _last;

    /// <summary>Whose turn it is.</summary>
    public Attempt? First { get; private set; }

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>Puts one behind the others.</summary>
    public void Add(Attempt attempt)
    {
        attempt.In = this;
        attempt.Previous = _last;
        attempt.Next = null;
        if (_last is null)
        {
            First = attempt;
        }
        else
        {
            _last.Next = attempt;
        }

        _last = attempt;
        Count++;
    }

    /// <summary>Takes one out, wherever it is.</summary>
    public void Remove(Attempt attempt)
    {
        if (attempt.Previous is null)
        {
            First = attempt.Next;
        }
        else
        {
            attempt.Previous.Next = attempt.Next;
        }

        if (attempt.Next is null)
        {
            _last = attempt.Previous;
        }
        else
        {
            attempt.Next.Previous = attempt.Previous;
        }

        attempt.In = null;
        attempt.Next = null;
        attempt.Previous = null;
        Count--;
    }

    /// <summary>Takes the first one out.</summary>
    /// <returns>Null when nobody waits.</returns>
    public Attempt? Take()
    {
        Attempt? first = First;
        if (first is not null)
        {
            Remove(first);
        }

        return first;
    }
}
