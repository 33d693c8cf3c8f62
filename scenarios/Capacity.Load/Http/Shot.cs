namespace Capacity.Load.Http;

/// <summary>One request that is due.</summary>
/// <param name="Kind">Index of its kind.</param>
/// <param name="At">Scheduled instant, seconds since the start; its response time counts from here.</param>
/// <param name="Unit">Quantile of the kind's service law.</param>
/// <param name="Finished">Called with the instant of the end, in seconds since the start; null when nobody
/// waits.</param>
internal readonly record struct Shot(int Kind, double At, double Unit, Action<double>? Finished);

/// <summary>What became of a request.</summary>
/// <param name="Kind">Index of its kind.</param>
/// <param name="At">Scheduled instant, seconds since the start, as all instants here.</param>
/// <param name="Sent">When its bytes went out; NaN when they never did.</param>
/// <param name="FirstByte">When the first byte of the answer came; NaN when none did.</param>
/// <param name="End">When the last byte came, or it failed.</param>
/// <param name="Status">HTTP status; 0 without a complete answer.</param>
/// <param name="Failure">What was wrong.</param>
/// <param name="Service">Time that a worker was held, seconds; NaN when unknown.</param>
/// <param name="BytesSent">Bytes of the request.</param>
/// <param name="BytesReceived">Bytes of the answer.</param>
internal readonly record struct Outcome(
    int Kind, double At, double Sent, double FirstByte, double End, int Status, FailureClass Failure, double Service,
    long BytesSent, long BytesReceived);

/// <summary>What a way of sending counts about itself.</summary>
/// <param name="Refused">Requests that failed unsent because too many were in flight.</param>
/// <param name="Waited">Requests that had to wait because all connections were taken.</param>
/// <param name="Resent">Requests sent a second time because a kept connection was closed under them.</param>
/// <param name="Connections">Connections opened.</param>
internal readonly record struct PathCounts(long Refused, long Waited, long Resent, long Connections);

/// <summary>A way for requests to reach the service. One thread sends and waits; any thread may wake it.
/// </summary>
internal interface IRequestPath : IDisposable
{
    /// <summary>Requests without an answer yet.</summary>
    int InFlight { get; }

    /// <summary>What it counted.</summary>
    PathCounts Counts { get; }

    /// <summary>What was noteworthy about the way itself; null: nothing.</summary>
    string? Remark => null;

    /// <summary>Sends one request and returns at once.</summary>
    void Send(in Shot shot);

    /// <summary>Sends a request of a user whose last one has just finished, on whatever thread noticed that, if this
    /// can be done at once.</summary>
    /// <param name="shot">The request.</param>
    /// <param name="now">When the last one finished: the clock is not read again, so what passes between the two counts
    /// as waiting for the answer.</param>
    /// <returns>False when nothing was done; the thread that sends must do it.</returns>
    bool TrySendNow(in Shot shot, double now);

    /// <summary>Waits for an instant; returns earlier when woken or when requests have finished.</summary>
    /// <param name="instant">A <see cref="System.Diagnostics.Stopwatch"/> timestamp; <see cref="long.MaxValue"/> is
    /// never.</param>
    void Until(long instant);

    /// <summary>Ends the current wait, or the next one.</summary>
    void Wake();

    /// <summary>Nothing more is sent; waits for the answers of what was.</summary>
    /// <param name="stop">Begins the grace after which the rest is given up.</param>
    void Finish(CancellationToken stop);
}
