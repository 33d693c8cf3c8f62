namespace Capacity.Control.Scaling;

/// <summary>How far the ratio of measured to wanted may be from 1 before replicas change.</summary>
/// <param name="Down">Below 1, ≥ 0.</param>
/// <param name="Up">Above 1, ≥ 0.</param>
public readonly record struct HpaTolerance(double Down, double Up)
{
    /// <summary>Whether nothing changes; the ends belong to it. The comparison is in floating point: with 0.1, a ratio
    /// of 1.1 is inside, because 1.0 + 0.1 is exactly the number that 1.1 is read as.</summary>
    /// <remarks>Source: Kubernetes, pkg/controller/podautoscaler/replica_calculator.go.</remarks>
    public bool Contains(double ratio) => 1.0 - Down <= ratio && ratio <= 1.0 + Up;

    /// <summary>The tolerance of an autoscaler.</summary>
    public static HpaTolerance Of(HpaOptions options, HpaBehavior? behavior) =>
        behavior is null || !options.ConfigurableTolerance
            ? new HpaTolerance(options.Tolerance, options.Tolerance)
            : new HpaTolerance(
                behavior.ScaleDown.Tolerance ?? options.Tolerance, behavior.ScaleUp.Tolerance ?? options.Tolerance);
}
