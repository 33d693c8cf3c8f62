namespace Capacity.Model;

/// <summary>Walks through the segments of a profile; with bursts they are cut where a burst begins or ends.</summary>
/// <remarks>Within each piece the rate is linear, so that arrivals are drawn exactly in it.</remarks>
internal sealed class RateWalk
{
    private readonly IReadOnlyList<RateSegment> _segments;
    private readonly ArrivalSpacing.Bursty? _bursts;
    private readonly RandomSource? _random;
    private int _next; // the segment of the profile that comes next
    private bool _inBurst;
    private double _switchAt = double.PositiveInfinity;

    /// <summary>Stands on the first piece.</summary>
    public RateWalk(ArrivalProfile profile, ArrivalSpacing spacing, ulong seed)
    {
        _segments = profile.Segments;
        _bursts = spacing as ArrivalSpacing.Bursty;
        if (_bursts is not null)
        {
            _random = new RandomSource(seed, "bursts");
            _inBurst = _random.NextUnit() < _bursts.Share;
            _switchAt = StateLength();
        }

        Advance();
    }

    /// <summary>The piece that it stands on; its rates are those of the profile times the burst's factor.</summary>
    public RateSegment Piece { get; private set; }

    /// <summary>Whether all pieces have been passed.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Goes to the next piece.</summary>
    public void Advance()
    {
        double from = Piece.To;
        while (_next < _segments.Count && _segments[_next].To <= from)
        {
            _next++;
        }

        if (_next >= _segments.Count)
        {
            IsOver = true;
            return;
        }

        RateSegment whole = _segments[_next];
        if (_bursts is null)
        {
            Piece = whole;
            _next++;
            return;
        }

        from = Math.Max(from, whole.From);
        while (_switchAt <= from)
        {
            _inBurst = !_inBurst;
            _switchAt += StateLength();
        }

        double to = Math.Min(whole.To, _switchAt);
        double factor = _inBurst ? _bursts.Factor : _bursts.CalmFactor;
        Piece = new RateSegment(from, to, whole.RateAt(from) * factor, whole.RateAt(to) * factor);
    }

    private double StateLength() =>
        (_inBurst ? _bursts!.MeanBurst : _bursts!.MeanCalm) * UnitExponential.Of(1 - _random!.NextUnit());
}
