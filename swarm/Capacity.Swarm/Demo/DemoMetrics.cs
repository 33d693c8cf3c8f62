using System.Globalization;
using System.Text;

namespace Capacity.Swarm.Demo;

/// <summary>The histogram <c>http_server_resp_time</c> of one replica and its text for Prometheus.</summary>
/// <remarks>
/// Source: go-demo's main.go (name, help, labels) and the default buckets of Prometheus' client library. A series
/// appears with its first request, and before the first one there is no text at all.
/// </remarks>
/// <param name="service">Value of the label <c>service</c>.</param>
internal sealed class DemoMetrics(string service)
{
    /// <summary>Name of the histogram.</summary>
    public const string Name = "http_server_resp_time";

    /// <summary>Media type of the text exposition format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly string[] BoundTexts =
        [.. Bounds.Select(b => b.ToString(CultureInfo.InvariantCulture)), "+Inf"];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<Key, Series> _series = new(Comparer<Key>.Create(Compare));

    /// <summary>Records one finished request.</summary>
    public void Observe(int code, string method, string path, double seconds)
    {
        lock (_gate)
        {
            var key = new Key(code, method, path);
            if (!_series.TryGetValue(key, out Series? series))
            {
                _series.Add(key, series = new Series());
            }

            int bucket = 0;
            while (bucket < Bounds.Length && seconds > Bounds[bucket])
            {
                bucket++;
            }

            series.Counts[bucket]++;
            series.Sum += seconds;
        }
    }

    /// <summary>Forgets everything, as a restart would.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _series.Clear();
        }
    }

    /// <summary>The text exposition format, version 0.0.4.</summary>
    public string Expose()
    {
        var text = new StringBuilder(2048);
        lock (_gate)
        {
            if (_series.Count > 0)
            {
                text.Append("# HELP ").Append(Name).Append(" Request response time\n");
                text.Append("# TYPE ").Append(Name).Append(" histogram\n");
            }

            foreach ((Key key, Series series) in _series)
            {
                string labels = string.Create(CultureInfo.InvariantCulture, $"code=\"{key.Code}\",")
                    + $"method=\"{Escape(key.Method)}\",path=\"{Escape(key.Path)}\",service=\"{Escape(service)}\"";
                long count = 0;
                for (int i = 0; i < BoundTexts.Length; i++)
                {
                    count += series.Counts[i];
                    text.Append(Name).Append("_bucket{").Append(labels).Append(",le=\"").Append(BoundTexts[i])
                        .Append(CultureInfo.InvariantCulture, $"\"}} {count}\n");
                }

                text.Append(CultureInfo.InvariantCulture, $"{Name}_sum{{{labels}}} {series.Sum}\n");
                text.Append(CultureInfo.InvariantCulture, $"{Name}_count{{{labels}}} {count}\n");
            }
        }

        return text.ToString();
    }

    private static int Compare(Key a, Key b)
    {
        int order = a.Code.CompareTo(b.Code);
        order = order != 0 ? order : string.CompareOrdinal(a.Method, b.Method);
        return order != 0 ? order : string.CompareOrdinal(a.Path, b.Path);
    }

    private static string Escape(string value) =>
        value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", @"\n", StringComparison.Ordinal);

    private readonly record struct Key(int Code, string Method, string Path);

    private sealed class Series
    {
        public long[] Counts { get; } = new long[Bounds.Length + 1];

        public double Sum { get; set; }
    }
}
