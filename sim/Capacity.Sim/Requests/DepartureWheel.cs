using System.Runtime.CompilerServices;

namespace Capacity.Sim.Requests;

/// <summary>
/// The finishes to come, in a ring of short spans of time. Inside a span they are in no order, because a departure only
/// lowers a count.
/// </summary>
internal sealed class DepartureWheel
{
    private const int None = -1;
    private const int FewestSpans = 1024;

    private Entry[] _entries = new Entry[FewestSpans];
    private int[] _first = new int[FewestSpans]; // by span; a power of two long
    private int _free;
    private int _count;
    private double _perSpan = 1; // spans per second
    private long _span; // the one in which the last instant was

    public DepartureWheel()
    {
        Array.Fill(_first, None);
        Link(0);
    }

    /// <summary>Fits the spans to the pace of the requests to come; about one departure in each is best.</summary>
    /// <param name="now">Seconds; what has finished by then has been taken.</param>
    /// <param name="rate">Requests per second, ≥ 0.</param>
    public void Fit(double now, double rate)
    {
        double per = Math.Clamp(rate, 1e-3, 1e8);
        bool crowded = _count > _first.Length;
        if (!crowded && per < 2.5 * _perSpan && per > _perSpan / 2.5)
        {
            return;
        }

        Entry[] all = [.. _first.SelectMany(ListOf)];
        _perSpan = per;
        _span = (long)(now * _perSpan);
        _first = new int[crowded ? 4 * _first.Length : _first.Length];
        Array.Fill(_first, None);
        _count = 0;
        Link(0);
        foreach (Entry entry in all)
        {
            Add(entry.At, entry.Replica);
        }
    }

    /// <summary>A request will finish.</summary>
    /// <param name="at">Seconds, not before the last instant.</param>
    /// <param name="replica">Where.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double at, int replica)
    {
        if (_free == None)
        {
            Grow();
        }

        int place = _free;
        ref Entry entry = ref _entries[place];
        _free = entry.Next;
        int span = (int)double.ConvertToIntegerNative<long>(at * _perSpan) & (_first.Length - 1);
        entry.At = at;
        entry.Replica = replica;
        entry.Next = _first[span];
        _first[span] = place;
        _count++;
    }

    /// <summary>Lowers the counts of the replicas whose requests have finished by an instant.</summary>
    /// <param name="now">Seconds; not before the last instant.</param>
    /// <param name="levels">The counts.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeUntil(double now, CountLevels levels)
    {
        long to = double.ConvertToIntegerNative<long>(now * _perSpan);
        long span = Math.Max(_span, to - _first.Length + 1);
        for (; span <= to; span++)
        {
            if (_first[(int)span & (_first.Length - 1)] != None)
            {
                Take(ref _first[(int)span & (_first.Length - 1)], now, levels);
            }
        }

        _span = to;
    }

    /// <summary>A replica has nothing under way any more.</summary>
    public void Forget(int replica)
    {
        Entry[] others = [.. _first.SelectMany(ListOf).Where(e => e.Replica != replica)];
        Array.Fill(_first, None);
        _count = 0;
        Link(0);
        foreach (Entry entry in others)
        {
            Add(entry.At, entry.Replica);
        }
    }

    private void Take(ref int link, double now, CountLevels levels)
    {
        Entry[] entries = _entries;
        while (link != None)
        {
            int place = link;
            ref Entry entry = ref entries[place];
            if (entry.At > now)
            {
                link = ref entry.Next; // of this span but later, or of another revolution
                continue;
            }

            link = entry.Next;
            entry.Next = _free;
            _free = place;
            _count--;
            levels.Down(entry.Replica);
        }
    }

    private IEnumerable<Entry> ListOf(int first)
    {
        for (int place = first; place != None; place = _entries[place].Next)
        {
            yield return _entries[place];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        int before = _entries.Length;
        Array.Resize(ref _entries, 2 * before);
        Link(before);
    }

    /// <summary>Puts the entries from a place on into the free list.</summary>
    private void Link(int from)
    {
        for (int i = from; i < _entries.Length; i++)
        {
            _entries[i].Next = i + 1 < _entries.Length ? i + 1 : None;
        }

        _free = from;
    }

    private struct Entry
    {
        public double At;
        public int Replica;
        public int Next;
    }
}
