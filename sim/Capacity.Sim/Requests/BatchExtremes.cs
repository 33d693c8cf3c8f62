using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Capacity.Sim.Requests;

/// <summary>What decides whether any request of a batch needs a closer look.</summary>
internal static class BatchExtremes
{
    /// <summary>The last answer, the longest that an attempt spent with its replica, and the slowest answer.</summary>
    public static (double Latest, double Longest, double Slowest) Of(RequestBatch batch, int from, int to)
    {
        ReadOnlySpan<double> at = batch.At.AsSpan(from, to - from);
        ReadOnlySpan<double> finish = batch.Finish.AsSpan(from, to - from);
        ReadOnlySpan<double> overhead = batch.Overhead.AsSpan(from, to - from);
        ref double ats = ref MemoryMarshal.GetReference(at); // all three are equally long
        ref double finishes = ref MemoryMarshal.GetReference(finish);
        ref double overheads = ref MemoryMarshal.GetReference(overhead);
        Vector512<double> latests = Vector512<double>.Zero;
        Vector512<double> longests = Vector512<double>.Zero;
        Vector512<double> slowests = Vector512<double>.Zero;
        int i = 0;
        for (; i <= at.Length - Vector512<double>.Count; i += Vector512<double>.Count)
        {
            var done = Vector512.LoadUnsafe(ref finishes, (nuint)i);
            var sent = Vector512.LoadUnsafe(ref ats, (nuint)i);
            Vector512<double> answered = done + Vector512.LoadUnsafe(ref overheads, (nuint)i);
            latests = Vector512.MaxNative(latests, answered);
            longests = Vector512.MaxNative(longests, done - sent);
            slowests = Vector512.MaxNative(slowests, answered - sent);
        }

        double latest = 0;
        double longest = 0;
        double slowest = 0;
        for (int lane = 0; lane < Vector512<double>.Count; lane++)
        {
            latest = Math.Max(latest, latests[lane]);
            longest = Math.Max(longest, longests[lane]);
            slowest = Math.Max(slowest, slowests[lane]);
        }

        for (; i < at.Length; i++)
        {
            latest = Math.Max(latest, finish[i] + overhead[i]);
            longest = Math.Max(longest, finish[i] - at[i]);
            slowest = Math.Max(slowest, finish[i] + overhead[i] - at[i]);
        }

        return (latest, longest, slowest);
    }
}
