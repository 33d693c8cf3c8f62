namespace Capacity.Model;

/// <summary>Requests that were recorded elsewhere: when each came and of which kind it was.</summary>
/// <param name="At">Seconds since the beginning of the recording, ascending, ≥ 0; cut down to
/// <paramref name="Resolution"/>.</param>
/// <param name="Kinds">Index of each one's kind, −1 where the recording does not say; as many as
/// <paramref name="At"/>.</param>
/// <param name="Resolution">Seconds between instants that the recording can tell apart, &gt; 0.</param>
/// <param name="Duration">Seconds that the recording covers, ≥ the last instant.</param>
public sealed record RecordedArrivals(
    IReadOnlyList<double> At, IReadOnlyList<short> Kinds, double Resolution, double Duration);

/// <summary>A stage of recorded requests in the time of the run.</summary>
/// <param name="From">Seconds since the start of the run.</param>
/// <param name="To">What was recorded later is not played.</param>
/// <param name="Arrivals">The recording.</param>
/// <param name="Skip">Seconds of the recording that are left out at its beginning.</param>
/// <param name="Demand">How often each request is sent on average; 1 is as recorded.</param>
/// <param name="Speed">Instants of the recording are divided by this, &gt; 0.</param>
public sealed record RecordedPhase(
    double From, double To, RecordedArrivals Arrivals, double Skip = 0, double Demand = 1, double Speed = 1)
{
    /// <summary>Index of the first request that is played.</summary>
    public int First => FirstAtOrAfter(Skip);

    /// <summary>Index behind the last request that is played.</summary>
    public int End => FirstAtOrAfter(Skip + ((To - From) * Speed));

    /// <summary>Expected requests of the stage.</summary>
    public double Requests => (End - First) * Demand;

    private int FirstAtOrAfter(double instant)
    {
        int low = 0;
        int high = Arrivals.At.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Arrivals.At[middle] < instant ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
