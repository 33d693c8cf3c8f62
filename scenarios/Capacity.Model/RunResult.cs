namespace Capacity.Model;

/// <summary>Who made a run.</summary>
public enum Provenance
{
    /// <summary>Real requests under the real clock.</summary>
    Measured,

    /// <summary>Virtual time.</summary>
    Simulated,
}

/// <summary>What happened in one run. The load engine and the simulator both return it; reports cannot tell them
/// apart.</summary>
public sealed record RunResult
{
    /// <summary>Version of this record's stored form.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Who made it.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>Seed of the run; the same seed gives the same arrivals.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Length, seconds.</summary>
    public required double Duration { get; init; }

    /// <summary>Length of one step of <see cref="Series"/>, seconds.</summary>
    public required double Step { get; init; }

    /// <summary>What happened over time, in equal steps.</summary>
    public required RunSeries Series { get; init; }

    /// <summary>Requests of all kinds.</summary>
    public required RequestCounts Totals { get; init; }

    /// <summary>Requests kind by kind.</summary>
    public required IReadOnlyList<KindResult> Kinds { get; init; }

    /// <summary>The response times of all kinds together: a histogram of its own.</summary>
    public LatencyHistogram AllLatencies()
    {
        var all = new LatencyHistogram();
        foreach (KindResult kind in Kinds)
        {
            all.Merge(kind.Latency);
        }

        return all;
    }

    /// <summary>Every change of the wanted replicas, in order.</summary>
    public required IReadOnlyList<ScaleAction> ScaleActions { get; init; }

    /// <summary>When which alert was pending and firing.</summary>
    public required IReadOnlyList<AlertSpan> Alerts { get; init; }

    /// <summary>Replica-hours paid for: from a task's start until it is gone.</summary>
    public required double ReplicaHours { get; init; }

    /// <summary>Everything of note, in order.</summary>
    public IReadOnlyList<RunEvent> Events { get; init; } = [];

    /// <summary>Named stretches of the demand.</summary>
    public IReadOnlyList<PhaseSpan> Phases { get; init; } = [];

    /// <summary>Seconds from each task's start until it listened; its health check may find that later.</summary>
    public IReadOnlyList<double> StartupSeconds { get; init; } = [];

    /// <summary>What clients met besides good answers; null where it was not counted.</summary>
    public ClientCounts? Clients { get; init; }

    /// <summary>How well the load generator kept its schedule; null for simulated runs.</summary>
    public GeneratorHealth? Generator { get; init; }

    /// <summary>Whether the run was interrupted, so that only its beginning is here.</summary>
    public bool Partial { get; init; }

    /// <summary>When a measured run began; null where that means nothing or is not known.</summary>
    /// <remarks>Tells a comparison whether two builds were measured in turns or one after the other.</remarks>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Digest of the load that was asked for; null where it is not known. Runs with different digests cannot
    /// be compared.</summary>
    public string? LoadDigest { get; init; }

    /// <summary>What only a scenario script has; null for other runs.</summary>
    public ScriptDetails? Script { get; init; }
}

/// <summary>Equally long lists, one entry per step; the first step begins at second 0.</summary>
public sealed record RunSeries
{
    /// <summary>Scheduled requests per second.</summary>
    public required IReadOnlyList<double> Offered { get; init; }

    /// <summary>Finished requests per second.</summary>
    public required IReadOnlyList<double> Completed { get; init; }

    /// <summary>Failed requests as a share of those that finished in the step; 0 when none finished.</summary>
    public required IReadOnlyList<double> Errors { get; init; }

    /// <summary>Median response time of requests that finished in the step, seconds; NaN when none did.</summary>
    public required IReadOnlyList<double> P50 { get; init; }

    /// <summary>95th percentile, seconds; NaN when none finished.</summary>
    public required IReadOnlyList<double> P95 { get; init; }

    /// <summary>99th percentile, seconds; NaN when none finished.</summary>
    public required IReadOnlyList<double> P99 { get; init; }

    /// <summary>Replicas wanted at the end of the step.</summary>
    public required IReadOnlyList<int> Desired { get; init; }

    /// <summary>Replicas that receive requests at the end of the step.</summary>
    public required IReadOnlyList<int> Ready { get; init; }
}

/// <summary>Requests by what became of them.</summary>
/// <param name="Scheduled">Planned by the workload.</param>
/// <param name="Ok">Answered with success.</param>
/// <param name="Failed">Answered with an error, refused, timed out or cut off.</param>
/// <param name="Dropped">Never sent because the run was stopped.</param>
public sealed record RequestCounts(long Scheduled, long Ok, long Failed, long Dropped)
{
    /// <summary>Failed as a share of those answered; 0 when none was.</summary>
    public double FailedShare => Ok + Failed == 0 ? 0 : (double)Failed / (Ok + Failed);
}

