namespace Capacity.Model;

/// <summary>Lays open stages out as straight pieces of the arrival rate, one stage after the other.</summary>
/// <param name="demand">Factor on rates, ≥ 0.</param>
/// <param name="speed">Stage lengths are divided by this, &gt; 0.</param>
internal sealed class RateCurve(double demand, double speed)
{
    /// <summary>Straight pieces per period of a sine. Each is a chord, so that the rate is at most 0.054 % of the
    /// amplitude beside the curve; whole periods hold exactly as many requests.</summary>
    public const int PiecesPerPeriod = 96;

    private readonly List<RateSegment> _segments = [];
    private double _rate;

    /// <summary>The end of the last stage, seconds.</summary>
    public double Now { get; private set; }

    /// <summary>In order, without gaps.</summary>
    public IReadOnlyList<RateSegment> Segments => _segments;

    /// <summary>Adds a stage.</summary>
    public void Add(LoadStage stage)
    {
        double end = Now + (stage.During / speed);
        switch (stage)
        {
            case LoadStage.Open open:
                MoveTo(open.ToRate * demand, open.Over / speed, end);
                break;
            case LoadStage.Stairs stairs:
                double from = Now;
                for (int i = 1; i <= stairs.Rates.Count; i++)
                {
                    double until = i == stairs.Rates.Count ? end : from + ((end - from) * i / stairs.Rates.Count);
                    MoveTo(stairs.Rates[i - 1] * demand, stairs.Over / speed, until);
                    Now = until;
                }

                break;
            case LoadStage.Spike spike:
                double before = _rate;
                double falls = end - (spike.Over / speed);
                MoveTo(spike.Rate * demand, spike.Over / speed, falls);
                Now = Math.Max(Now, falls);
                MoveTo(before, spike.Over / speed, end);
                _rate = before;
                break;
            case LoadStage.Sine sine:
                Swing(sine, end);
                break;
            default:
                MoveTo(0, 0, end);
                break;
        }

        Now = end;
    }

    /// <summary>Moves linearly to a rate, and stays there until the end.</summary>
    private void MoveTo(double target, double over, double end)
    {
        double reached = over > 0 ? Now + over : Now;
        if (reached > Now)
        {
            _segments.Add(new RateSegment(Now, Math.Min(reached, end), _rate, target));
        }

        if (end > reached)
        {
            _segments.Add(new RateSegment(reached, end, target, target));
        }

        _rate = target;
    }

    private void Swing(LoadStage.Sine sine, double end)
    {
        double from = Now;
        int pieces = Math.Max(1, (int)Math.Ceiling(sine.During / sine.Period * PiecesPerPeriod));
        double rate = Rate(0);
        for (int i = 1; i <= pieces; i++)
        {
            double until = i == pieces ? end : from + (i * sine.Period / PiecesPerPeriod / speed);
            double next = Rate((until - from) * speed);
            _segments.Add(new RateSegment(Now, until, rate, next));
            (Now, rate) = (until, next);
        }

        _rate = rate;

        double Rate(double at) => demand * Math.Max(
            0, sine.Mean + (sine.Amplitude * Math.Cos(2 * Math.PI * (at - sine.PeakAt) / sine.Period)));
    }
}
