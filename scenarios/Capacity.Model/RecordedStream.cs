namespace Capacity.Model;

/// <summary>Plays the recorded stages of a run, second by second of the recording.</summary>
/// <remarks>
/// A log with whole seconds does not say when within its second a request came: it is drawn, with equal chances for
/// every instant of it (of the millisecond, where the log has those). With another demand than the recorded one each
/// request is sent as often as the whole part of the factor says and, by a draw, once more; the copies may come at any
/// instant of the second.
/// </remarks>
internal sealed class RecordedStream
{
    private const double Second = 1;
    private const int CopiesMax = 1_000_000;

    private readonly IReadOnlyList<RecordedPhase> _phases;
    private readonly RandomSource _random;
    private double[] _at = [];
    private int[] _kind = [];
    private int _held;
    private int _next;
    private int _phase;
    private int _place = -1; // the next request of the recording; −1: the phase has not begun

    /// <summary>Stands before the first stage.</summary>
    /// <param name="phases">In order.</param>
    /// <param name="seed">Seed of the run.</param>
    public RecordedStream(IReadOnlyList<RecordedPhase> phases, ulong seed)
    {
        _phases = phases;
        _random = new RandomSource(seed, "recorded-arrivals");
    }

    /// <summary>Whether recorded requests are still to come in the stage that a piece of the profile lies in.</summary>
    public bool IsDue(in RateSegment piece)
    {
        while (_next == _held && _phase < _phases.Count && piece.To > _phases[_phase].From && !TakeSecond())
        {
            _phase++;
            _place = -1;
        }

        return _next < _held;
    }

    /// <summary>Fills the next requests, in order of arrival; only after <see cref="IsDue"/> said so.</summary>
    /// <returns>How many, ≥ 1 when there is room.</returns>
    public int Fill(in RateSegment piece, Span<double> at, Span<int> kinds)
    {
        int filled = 0;
        while (filled < at.Length && IsDue(piece))
        {
            int count = Math.Min(at.Length - filled, _held - _next);
            _at.AsSpan(_next, count).CopyTo(at[filled..]);
            _kind.AsSpan(_next, count).CopyTo(kinds[filled..]);
            _next += count;
            filled += count;
        }

        return filled;
    }

    /// <summary>Draws the instants of the next second of the recording that has requests.</summary>
    /// <returns>False when the stage has no more.</returns>
    private bool TakeSecond()
    {
        RecordedPhase phase = _phases[_phase];
        _place = _place < 0 ? phase.First : _place;
        int end = phase.End;
        (_next, _held) = (0, 0);
        while (_place < end && _held == 0)
        {
            double from = Math.Floor(phase.Arrivals.At[_place] / Second) * Second;
            for (; _place < end && phase.Arrivals.At[_place] < from + Second; _place++)
            {
                Send(phase, from);
            }
        }

        Array.Sort(_at, _kind, 0, _held);
        return _held > 0;
    }

    private void Send(RecordedPhase phase, double second)
    {
        double recorded = phase.Arrivals.At[_place];
        double resolution = phase.Arrivals.Resolution;
        double times = phase.Demand + (phase.Demand == Math.Floor(phase.Demand) ? 0 : _random.NextUnit());
        double last = Math.BitDecrement(phase.To); // the next stage begins at its end
        for (int copy = 0; copy < (int)Math.Min(times, CopiesMax); copy++)
        {
            double at = copy == 0 ? recorded + (resolution * _random.NextUnit()) : second + _random.NextUnit();
            Hold(Math.Clamp(phase.From + ((at - phase.Skip) / phase.Speed), phase.From, last),
                phase.Arrivals.Kinds[_place]);
        }
    }

    private void Hold(double at, int kind)
    {
        if (_held == _at.Length)
        {
            Array.Resize(ref _at, Math.Max(256, 2 * _held));
            Array.Resize(ref _kind, _at.Length);
        }

        (_at[_held], _kind[_held]) = (at, kind);
        _held++;
    }
}
