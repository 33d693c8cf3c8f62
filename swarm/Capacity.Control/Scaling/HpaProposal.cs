namespace Capacity.Control.Scaling;

/// <summary>What one metric asks for.</summary>
/// <param name="Replicas">Replicas; 0 when there is an error.</param>
/// <param name="UsageMilli">What the autoscaler reports as the metric's current value, in thousandths: a mean per pod,
/// or for object and external metrics with a total target the total.</param>
/// <param name="UtilizationPercent">Current utilization in whole per cent; null for other targets.</param>
/// <param name="Error">Why nothing could be computed; null when it could.</param>
public sealed record HpaProposal(int Replicas, long UsageMilli, int? UtilizationPercent = null, string? Error = null)
{
    /// <summary>No answer.</summary>
    internal static HpaProposal Failed(string error) => new(0, 0, Error: error);
}
