namespace Capacity.Sim;

/// <summary>One recorded request.</summary>
/// <param name="At">Seconds since the start of the run, ≥ 0.</param>
/// <param name="Kind">Index of the kind.</param>
/// <param name="ServiceSeconds">Time for which it held a worker, ≥ 0.</param>
public readonly record struct TraceRequest(double At, int Kind, double ServiceSeconds);
