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

    private int _count;

    public DepartureWheel()
    {
        Array.Fill(Firsts, None);
        Free = None;
        Link(0);
    }

    /// <summary>Departures in lists, and free places in another.</summary>
    public Entry[] Entries { get; private set; } = new Entry[FewestSpans];

    /// <summary>Where each span's list begins; a power of two long.</summary>
    public int[] Firsts { get; private set; } = new int[FewestSpans];

    /// <summary>Where the list of free places begins; negative when there is none.</summary>
    public int Free { get; private set; }

    /// <summary>Spans per second.</summary>
    public double PerSpan { get; private set; } = 1;

    /// <summary>The span in which the last instant was.</summary>
    public long Span { get; private set; }

    /// <summary>Makes room for departures.</summary>
    /// <param name="more">How many will be added at most.</param>
    public void Reserve(int more)
    {
        while (_count + more > Entries.Length)
        {
            Grow();
        }
    }

    /// <summary>A loop of its own has taken and added departures.</summary>
    /// <param name="span">The span of the last instant.</param>
    /// <param name="free">Where the list of free places now begins.</param>
    /// <param name="more">How many departures there are more than before.</param>
    public void Served(long span, int free, int more) => (Span, Free, _count) = (span, free, _count + more);

    /// <summary>Fits the spans to the pace of the requests to come; about one departure in each is best.</summary>
    /// <param name="now">Seconds; what has finished by then has been taken.</param>
    /// <param name="rate">Requests per second, ≥ 0.</param>
    public void Fit(double now, double rate)
    {
        double per = Math.Clamp(rate, 1e-3, 1e8);
        bool crowded = _count > Firsts.Length;
        if (!crowded && per < 2.5 * PerSpan && per > PerSpan / 2.5)
        {
            return;
        }

        Entry[] all = [.. Firsts.SelectMany(ListOf)];
        PerSpan = per;
        Span = (long)(now * PerSpan);
        Firsts = new int[crowded ? 4 * Firsts.Length : Firsts.Length];
        Array.Fill(Firsts, None);
        _count = 0;
        Free = None;
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
        if (Free == None)
        {
            Grow();
        }

        int place = Free;
        ref Entry entry = ref Entries[place];
        Free = entry.Next;
        int span = (int)double.ConvertToIntegerNative<long>(at * PerSpan) & (Firsts.Length - 1);
        entry.At = at;
        entry.Replica = replica;
        entry.Next = Firsts[span];
        Firsts[span] = place;
        _count++;
    }

    /// <summary>Lowers the counts of the replicas whose requests have finished by an instant.</summary>
    /// <param name="now">Seconds; not before the last instant.</param>
    /// <param name="levels">The counts.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeUntil(double now, CountLevels levels)
    {
        long to = double.ConvertToIntegerNative<long>(now * PerSpan);
        long span = Math.Max(Span, to - Firsts.Length + 1);
        for (; span <= to; span++)
        {
            if (Firsts[(int)span & (Firsts.Length - 1)] != None)
            {
                Take(ref Firsts[(int)span & (Firsts.Length - 1)], now, levels);
            }
        }

        Span = to;
    }

    /// <summary>A replica has nothing under way any more.</summary>
    public void Forget(int replica)
    {
        Entry[] others = [.. Firsts.SelectMany(ListOf).Where(e => e.Replica != replica)];
        Array.Fill(Firsts, None);
        _count = 0;
        Free = None;
        Link(0);
        foreach (Entry entry in others)
        {
            Add(entry.At, entry.Replica);
        }
    }

    private void Take(ref int link, double now, CountLevels levels)
    {
        Entry[] entries = Entries;
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
            entry.Next = Free;
            Free = place;
            _count--;
            levels.Down(entry.Replica);
        }
    }

    private IEnumerable<Entry> ListOf(int first)
    {
        for (int place = first; place != None; place = Entries[place].Next)
        {
            yield return Entries[place];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        int before = Entries.Length;
        Entry[] larger = new Entry[2 * before];
        Entries.CopyTo(larger, 0);
        Entries = larger;
        Link(before);
    }

    /// <summary>Puts the entries from a place on into the free list.</summary>
    private void Link(int from)
    {
        for (int i = from; i < Entries.Length; i++)
        {
            Entries[i].Next = i + 1 < Entries.Length ? i + 1 : Free;
        }

        Free = from;
    }

    /// <summary>A departure, or a free place.</summary>
    public struct Entry
    {
        public double At;
        public int Replica;
        public int Next;
    }
}
