namespace Capacity.Control.Samples;

/// <summary>The NaN that says "this series has ended", distinct from a NaN that was measured.</summary>
/// <remarks>Source: Prometheus, model/value: StaleNaN, bit pattern 0x7ff0000000000002.</remarks>
public static class StaleMarker
{
    private const long Bits = 0x7ff0000000000002;

    /// <summary>The marker itself.</summary>
    public static double Value => BitConverter.Int64BitsToDouble(Bits);

    /// <summary>Whether a value is the marker; false for every other NaN.</summary>
    public static bool Is(double value) => BitConverter.DoubleToInt64Bits(value) == Bits;
}
