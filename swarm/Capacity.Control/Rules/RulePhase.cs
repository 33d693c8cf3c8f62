using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Capacity.Control.Rules;

/// <summary>When within its interval a group is evaluated: at k·interval + phase on the Unix clock.</summary>
public static class RulePhase
{
    /// <summary>The phase that Prometheus 2.x computes.</summary>
    /// <param name="path">The rule file's resolved path: <c>/etc/prometheus/alert.rules</c>.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="interval">&gt; 0.</param>
    /// <returns>≥ 0 and less than the interval, cut to 100 ns.</returns>
    /// <remarks>Source: Prometheus 2.x, rules/manager.go: EvalTimestamp, hash of the labels file and name.</remarks>
    public static TimeSpan Hashed(string path, string group, TimeSpan interval)
    {
        const string Separator = "\u00FF"; // one byte 0xFF, which UTF-8 never has
        byte[] bytes =
        [
            .. Bytes("file"), .. Bytes(Separator), .. Bytes(path), .. Bytes(Separator),
            .. Bytes("name"), .. Bytes(Separator), .. Bytes(group), .. Bytes(Separator),
        ];
        ulong nanoseconds = (ulong)interval.Ticks * 100;
        return TimeSpan.FromTicks((long)(XxHash64(bytes) % nanoseconds / 100));

        static byte[] Bytes(string text) => text == Separator ? [0xFF] : Encoding.UTF8.GetBytes(text);
    }

    /// <summary>xxHash, 64 bits, seed 0.</summary>
    /// <remarks>Source: the xxHash specification.</remarks>
    internal static ulong XxHash64(ReadOnlySpan<byte> input)
    {
        const ulong P1 = 11400714785074694791;
        const ulong P2 = 14029467366897019727;
        const ulong P3 = 1609587929392839161;
        const ulong P4 = 9650029242287828579;
        const ulong P5 = 2870177450012600261;
        unchecked
        {
            static ulong Round(ulong sum, ulong lane) => BitOperations.RotateLeft(sum + (lane * P2), 31) * P1;
            static ulong Merge(ulong hash, ulong sum) => ((hash ^ Round(0, sum)) * P1) + P4;

            ulong hash = P5;
            ReadOnlySpan<byte> rest = input;
            if (input.Length >= 32)
            {
                ulong a = P1 + P2;
                ulong b = P2;
                ulong c = 0;
                ulong d = 0 - P1;
                for (; rest.Length >= 32; rest = rest[32..])
                {
                    a = Round(a, BinaryPrimitives.ReadUInt64LittleEndian(rest));
                    b = Round(b, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
                    c = Round(c, BinaryPrimitives.ReadUInt64LittleEndian(rest[16..]));
                    d = Round(d, BinaryPrimitives.ReadUInt64LittleEndian(rest[24..]));
                }

                hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
                    + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
                hash = Merge(Merge(Merge(Merge(hash, a), b), c), d);
            }

            hash += (ulong)input.Length;
            for (; rest.Length >= 8; rest = rest[8..])
            {
                hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest));
                hash = (BitOperations.RotateLeft(hash, 27) * P1) + P4;
            }

            if (rest.Length >= 4)
            {
                hash ^= BinaryPrimitives.ReadUInt32LittleEndian(rest) * P1;
                hash = (BitOperations.RotateLeft(hash, 23) * P2) + P3;
                rest = rest[4..];
            }

            foreach (byte last in rest)
            {
                hash = BitOperations.RotateLeft(hash ^ (last * P5), 11) * P1;
            }

            hash = (hash ^ (hash >> 33)) * P2;
            hash = (hash ^ (hash >> 29)) * P3;
            return hash ^ (hash >> 32);
        }
    }
}
