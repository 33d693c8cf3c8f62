using System.Globalization;
using System.Text;

namespace Capacity.Swarm;

/// <summary>A few counters and histograms of a service of ours, and their text for Prometheus.</summary>
/// <remarks>Safe for several threads. Callers keep the sets of label values small and bounded.</remarks>
internal sealed class MetricSet
{
    /// <summary>Media type of the text exposition format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    /// <summary>Declares a counter, so that it is exposed before it counts.</summary>
    public void Counter(string name, string help) => Declare(name, "counter", help);

    /// <summary>Declares a gauge.</summary>
    public void Gauge(string name, string help) => Declare(name, "gauge", help);

    /// <summary>Declares a histogram with the default buckets of Prometheus' client libraries, in seconds.</summary>
    public void Histogram(string name, string help) => Declare(name, "histogram", help);

    /// <summary>Adds to a counter.</summary>
    public void Add(string name, double amount = 1, params (string Name, string Value)[] labels)
    {
        lock (_gate)
        {
            Series(name, labels).Sum += amount;
        }
    }

    /// <summary>Sets a gauge.</summary>
    public void Set(string name, double value, params (string Name, string Value)[] labels)
    {
        lock (_gate)
        {
            Series(name, labels).Sum = value;
        }
    }

    /// <summary>Adds an observation to a histogram.</summary>
    public void Observe(string name, double seconds, params (string Name, string Value)[] labels)
    {
        lock (_gate)
        {
            Line series = Series(name, labels);
            series.Sum += seconds;
            int bucket = 0;
            while (bucket < Bounds.Length && seconds > Bounds[bucket])
            {
                bucket++;
            }

            series.Counts[bucket]++;
        }
    }

    /// <summary>The text exposition format, version 0.0.4.</summary>
    /// <param name="openMetrics">OpenMetrics 1.0 instead, without its end mark: counters are then declared without
    /// <c>_total</c>.</param>
    public string Expose(bool openMetrics = false)
    {
        var text = new StringBuilder(2048);
        lock (_gate)
        {
            foreach ((string name, Family family) in _families)
            {
                string declared = openMetrics && family.Type == "counter"
                    && name.EndsWith("_total", StringComparison.Ordinal) ? name[..^"_total".Length] : name;
                text.Append("# HELP ").Append(declared).Append(' ').Append(family.Help).Append('\n');
                text.Append("# TYPE ").Append(declared).Append(' ').Append(family.Type).Append('\n');
                foreach ((string labels, Line series) in family.Series)
                {
                    Write(text, name, family.Type, labels, series);
                }
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, string type, string labels, Line series)
    {
        string braces = labels.Length > 0 ? $"{{{labels}}}" : "";
        if (type != "histogram")
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}{braces} {series.Sum}\n");
            return;
        }

        long count = 0;
        for (int i = 0; i <= Bounds.Length; i++)
        {
            count += series.Counts[i];
            string bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            string all = labels.Length > 0 ? $"{labels},le=\"{bound}\"" : $"le=\"{bound}\"";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{all}}} {count}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {series.Sum}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_count{braces} {count}\n");
    }

    private void Declare(string name, string type, string help)
    {
        lock (_gate)
        {
            _families.Add(name, new Family(type, help));
        }
    }

    private Line Series(string name, (string Name, string Value)[] labels)
    {
        string key = string.Join(',', labels.Select(l => $"{l.Name}=\"{Escape(l.Value)}\""));
        SortedDictionary<string, Line> series = _families[name].Series;
        if (!series.TryGetValue(key, out Line? line))
        {
            series.Add(key, line = new Line());
        }

        return line;
    }

    private static string Escape(string value) =>
        value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", @"\n", StringComparison.Ordinal);

    private sealed record Family(string Type, string Help)
    {
        public SortedDictionary<string, Line> Series { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Line
    {
        public long[] Counts { get; } = new long[Bounds.Length + 1];

        public double Sum { get; set; }
    }
}
