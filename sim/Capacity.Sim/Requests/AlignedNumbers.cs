using System.Runtime.InteropServices;

namespace Capacity.Sim.Requests;

/// <summary>Numbers that begin on a cache line, so that eight of them are read and written at once without crossing
/// one; it grows.</summary>
internal sealed class AlignedNumbers
{
    private const int Line = 64;
    private double[] _all = [];
    private int _from;

    /// <summary>How many there are.</summary>
    public int Length { get; private set; }

    /// <summary>The first number; valid until the next <see cref="Reserve"/>.</summary>
    public ref double First => ref _all[_from];

    /// <summary>Some of the numbers.</summary>
    public Span<double> Span(int from, int count) => _all.AsSpan(_from + from, count);

    /// <summary>Makes room, and keeps what is there.</summary>
    /// <param name="length">How many numbers there must be at least.</param>
    public void Reserve(int length)
    {
        if (length <= Length)
        {
            return;
        }

        length = Math.Max(length, 2 * Length);
        double[] larger = GC.AllocateArray<double>(length + (Line / sizeof(double)), pinned: true);
        nint behind = Marshal.UnsafeAddrOfPinnedArrayElement(larger, 0) % Line;
        int from = (int)((Line - behind) % Line) / sizeof(double);
        Span(0, Length).CopyTo(larger.AsSpan(from));
        (_all, _from, Length) = (larger, from, length);
    }
}
