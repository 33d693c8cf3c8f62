namespace Capacity.Sim.Requests;

/// <summary>When the last requests of each replica started, as many as its queue holds.</summary>
/// <remarks>
/// First come, first served: starts are ascending, so that a queue is full if the oldest of these is still to come.
/// </remarks>
/// <param name="queue">How many may wait at a replica, ≥ 1.</param>
internal sealed class LastStarts(int queue)
{
    /// <summary>Longer queues than this take too much memory to be kept whole.</summary>
    public const int LongestQueue = 1024;

    /// <summary>How many may wait at a replica.</summary>
    public int Queue => queue;

    /// <summary>By replica, <see cref="Queue"/> starts in a ring, seconds.</summary>
    public double[] Starts { get; private set; } = [];

    /// <summary>By replica, which of its starts is the oldest.</summary>
    public int[] Oldest { get; private set; } = [];

    /// <summary>A replica begins without requests.</summary>
    public void Reset(int replica)
    {
        if (replica >= Oldest.Length)
        {
            int length = Math.Max(16, 2 * replica);
            Oldest = [.. Oldest, .. new int[length - Oldest.Length]];
            Starts = [.. Starts, .. new double[(length * queue) - Starts.Length]];
        }

        Oldest[replica] = 0;
        Starts.AsSpan(replica * queue, queue).Fill(double.NegativeInfinity);
    }
}
