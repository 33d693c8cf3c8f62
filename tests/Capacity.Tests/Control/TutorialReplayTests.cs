using System.Globalization;
using System.Text.Json;
using Capacity.Control;
using Capacity.Model;
using Capacity.Tests.Labels;
using Capacity.Tests.Sim;
using Capacity.Tests.Support;

namespace Capacity.Tests.Control;

/// <summary>The recorded run of the tutorial: its own scrapes go in, the scaler's recorded answers must come
/// out.</summary>
public sealed class TutorialReplayTests
{
    private static readonly Instant Start = Instant.FromSeconds(1795210902.368);
    private static readonly Tutorial Recording =
        new(Repository.At("tests", "Capacity.Tests", "golden", "e2e-tutorial"));

    [Fact]
    public void Recorded_scrapes_give_the_recorded_scale_actions()
    {
        var loop = new ControlLoop(Recording.Loop(), Start);
        var events = new List<LoopEvent>();
        foreach ((long time, LabelSet labels, double value) in Samples())
        {
            loop.Advance(Instant.FromMilliseconds(time), events);
            loop.Samples.Append(loop.Samples.GetOrAdd(labels), time, value);
        }

        loop.Advance(Start + TimeSpan.FromSeconds(1560), events);

        string[] actions =
        [
            .. events.OfType<LoopEvent.Scaled>().Select(a => string.Create(
                CultureInfo.InvariantCulture, $"{(a.At - Start).TotalSeconds:0} {a.From}→{a.To}")),
        ];
        Assert.Equal(["110 4→3", "290 3→5", "590 5→7", "650 7→6", "950 6→5", "1250 5→4", "1550 4→3"], actions);
    }

    private static List<(long Time, LabelSet Labels, double Value)> Samples()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(RecordedFile.Find("e2e-tutorial/prom_raw.json")));
        var samples = new List<(long Time, LabelSet Labels, double Value)>();
        foreach (JsonElement series in document.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            var labels = new LabelSet(series.GetProperty("metric").EnumerateObject()
                .Select(l => KeyValuePair.Create(l.Name, l.Value.GetString()!)));
            foreach (JsonElement sample in series.GetProperty("values").EnumerateArray())
            {
                long time = (long)Math.Round(sample[0].GetDouble() * 1000);
                samples.Add((time, labels, double.Parse(sample[1].GetString()!, CultureInfo.InvariantCulture)));
            }
        }

        return [.. samples.OrderBy(s => s.Time)];
    }
}
