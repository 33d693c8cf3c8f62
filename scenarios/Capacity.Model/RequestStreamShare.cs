namespace Capacity.Model;

/// <content>Leaves out the requests of other agents.</content>
public sealed partial class RequestStream
{
    private readonly LoadShare? _share; // null: all requests
    private long _passed;

    /// <summary>Fills the next requests, in order of arrival; only those of the profile's share.</summary>
    /// <param name="at">Seconds since the start of the run.</param>
    /// <param name="kinds">Index of the request kind.</param>
    /// <param name="units">Uniform on [0, 1): the quantile of the kind's service law.</param>
    /// <returns>How many were filled; fewer than asked only at the end of the profile.</returns>
    public int Fill(Span<double> at, Span<int> kinds, Span<double> units)
    {
        if (_share is null)
        {
            return FillAll(at, kinds, units);
        }

        int kept = 0;
        while (kept < at.Length)
        {
            int asked = at.Length - kept;
            int filled = FillAll(at[kept..], kinds[kept..], units[kept..]);
            int to = kept;
            for (int from = kept; from < kept + filled; from++)
            {
                if (_passed++ % _share.Count == _share.Index)
                {
                    at[to] = at[from];
                    kinds[to] = kinds[from];
                    units[to++] = units[from];
                }
            }

            kept = to;
            if (filled < asked)
            {
                break;
            }
        }

        return kept;
    }
}
