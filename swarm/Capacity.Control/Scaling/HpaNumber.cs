namespace Capacity.Control.Scaling;

/// <summary>Numbers that stop at the ends of their type instead of wrapping.</summary>
internal static class HpaNumber
{
    /// <summary>Rounds up to replicas; no number (0/0, from a target of 0) becomes 0.</summary>
    public static int Ceiling(double value) => (int)Math.Clamp(
        double.IsNaN(value) ? 0 : Math.Ceiling(value), int.MinValue, int.MaxValue);

    /// <summary>Cuts towards 0.</summary>
    public static int Truncate(double value) => (int)Math.Clamp(
        double.IsNaN(value) ? 0 : Math.Truncate(value), int.MinValue, int.MaxValue);

    /// <summary>Narrows.</summary>
    public static int ToInt32(Int128 value) => (int)Int128.Clamp(value, int.MinValue, int.MaxValue);

    /// <summary>Narrows.</summary>
    public static long ToInt64(Int128 value) => (long)Int128.Clamp(value, long.MinValue, long.MaxValue);

    /// <summary>Adds up.</summary>
    public static long Sum(IReadOnlyList<long> values)
    {
        Int128 sum = 0;
        foreach (long value in values)
        {
            sum += value;
        }

        return ToInt64(sum);
    }

    /// <summary>A total divided among replicas, rounded up; 0 for no replicas.</summary>
    public static long PerReplica(long total, int replicas) =>
        total == long.MaxValue || (double)total >= long.MaxValue ? long.MaxValue
        : replicas == 0 ? 0
        : ToInt64((Int128)Math.Ceiling((double)total / replicas));
}
