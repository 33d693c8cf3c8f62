using System.Globalization;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Theory;

/// <summary>What one run of a model measured, by the names that the oracles use.</summary>
internal sealed class Tally(double warmUp)
{
    private const int Shift = 38; // 14 bits of the mantissa: quantiles to 6e-5
    private readonly long[] _times = new long[64 << 14];
    private readonly long[] _waits = new long[64 << 14];
    private double _sum;
    private double _squares;
    private double _waitSum;
    private double _waitSquares;
    private double _work;
    private long _noWait;

    public long Count { get; private set; }

    public long Failed { get; set; }

    public double WaitOfFailed { get; set; }

    public void Add(RequestBatch batch, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            if (batch.Since[i] >= warmUp)
            {
                Add(batch.Finish[i] - batch.Since[i], batch.Service[i]);
            }
        }
    }

    public void Add(double time, double service)
    {
        double wait = Math.Max(0, time - service);
        Count++;
        _sum += time;
        _squares += time * time;
        _waitSum += wait;
        _waitSquares += wait * wait;
        _work += service;
        _times[Key(time)]++;
        bool none = wait < 1e-9;
        _noWait += none ? 1 : 0;
        _waits[none ? 0 : Key(wait)]++;
    }

    /// <summary>A measured value; null when this tally has no such value.</summary>
    public double? Value(string name, double seconds, double servers, double offered) => name switch
    {
        "W" or "R" => _sum / Count,
        "Wq" => _waitSum / Count,
        "L" => _sum / seconds,
        "Lq" => (_waitSum + WaitOfFailed) / seconds,
        "varT" or "varT_exponential" => (_squares / Count) - (_sum / Count * (_sum / Count)),
        "varWq" => (_waitSquares / Count) - (_waitSum / Count * (_waitSum / Count)),
        "P_wait_0" or "P_no_wait" => (double)_noWait / Count,
        "erlangC" => 1 - ((double)_noWait / Count),
        "P_delay" => 1 - (_noWait / offered),
        "blocking" or "P_abandon" or "erlangB" or "B" => Failed / offered,
        "E_wait_all" => (_waitSum + WaitOfFailed) / offered,
        "throughput" or "X" => Count / seconds,
        "utilisation" or "rho" => _work / seconds / servers,
        "offeredLoad" => _work / seconds,
        "slowdown" => _sum / _work,
        _ => name.Split("_p") switch
        {
            ["T", string digits] => Quantile(_times, digits),
            ["Wq", string digits] => Quantile(_waits, digits),
            _ => null,
        },
    };

    private double Quantile(long[] counts, string digits)
    {
        long rank = (long)(double.Parse("0." + digits, CultureInfo.InvariantCulture) * Count);
        int key = 0;
        for (long seen = counts[0]; seen <= rank; seen += counts[key])
        {
            key++;
        }

        long middle = ((key + ((1023L - 44) << 14)) << Shift) + (1L << (Shift - 1));
        return key == 0 ? 0 : BitConverter.Int64BitsToDouble(middle);
    }

    private static int Key(double value) =>
        (int)Math.Clamp((BitConverter.DoubleToInt64Bits(value) >> Shift) - ((1023L - 44) << 14), 0, (64 << 14) - 1);
}
