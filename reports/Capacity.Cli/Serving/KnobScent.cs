namespace Capacity.Cli.Serving;

/// <summary>What would happen at one stop of a slider.</summary>
internal enum Scent
{
    /// <summary>Not known yet.</summary>
    Unknown,

    /// <summary>Every launch that was tried passed.</summary>
    Go,

    /// <summary>Some did.</summary>
    AtRisk,

    /// <summary>None did.</summary>
    NoGo,
}

/// <summary>Where "go" begins along one slider: a few stops are tried, then those between two that differ.</summary>
/// <param name="stops">How many there are, ≥ 1.</param>
internal sealed class KnobScent(int stops)
{
    private const int Coarse = 5;
    private readonly Scent[] _known = new Scent[stops];
    private readonly int[] _first =
        [.. Enumerable.Range(0, Coarse).Select(i => i * (stops - 1) / (Coarse - 1)).Distinct()];

    /// <summary>The stop to try next; −1 when enough are known.</summary>
    public int Next()
    {
        foreach (int stop in _first)
        {
            if (_known[stop] == Scent.Unknown)
            {
                return stop;
            }
        }

        int before = 0;
        for (int stop = 1; stop < _known.Length; stop++)
        {
            if (_known[stop] == Scent.Unknown)
            {
                continue;
            }

            if (_known[stop] != _known[before] && stop - before > 1)
            {
                return (before + stop) / 2;
            }

            before = stop;
        }

        return -1;
    }

    /// <summary>Notes what was found.</summary>
    public void Set(int stop, Scent found) => _known[stop] = found;

    /// <summary>All stops: those between two equal ones are taken to be as they are.</summary>
    /// <returns>Unknown where neither side is known, or the two sides differ.</returns>
    public IReadOnlyList<Scent> Filled()
    {
        var filled = (Scent[])_known.Clone();
        int before = -1;
        for (int stop = 0; stop < filled.Length; stop++)
        {
            if (_known[stop] == Scent.Unknown)
            {
                continue;
            }

            if (before >= 0 && _known[before] == _known[stop])
            {
                filled.AsSpan(before, stop - before).Fill(_known[stop]);
            }

            before = stop;
        }

        return filled;
    }
}
