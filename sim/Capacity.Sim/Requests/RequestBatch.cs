using System.Runtime.CompilerServices;

namespace Capacity.Sim.Requests;

/// <summary>Up to <see cref="Size"/> requests, an array per property, small enough for the first cache.</summary>
internal sealed class RequestBatch
{
    public const int Size = 1024;

    /// <summary>Arrival, seconds since the start of the run.</summary>
    public readonly double[] At = new double[Size];

    /// <summary>When its client sent it first, seconds; <see cref="At"/> itself for first attempts.</summary>
    public readonly double[] Since;

    /// <summary>How often its client has sent it, this time included; null: all are first attempts.</summary>
    public readonly int[]? Attempt;

    /// <summary>Index of the kind.</summary>
    public readonly int[] Kind = new int[Size];

    /// <summary>Seconds for which a worker is held.</summary>
    public readonly double[] Service = new double[Size];

    /// <summary>Seconds added to the response time without holding a worker.</summary>
    public readonly double[] Overhead = new double[Size];

    /// <summary>When the worker is done, seconds since the start of the run.</summary>
    public readonly double[] Finish = new double[Size];

    /// <summary>Who served it; −1 when nobody did.</summary>
    public readonly int[] Replica = new int[Size];

    /// <summary>How many there are.</summary>
    public int Count;

    /// <summary>Closed users sent them and follow their outcome themselves.</summary>
    public bool OfUsers;

    public RequestBatch() => Since = At;

    private RequestBatch(double[] since)
    {
        Since = since;
        Attempt = new int[Size];
    }

    /// <summary>A batch that can also hold attempts that are not the first.</summary>
    public static RequestBatch OfAttempts() => new(new double[Size]);

    /// <summary>The request whose attempt is at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ClientRequest RequestAt(int i) =>
        new(Since[i], Kind[i], Service[i], Overhead[i], Attempt is null ? 1 : Attempt[i]);

    /// <summary>Puts an attempt to a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int i, double at, in ClientRequest request)
    {
        At[i] = at;
        Since[i] = request.Since;
        Kind[i] = request.Kind;
        Service[i] = request.Service;
        Overhead[i] = request.Overhead;
        if (Attempt is not null)
        {
            Attempt[i] = request.Attempt;
        }
    }

    /// <summary>Copies an attempt to an earlier place.</summary>
    public void Move(int from, int to)
    {
        Set(to, At[from], RequestAt(from));
        Finish[to] = Finish[from];
        Replica[to] = Replica[from];
    }
}
