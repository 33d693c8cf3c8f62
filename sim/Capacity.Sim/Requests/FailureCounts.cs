namespace Capacity.Sim.Requests;

/// <summary>Failed requests by kind, by step and by status.</summary>
internal sealed class FailureCounts
{
    private readonly double _step;
    private readonly SortedDictionary<int, long>[] _ofKind;

    /// <summary>Starts with none.</summary>
    /// <param name="kinds">How many kinds of requests.</param>
    /// <param name="step">Seconds.</param>
    /// <param name="steps">Steps of the run; one more holds what fails after it.</param>
    public FailureCounts(int kinds, double step, int steps)
    {
        _step = step;
        _ofKind = [.. Enumerable.Range(0, kinds).Select(_ => new SortedDictionary<int, long>())];
        BySteps = new long[steps + 1];
    }

    /// <summary>By step in which the failure was answered.</summary>
    public long[] BySteps { get; }

    /// <summary>By HTTP status; 0 is a broken connection.</summary>
    public IReadOnlyDictionary<int, long> OfKind(int kind) => _ofKind[kind];

    /// <summary>Counts a failed request.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="at">When the client learnt it, seconds.</param>
    /// <param name="status">HTTP status, or 0.</param>
    public void Add(int kind, double at, int status)
    {
        BySteps[Math.Min((int)(at / _step), BySteps.Length - 1)]++;
        _ofKind[kind][status] = _ofKind[kind].GetValueOrDefault(status) + 1;
    }
}
