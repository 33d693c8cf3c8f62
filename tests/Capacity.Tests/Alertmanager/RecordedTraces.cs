using System.Globalization;
using System.Text;
using System.Text.Json;
using Capacity.Control.Alertmanager;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.Alertmanager;

/// <summary>Scenarios that were fed to the real Alertmanager 0.25, each several times.</summary>
internal static class RecordedTraces
{
    // Measured per tick on the recording machine; below a webhook's latency, so that a race of one tick is lost.
    private static readonly AlertmanagerOptions Options = new() { TimerDrift = TimeSpan.FromMilliseconds(1) };

    private const double Tolerance = 0.06;

    /// <summary>Replays each run; a case is a run.</summary>
    public static SuiteResult Run(string path)
    {
        int runs = 0;
        var wrong = new List<CaseDifference>();
        JsonElement file = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        foreach (JsonElement scenario in file.GetProperty("scenarios").EnumerateArray())
        {
            bool race = !scenario.GetProperty("deterministic").GetBoolean();
            foreach (JsonElement run in scenario.GetProperty("runs").EnumerateArray())
            {
                runs++;
                var trace = new Trace(scenario, run, Options);
                List<Sent> recorded = trace.Recorded();
                List<Sent> replayed = trace.Replayed();
                string difference = race
                    ? RaceDifference(scenario, recorded, replayed)
                    : Difference(recorded, replayed, Tolerance);
                if (difference.Length > 0)
                {
                    wrong.Add(new CaseDifference(
                        scenario.GetProperty("id").GetString()!,
                        $"{difference}\nrecorded\n{Show(recorded)}replayed\n{Show(replayed)}"));
                }
            }
        }

        return new SuiteResult("alertmanager-traces", runs, wrong);
    }

    // Groups due at one instant have no order between them, so each group is compared for itself.
    public static string Difference(List<Sent> recorded, List<Sent> replayed, double tolerance)
    {
        var expected = recorded.GroupBy(s => (s.Path, s.GroupKey)).ToDictionary(g => g.Key, g => g.ToList());
        var actual = replayed.GroupBy(s => (s.Path, s.GroupKey)).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var key in expected.Keys.Union(actual.Keys))
        {
            List<Sent> a = expected.GetValueOrDefault(key) ?? [];
            List<Sent> b = actual.GetValueOrDefault(key) ?? [];
            if (a.Count != b.Count)
            {
                return $"{key}: {a.Count} recorded, {b.Count} replayed";
            }

            for (int i = 0; i < a.Count; i++)
            {
                if (a[i].Content != b[i].Content)
                {
                    return $"{key} #{i}:\n{a[i].Content}\n{b[i].Content}";
                }

                if (Math.Abs(a[i].Time - b[i].Time) > tolerance && !IsRandomBackOff(a, b, i))
                {
                    return $"{key} #{i}: {a[i].Time} recorded, {b[i].Time} replayed";
                }
            }
        }

        return "";
    }

    // Retries are jittered by ±50 %: the i-th pause of 0.5 s × 1.5^i lies between half and one and a half of that.
    private static bool IsRandomBackOff(List<Sent> a, List<Sent> b, int i)
    {
        if (i == 0)
        {
            return false;
        }

        double pause = b[i].Time - b[i - 1].Time;
        double recorded = a[i].Time - a[i - 1].Time;
        return Enumerable.Range(0, 12).Select(n => Math.Min(60, 0.5 * Math.Pow(1.5, n)))
            .Any(m => pause >= 0.5 * m && pause <= 1.5 * m && recorded >= (0.5 * m) - Tolerance
                && recorded <= (1.5 * m) + Tolerance);
    }

    // The real program's choice is random: one repeat comes at the last tick before the repeat interval or one later.
    private static string RaceDifference(JsonElement scenario, List<Sent> recorded, List<Sent> replayed)
    {
        AlertmanagerConfig config = Trace.Config(scenario.GetProperty("alertmanager_yml").GetString()!);
        double tick = config.Root.GroupInterval.TotalSeconds;
        double repeat = config.Root.RepeatInterval.TotalSeconds;
        foreach (List<Sent> sent in (List<Sent>[])[recorded, replayed])
        {
            if (Math.Abs(sent[0].Time - recorded[0].Time) > Tolerance || sent[0].Content != replayed[0].Content)
            {
                return "the first notification differs";
            }

            for (int i = 1; i < sent.Count; i++)
            {
                double gap = sent[i].Time - sent[i - 1].Time;
                if (Math.Abs(gap - repeat) > Tolerance && Math.Abs(gap - repeat - tick) > Tolerance)
                {
                    return $"gap of {gap} s";
                }
            }
        }

        return "";
    }

    public static string Show(List<Sent> sent)
    {
        var text = new StringBuilder();
        foreach (Sent one in sent)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {one.Time:0.000} {one.Path} {one.GroupKey} {one.Content}\n");
        }

        return text.ToString();
    }
}
