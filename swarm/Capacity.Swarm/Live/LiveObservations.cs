namespace Capacity.Swarm.Live;

/// <summary>What was seen of the live stack during a run. All instants are seconds since the start of the run; NaN
/// where nothing was seen.</summary>
internal sealed record LiveObservations
{
    /// <summary>Every container of the service under test, those before the start first.</summary>
    public required IReadOnlyList<LiveContainer> Containers { get; init; }

    /// <summary>Changes of the wanted replicas, in order.</summary>
    public required IReadOnlyList<LiveUpdate> Updates { get; init; }

    /// <summary>What the proxy's servers were, whenever something had changed.</summary>
    public required IReadOnlyList<ProxyState> Proxy { get; init; }

    /// <summary>What the scaler was asked and answered, in order.</summary>
    public required IReadOnlyList<ScalerAnswer> Answers { get; init; }

    /// <summary>Evaluations at which an alert was active.</summary>
    public required IReadOnlyList<AlertSamples> Alerts { get; init; }

    /// <summary>Scrapes of the service's replicas.</summary>
    public required IReadOnlyList<TargetSamples> Scrapes { get; init; }

    /// <summary>Replicas wanted at the start.</summary>
    public required int InitialReplicas { get; init; }

    /// <summary>Time between evaluations, seconds.</summary>
    public required double EvaluationInterval { get; init; }
}

/// <summary>The life of one container.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Addresses">In all networks, without port.</param>
/// <param name="Created">When it was created.</param>
/// <param name="Started">When it was started; before 0 for those of the deployment.</param>
/// <param name="Listening">When its service said that it listens.</param>
/// <param name="Signalled">When it was told to stop.</param>
/// <param name="Ended">When it had ended.</param>
internal sealed record LiveContainer(
    string Id, IReadOnlyList<string> Addresses, double Created, double Started, double Listening, double Signalled,
    double Ended);

/// <summary>A change of the wanted replicas.</summary>
internal sealed record LiveUpdate(double At, int From, int To);

/// <summary>The servers of the proxy from an instant on.</summary>
/// <param name="At">When it was seen.</param>
/// <param name="Found">Addresses that it has from DNS.</param>
/// <param name="Serving">Those of them that are up and have answered a request or a health check.</param>
/// <param name="Answered">Those of them that have answered a request.</param>
internal sealed record ProxyState(
    double At, IReadOnlyList<string> Found, IReadOnlyList<string> Serving, IReadOnlyList<string> Answered);

/// <summary>One request to scale and its answer.</summary>
/// <param name="Asked">When it arrived.</param>
/// <param name="At">When it was answered.</param>
/// <param name="Message">The answer.</param>
/// <param name="Succeeded">Whether it was no error.</param>
internal sealed record ScalerAnswer(double Asked, double At, string Message, bool Succeeded);

/// <summary>Evaluations at which one alert was pending or firing.</summary>
/// <param name="Name">The alert.</param>
/// <param name="Severity">Its label severity, or scale; may be empty.</param>
/// <param name="Scale">Its label scale; may be empty.</param>
/// <param name="Pending">Ascending.</param>
/// <param name="Firing">Ascending.</param>
internal sealed record AlertSamples(
    string Name, string Severity, string Scale, IReadOnlyList<double> Pending, IReadOnlyList<double> Firing);

/// <summary>Scrapes of one target.</summary>
/// <param name="Address">Without port.</param>
/// <param name="At">Ascending.</param>
internal sealed record TargetSamples(string Address, IReadOnlyList<double> At);
