namespace Capacity.Model;

/// <summary>A part of the control loop that can fail.</summary>
public enum LoopPart
{
    /// <summary>No scrapes and no evaluations; alerts begin anew when it is back.</summary>
    Prometheus,

    /// <summary>No alert arrives and no notification leaves; it comes back with nothing in memory.</summary>
    Alertmanager,

    /// <summary>No webhook is answered; Alertmanager sends it again.</summary>
    Scaler,
}

/// <summary>Something that breaks during the launch: a closed set.</summary>
/// <param name="At">Seconds since the start of the launch, ≥ 0.</param>
public abstract record Fault(double At)
{
    /// <summary>Replicas end at once; what they hold fails, and the orchestrator starts others in their
    /// place.</summary>
    /// <param name="At">Seconds.</param>
    /// <param name="Replicas">How many, drawn among those in rotation, ≥ 1.</param>
    /// <param name="Restart">Seconds until the orchestrator acts; null: <see cref="LoopDelays.Restart"/>.</param>
    public sealed record Crash(double At, int Replicas, double? Restart) : Fault(At);

    /// <summary>Replicas need longer for requests that arrive meanwhile.</summary>
    /// <param name="At">Seconds.</param>
    /// <param name="Replicas">How many, drawn among those in rotation, ≥ 1.</param>
    /// <param name="Factor">On the service time, &gt; 0.</param>
    /// <param name="For">Seconds, &gt; 0.</param>
    public sealed record Slow(double At, int Replicas, double Factor, double For) : Fault(At);

    /// <summary>Nodes go, with the tasks on them; these are placed elsewhere once the loss is known.</summary>
    /// <param name="At">Seconds.</param>
    /// <param name="Nodes">How many, drawn among those that are up, ≥ 1.</param>
    /// <param name="For">Seconds until they are back, empty; null: never.</param>
    /// <param name="Detect">Seconds until the orchestrator knows.</param>
    public sealed record LoseNode(double At, int Nodes, double? For, double Detect) : Fault(At)
    {
        /// <summary>What a swarm needs on average with its own heartbeat settings, seconds.</summary>
        public const double UsualDetect = 11;
    }

    /// <summary>A part of the control loop is down.</summary>
    /// <param name="At">Seconds.</param>
    /// <param name="Part">Which.</param>
    /// <param name="For">Seconds, &gt; 0.</param>
    public sealed record Outage(double At, LoopPart Part, double For) : Fault(At);

    /// <summary>The same fault when the load is played faster: it comes earlier, and lasts as long.</summary>
    public Fault Faster(double speed) => this with { At = At / speed };
}

/// <summary>The nodes that tasks are placed on: each goes to the node with the fewest.</summary>
/// <param name="Count">How many, ≥ 1.</param>
/// <param name="Capacity">Replicas that one node has room for; null: any number.</param>
public sealed record NodePool(int Count, int? Capacity);

/// <summary>Requests take longer on a replica that has just joined the rotation.</summary>
/// <param name="Factor">On the service time at first, ≥ 1; falls linearly to 1.</param>
/// <param name="For">Seconds, &gt; 0.</param>
public sealed record WarmUp(double Factor, double For);

/// <summary>Replicas crash by themselves.</summary>
/// <param name="Every">Mean life of a replica, seconds, &gt; 0; exponential.</param>
/// <param name="Restart">Seconds until the orchestrator acts; null: <see cref="LoopDelays.Restart"/>.</param>
public sealed record RandomCrashes(double Every, double? Restart);