/// <summary>What one kind of request experienced.</summary>
/// <param name="Name">The kind.</param>
/// <param name="Counts">What became of them.</param>
/// <param name="Latency">Response times from the scheduled instant, of all that were answered.</param>
/// <param name="Service">Time that a worker was held, where known (simulated, or reported in Server-Timing).</param>
/// <param name="StatusCodes">Answers by HTTP status; 0 is a broken or refused connection.</param>
public sealed record KindResult(
    string Name, RequestCounts Counts, LatencyHistogram Latency, LatencyHistogram Service,
    IReadOnlyDictionary<int, long> StatusCodes)
{
    /// <summary>What the client saw besides; null for simulated runs.</summary>
    public ClientView? Client { get; init; }
}

/// <summary>What a client saw of one kind of request besides its response times.</summary>
/// <param name="Exchange">From the sending to the last byte, of all that were answered: the service time as a client
/// knows it. The response time in excess of it is time in which the request was due and could not be sent.</param>
/// <param name="FirstByte">From the sending to the first byte of the answer.</param>
/// <param name="Failures">Failed requests by what was wrong with them, for example <c>connect refused</c>.</param>
/// <param name="BytesSent">Bytes of requests.</param>
/// <param name="BytesReceived">Bytes of answers, bodies and heads.</param>
public sealed record ClientView(
    LatencyHistogram Exchange, LatencyHistogram FirstByte, IReadOnlyDictionary<string, long> Failures, long BytesSent,
    long BytesReceived);

/// <summary>One change of the wanted replicas, with the instants of its chain, in seconds since the start of the
/// run.</summary>
/// <param name="At">When the wanted replicas changed.</param>
/// <param name="From">Replicas before.</param>
/// <param name="To">Replicas after.</param>
/// <param name="Alert">The alert's name, or what else asked for it.</param>
/// <param name="Message">The scaler's answer.</param>
/// <param name="Chain">What led to it and what followed.</param>
public sealed record ScaleAction(double At, int From, int To, string Alert, string Message, ScaleChain Chain);

/// <summary>The instants of one scale action's chain, seconds since the start of the run; NaN where unknown.</summary>
public sealed record ScaleChain
{
    /// <summary>The newest scrape that the evaluation saw.</summary>
    public double Scraped { get; init; } = double.NaN;

    /// <summary>The evaluation at which the expression began to hold.</summary>
    public double Active { get; init; } = double.NaN;

    /// <summary>The evaluation at which the alert fired, after its <c>for</c>.</summary>
    public double Fired { get; init; } = double.NaN;

    /// <summary>The flush of the notification group that carried it.</summary>
    public double Flushed { get; init; } = double.NaN;

    /// <summary>When the scaler answered.</summary>
    public double Delivered { get; init; } = double.NaN;

    /// <summary>When the first task of the change started; scale-up only.</summary>
    public double Started { get; init; } = double.NaN;

    /// <summary>When the last task of the change was ready; scale-up only.</summary>
    public double Ready { get; init; } = double.NaN;

    /// <summary>When the balancer's rotation had changed for all of them.</summary>
    public double InRotation { get; init; } = double.NaN;

    /// <summary>When one of the new replicas had served its first request; scale-up only. Null where nobody looked.
    /// </summary>
    public double? FirstServed { get; init; }
}

/// <summary>One stretch of an alert.</summary>
/// <param name="Name">The alert.</param>
/// <param name="Pending">Second at which it began to hold.</param>
/// <param name="Firing">Second at which it fired; NaN when it never did.</param>
/// <param name="End">Second at which it ended, or the end of the run.</param>
/// <param name="Severity">Its <c>severity</c> or <c>scale</c> label; may be empty.</param>
public sealed record AlertSpan(string Name, double Pending, double Firing, double End, string Severity);

/// <summary>Something of note.</summary>
/// <param name="At">Seconds since the start of the run.</param>
/// <param name="Kind">One word: replica, alert, notification, scale, scrape, load.</param>
/// <param name="Text">What happened.</param>
public sealed record RunEvent(double At, string Kind, string Text);

/// <summary>How well the load generator kept its schedule.</summary>
/// <param name="LatenessP50">Median of sent minus scheduled, seconds.</param>
/// <param name="LatenessP99">99th percentile of sent minus scheduled, seconds.</param>
/// <param name="CpuShare">CPU time used over wall time, 1 is one core.</param>
public sealed record GeneratorHealth(double LatenessP50, double LatenessP99, double CpuShare)
{
    /// <summary>Sent minus scheduled of every request; null in runs stored before it was kept.</summary>
    public LatencyHistogram? Lateness { get; init; }

    /// <summary>Why the generator, not the service, limited the run, as a sentence without a full stop; null when it
    /// did not.</summary>
    public string? Limited { get; init; }
}
