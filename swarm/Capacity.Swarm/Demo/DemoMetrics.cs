using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Capacity.Swarm.Demo;

/// <summary>The histogram <c>http_server_resp_time</c> of one replica and its text for Prometheus.</summary>
/// <remarks>
/// Source: go-demo's main.go (name, help, labels) and the default buckets of Prometheus' client library. A series
/// appears with its first request, and before the first one there is no text at all. Added are exemplars, in the
/// OpenMetrics format only: the trace of the newest request of each bucket.
/// </remarks>
/// <param name="service">Value of the label <c>service</c>.</param>
/// <param name="clock">Tells when an exemplar was taken; null takes the system's.</param>
internal sealed class DemoMetrics(string service, TimeProvider? clock = null)
{
    /// <summary>Name of the histogram.</summary>
    public const string Name = "http_server_resp_time";

    /// <summary>Media type of the text exposition format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Media type of the OpenMetrics format.</summary>
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly string[] BoundTexts =
        [.. Bounds.Select(b => b.ToString(CultureInfo.InvariantCulture)), "+Inf"];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<Key, Series> _series = new(Comparer<Key>.Create(Compare));

    /// <summary>Records one finished request.</summary>
    /// <param name="code">HTTP status.</param>
    /// <param name="method">Methods that HTTP does not have share one label.</param>
    /// <param name="path">One of a few.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="trace">Its trace; null for none.</param>
    public void Observe(int code, string method, string path, double seconds, ActivityTraceId? trace = null)
    {
        lock (_gate)
        {
            var key = new Key(code, Method(method), path);
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
            if (trace is { } id)
            {
                DateTimeOffset now = (clock ?? TimeProvider.System).GetUtcNow();
                series.Exemplars[bucket] = new Exemplar(id, seconds, now.ToUnixTimeMilliseconds() / 1000.0);
            }
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

    /// <summary>The name of a method as a label: one of nine, so that clients cannot make series.</summary>
    public static string Method(string method) =>
        method is "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "PATCH" or "OPTIONS" or "TRACE" ? method : "other";

    /// <summary>The text exposition format, version 0.0.4.</summary>
    /// <param name="openMetrics">OpenMetrics 1.0 instead, with exemplars and without its end mark.</param>
    public string Expose(bool openMetrics = false)
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
                        .Append(CultureInfo.InvariantCulture, $"\"}} {count}");
                    if (openMetrics && series.Exemplars[i] is { } e)
                    {
                        text.Append(CultureInfo.InvariantCulture,
                            $" # {{trace_id=\"{e.Trace}\"}} {e.Seconds} {e.At:0.000}");
                    }

                    text.Append('\n');
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

    private readonly record struct Exemplar(ActivityTraceId Trace, double Seconds, double At);

    private sealed class Series
    {
        public Exemplar?[] Exemplars { get; } = new Exemplar?[Bounds.Length + 1];

        public long[] Counts { get; } = new long[Bounds.Length + 1];

        public double Sum { get; set; }
    }
}
