namespace Capacity.Model;

/// <summary>Gaps between arrivals in units of expected requests: their mean is 1 for every spacing.</summary>
internal sealed class ArrivalGaps
{
    private readonly BatchRandom? _exponentials; // null: evenly spaced
    private readonly BatchRandom? _choices;
    private readonly double[] _choice = [];
    private readonly double _shortShare;

    /// <summary>Starts the gaps of a run.</summary>
    /// <param name="spacing">Bursts change the rate, not the gaps: theirs are exponential.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="batch">How many gaps <see cref="Fill(Span{double})"/> is asked for at most.</param>
    public ArrivalGaps(ArrivalSpacing spacing, ulong seed, int batch)
    {
        _exponentials = spacing is ArrivalSpacing.Grid ? null : new BatchRandom(seed, "arrivals");
        if (spacing is ArrivalSpacing.Variable variable)
        {
            _choices = new BatchRandom(seed, "arrival-gaps");
            _choice = new double[batch];
            _shortShare = variable.ShortShare;
        }
    }

    /// <summary>Fills the first gaps of a run. The first of all ends at the first arrival: it is what is left of a gap
    /// at any instant, so that the process is stationary from the beginning.</summary>
    public void FillFirst(Span<double> gaps)
    {
        if (_exponentials is null)
        {
            gaps.Fill(1);
            gaps[0] = 0.5;
            return;
        }

        // What is left of a gap is of either kind equally often: the rarer long gaps last as long in sum.
        FillDrawn(gaps, firstShortShare: 0.5);
    }

    /// <summary>Fills the next gaps.</summary>
    /// <param name="gaps">Length a multiple of <see cref="BatchRandom.Lanes"/>.</param>
    public void Fill(Span<double> gaps)
    {
        if (_exponentials is not null)
        {
            FillDrawn(gaps, _shortShare);
        }
        else
        {
            gaps.Fill(1);
        }
    }

    private void FillDrawn(Span<double> gaps, double firstShortShare)
    {
        _exponentials!.FillExponentials(gaps);
        if (_choices is null)
        {
            return;
        }

        Span<double> choice = _choice.AsSpan(0, gaps.Length);
        _choices.FillUnits(choice);
        double shortMean = 1 / (2 * _shortShare);
        double longMean = _shortShare < 1 ? 1 / (2 * (1 - _shortShare)) : 0;
        for (int i = 0; i < gaps.Length; i++)
        {
            gaps[i] *= choice[i] < (i == 0 ? firstShortShare : _shortShare) ? shortMean : longMean;
        }
    }
}
