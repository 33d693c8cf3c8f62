using System.Globalization;
using System.Text.Json;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Tests.Labels;

namespace Capacity.Tests.Control;

/// <summary>The recorded run of the tutorial: its own scrapes go in, the scaler's recorded answers must come
/// out.</summary>
public sealed class TutorialReplayTests
{
    private static readonly Instant Start = Instant.FromSeconds(1795210902.368);

    [Fact]
    public void Recorded_scrapes_give_the_recorded_scale_actions()
    {
        var loop = new ControlLoop(Settings(), Start);
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

    private static LoopSettings Settings()
    {
        SourceText Source(string name) => new(name, File.ReadAllText(RecordedFile.Find($"e2e-tutorial/{name}")));
        Assert.True(RuleFileReader.Read(Source("alert.rules")).TryGet(out RuleFile? rules));
        Assert.True(AlertmanagerConfigReader.Read(Source("am.yml")).TryGet(out AlertmanagerConfig? alertmanager));
        var phases = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
        {
            // Prometheus evaluated this group at second 2.490632 of every minute; the run began at second 42.368.
            ["evaluation"] = TimeSpan.FromSeconds(20.122632),
        };
        return new LoopSettings
        {
            Service = "go-demo_main",
            InitialReplicas = 4,
            ServiceLabels = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["com.df.scaleMin"] = "2",
                ["com.df.scaleMax"] = "7",
                ["com.df.scaleUpBy"] = "2",
                ["com.df.scaleDownBy"] = "1",
            },
            ScrapeInterval = TimeSpan.FromSeconds(10),
            EvaluationInterval = TimeSpan.FromMinutes(1),
            StopGrace = TimeSpan.FromSeconds(10),
            DiscoveryRefresh = TimeSpan.FromSeconds(30),
            Groups = rules.Groups,
            Rules = new RuleOptions { ResendDelay = TimeSpan.Zero, PostsEndsAt = false },
            Alertmanager = alertmanager,
            AlertmanagerOptions = new AlertmanagerOptions
            {
                Profile = AlertmanagerProfile.V014,
                TimerDrift = TimeSpan.FromMilliseconds(23.3),
            },
            AlertmanagerAge = TimeSpan.FromSeconds(4.248),
            Delays = new LoopDelays { Delivery = 0.008, Post = 0.01 },
            KnownPhases = phases,
        };
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
