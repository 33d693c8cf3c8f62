using System.Globalization;
using System.Text;
using System.Text.Json;
using Capacity.Control.Alertmanager;
using Capacity.Tests.Labels;

namespace Capacity.Tests.Alertmanager;

public sealed class RecordedTraceTests
{
    // Measured per tick on the recording machine; below a webhook's latency, so that a race of one tick is lost.
    private static readonly AlertmanagerOptions Options = new() { TimerDrift = TimeSpan.FromMilliseconds(1) };

    private const double Tolerance = 0.06;

    public static TheoryData<string> Scenarios() =>
        [.. Read().Select(s => s.GetProperty("id").GetString()!)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_replay_sends_what_the_real_alertmanager_sent(string id)
    {
        JsonElement scenario = Read().First(s => s.GetProperty("id").GetString() == id);
        bool race = !scenario.GetProperty("deterministic").GetBoolean();
        foreach (JsonElement run in scenario.GetProperty("runs").EnumerateArray())
        {
            var trace = new Trace(scenario, run, Options);
            List<Sent> recorded = trace.Recorded();
            List<Sent> replayed = trace.Replayed();
            string difference = race ? RaceDifference(scenario, recorded, replayed) : Difference(recorded, replayed);
            Assert.True(difference.Length == 0,
                $"{id}: {difference}\nrecorded\n{Show(recorded)}replayed\n{Show(replayed)}");
        }
    }

    private static List<JsonElement> Read() =>
        [.. JsonDocument.Parse(File.ReadAllText(RecordedFile.Find("alertmanager-traces.json")))
        .RootElement.GetProperty("scenarios").EnumerateArray()];

    // Groups due at one instant have no order between them, so each group is compared for itself.
    private static string Difference(List<Sent> recorded, List<Sent> replayed)
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

                if (Math.Abs(a[i].Time - b[i].Time) > Tolerance && !IsRandomBackOff(a, b, i))
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

    private static string Show(List<Sent> sent)
    {
        var text = new StringBuilder();
        foreach (Sent one in sent)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {one.Time:0.000} {one.Path} {one.GroupKey} {one.Content}\n");
        }

        return text.ToString();
    }
}
