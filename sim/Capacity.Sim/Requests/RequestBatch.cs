namespace Capacity.Sim.Requests;

/// <summary>Up to <see cref="Size"/> requests, an array per property, small enough for the first cache.</summary>
internal sealed class RequestBatch
{
    public const int Size = 1024;

    /// <summary>Arrival, seconds since the start of the run.</summary>
    public readonly double[] At = new double[Size];

    /// <summary>Index of the kind.</summary>
    public readonly int[] Kind = new int[Size];

    /// <summary>Seconds for which a worker is held.</summary>
    public readonly double[] Service = new double[Size];

    /// <summary>Seconds added to the response time without holding a worker.</summary>
    public readonly double[] Overhead = new double[Size];

    /// <summary>When the worker is done, seconds since the start of the run.</summary>
    public readonly double[] Finish = new double[Size];

    /// <summary>Who served it.</summary>
    public readonly int[] Replica = new int[Size];

    /// <summary>How many there are.</summary>
    public int Count;
}
