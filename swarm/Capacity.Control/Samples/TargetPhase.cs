using System.Globalization;
using System.Text;
using Capacity.Control.Rules;

namespace Capacity.Control.Samples;

/// <summary>When within its interval a target is scraped: at k·interval + phase on the Unix clock.</summary>
public static class TargetPhase
{
    private const byte Separator = 0xFF;

    /// <summary>The phase that Prometheus 2.x computes.</summary>
    /// <param name="labels">The target's labels after relabelling, with those that begin with two underscores
    /// (<c>__address__</c>, <c>__metrics_path__</c>, <c>__scheme__</c>, <c>__scrape_interval__</c>,
    /// <c>__scrape_timeout__</c>) but without <c>__meta_*</c>.</param>
    /// <param name="url">The address that is scraped: <c>http://HOST:8080/metrics</c>.</param>
    /// <param name="host">Prometheus' own name, as its look-up gives it.</param>
    /// <param name="external">The server's external labels.</param>
    /// <param name="interval">&gt; 0.</param>
    /// <returns>≥ 0 and less than the interval, cut to 100 ns.</returns>
    /// <remarks>Source: Prometheus 2.x, scrape/target.go: offset, hash; scrape/manager.go: setOffsetSeed.</remarks>
    public static TimeSpan Hashed(LabelSet labels, string url, string host, LabelSet external, TimeSpan interval)
    {
        byte[] text =
        [
            .. labels.Labels.SelectMany(l => (byte[])
                [.. Encoding.UTF8.GetBytes(l.Key), Separator, .. Encoding.UTF8.GetBytes(l.Value), Separator]),
        ];
        string hashed = RulePhase.XxHash64(text).ToString("D16", CultureInfo.InvariantCulture);
        ulong seed = Fnv1A(host + external);
        return TimeSpan.FromTicks((long)((Fnv1A(hashed + url) ^ seed) % ((ulong)interval.Ticks * 100) / 100));
    }

    /// <summary>FNV-1a, 64 bits.</summary>
    private static ulong Fnv1A(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked((hash ^ b) * 0x100000001B3);
        }

        return hash;
    }
}
