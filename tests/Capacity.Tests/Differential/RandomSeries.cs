using System.Globalization;
using Capacity.Control;
using Capacity.Control.Samples;

namespace Capacity.Tests.Differential;

/// <summary>One random series: counters with resets, gauges, histograms; with gaps and stale markers.</summary>
/// <param name="Labels">Its labels, the name among them.</param>
/// <param name="Values">One per step; null where there is no sample.</param>
internal sealed record RandomSeries(LabelSet Labels, IReadOnlyList<double?> Values)
{
    private static readonly string[] Codes = ["200", "404", "503"];

    private static readonly string[] Bounds = ["0.1", "0.5", "1", "+Inf"];

    /// <summary>The series of a case.</summary>
    public static IReadOnlyList<RandomSeries> Some(Random random, int steps)
    {
        var all = new List<RandomSeries>();
        foreach (string job in new[] { "a", "b" })
        {
            for (int host = 1; host <= random.Next(1, 4); host++)
            {
                AddInstance(all, random, steps, job, $"h{host}:80");
            }
        }

        return all;
    }

    /// <summary>The values in promtool's notation.</summary>
    public string Notation() => string.Join(' ', Values.Select(v => v switch
    {
        null => "_",
        { } value when StaleMarker.Is(value) => "stale",
        { } value when double.IsNaN(value) => "NaN",
        { } value => value.ToString("R", CultureInfo.InvariantCulture),
    }));

    private static void AddInstance(List<RandomSeries> all, Random random, int steps, string job, string instance)
    {
        bool[] missing = Missing(random, steps);
        double level = random.Next(-20, 60);
        Add("temperature", [], _ => Math.Round(level += (random.NextDouble() - 0.5) * 6, random.Next(4)));
        Add("up", [], _ => random.Next(8) == 0 ? 0 : 1);
        foreach (string code in Codes.Take(random.Next(1, 4)))
        {
            double rate = random.NextDouble() * 20;
            Add("requests_total", [("code", code)], Counter(random, () => Math.Floor(random.NextDouble() * rate)));
        }

        double[] buckets = new double[Bounds.Length];
        double[][] history = new double[steps][];
        for (int i = 0; i < steps; i++)
        {
            if (random.Next(40) == 0)
            {
                Array.Clear(buckets); // a restart
            }

            int from = random.Next(Bounds.Length);
            for (int b = 0; b < Bounds.Length; b++)
            {
                buckets[b] += b >= from ? random.Next(3) : 0;
                buckets[b] = b > 0 ? Math.Max(buckets[b], buckets[b - 1]) : buckets[b];
            }

            history[i] = [.. buckets];
        }

        for (int b = 0; b < Bounds.Length; b++)
        {
            int bound = b;
            Add("latency_bucket", [("le", Bounds[b])], i => history[i][bound]);
        }

        Add("latency_count", [], i => history[i][^1]);

        void Add(string name, (string Name, string Value)[] more, Func<int, double> value)
        {
            var values = new double?[steps];
            for (int i = 0; i < steps; i++)
            {
                double next = value(i);
                bool stale = missing[i] && i > 0 && !missing[i - 1] && steps % 2 == 0;
                values[i] = stale ? StaleMarker.Value : missing[i] ? null : next;
            }

            all.Add(new RandomSeries(
                LabelSet.Of([("__name__", name), ("job", job), ("instance", instance), .. more]), values));
        }
    }

    private static Func<int, double> Counter(Random random, Func<double> step)
    {
        double total = random.Next(100);
        return _ => total = random.Next(30) == 0 ? step() : total + step();
    }

    // A target is away for a while, or misses single scrapes.
    private static bool[] Missing(Random random, int steps)
    {
        bool[] missing = new bool[steps];
        int from = random.Next(steps * 2);
        int length = random.Next(steps / 2);
        double single = random.Next(3) == 0 ? 0.1 : 0;
        for (int i = 0; i < steps; i++)
        {
            missing[i] = (i >= from && i < from + length) || random.NextDouble() < single;
        }

        return missing;
    }
}
