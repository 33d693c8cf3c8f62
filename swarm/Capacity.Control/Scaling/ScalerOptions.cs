namespace Capacity.Control.Scaling;

/// <summary>docker-scaler's settings, with the defaults of its image, and safer variants that it does not
/// have.</summary>
/// <remarks>Source: docker-scaler, Dockerfile and cmd/root.go.</remarks>
public sealed record ScalerOptions
{
    /// <summary>Lower bound of a service without a label.</summary>
    public int DefaultMin { get; init; } = 1;

    /// <summary>Upper bound of a service without a label.</summary>
    public int DefaultMax { get; init; } = 5;

    /// <summary>Replicas added by one "up" of a service without a label.</summary>
    public int DefaultUpBy { get; init; } = 1;

    /// <summary>Replicas removed by one "down" of a service without a label.</summary>
    public int DefaultDownBy { get; init; } = 1;

    /// <summary>Name of the label with the lower bound.</summary>
    public string MinLabel { get; init; } = "com.df.scaleMin";

    /// <summary>Name of the label with the upper bound.</summary>
    public string MaxLabel { get; init; } = "com.df.scaleMax";

    /// <summary>Name of the label with the step up.</summary>
    public string UpByLabel { get; init; } = "com.df.scaleUpBy";

    /// <summary>Name of the label with the step down.</summary>
    public string DownByLabel { get; init; } = "com.df.scaleDownBy";

    /// <summary>Whether "down" at the lower bound is reported to Alertmanager.</summary>
    public bool AlertAtMin { get; init; }

    /// <summary>Whether "up" at the upper bound is reported to Alertmanager.</summary>
    public bool AlertAtMax { get; init; } = true;

    /// <summary>How long the alert that the scaler sends stays active.</summary>
    public TimeSpan AlertTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Least time between two changes of a service; zero, as in docker-scaler, for none.</summary>
    public TimeSpan CoolDown { get; init; }

    /// <summary>Refuse steps whose label is negative, which docker-scaler takes as a step in the other
    /// direction.</summary>
    public bool RefuseNegativeSteps { get; init; }

    /// <summary>Refuse a lower bound above the upper bound, where docker-scaler lets the upper bound win.</summary>
    public bool RefuseMinAboveMax { get; init; }
}
