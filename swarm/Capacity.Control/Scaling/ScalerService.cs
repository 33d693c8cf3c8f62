namespace Capacity.Control.Scaling;

/// <summary>How Docker runs a service's tasks.</summary>
public enum ServiceMode
{
    /// <summary>A desired number of replicas.</summary>
    Replicated,

    /// <summary>One task on each node; cannot be scaled.</summary>
    Global,

    /// <summary>Neither, for example a job.</summary>
    Other,
}

/// <summary>What the scaler reads of a service before it decides.</summary>
/// <param name="Name">The name in the swarm.</param>
/// <param name="Mode">How its tasks run.</param>
/// <param name="Replicas">Desired replicas, ≥ 0; null when Docker does not say.</param>
/// <param name="Labels">Of the service, not of its containers.</param>
public sealed record ScalerService(
    string Name, ServiceMode Mode, int? Replicas, IReadOnlyDictionary<string, string> Labels);

/// <summary>What the scaler answers and does.</summary>
/// <param name="Status">HTTP status: 200, 400 or 500.</param>
/// <param name="Body">JSON, as on the wire.</param>
/// <param name="Message">The message inside the body.</param>
/// <param name="NewReplicas">Desired replicas to set; null when nothing is to be changed.</param>
/// <param name="Alert">What to tell Alertmanager; null for nothing.</param>
public sealed record ScaleAnswer(int Status, string Body, string Message, int? NewReplicas, ScalerAlert? Alert)
{
    /// <summary>What the scaler logs, without the time.</summary>
    public IReadOnlyList<string> LogLines { get; init; } = [];
}

/// <summary>The alert with which the scaler reports what it did. It ends by itself after the alert timeout.</summary>
/// <param name="Labels"><c>alertname</c>, <c>service</c> and <c>status</c> (success or error).</param>
/// <param name="Annotations"><c>summary</c> (the message) and <c>request</c>.</param>
public sealed record ScalerAlert(LabelSet Labels, LabelSet Annotations);
