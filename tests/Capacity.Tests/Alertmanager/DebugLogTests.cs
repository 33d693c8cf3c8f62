using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Model;
using Capacity.Tests.Labels;

namespace Capacity.Tests.Alertmanager;

/// <summary>Whole runs of the real loop: Alertmanager's debug log says what came in and when each group was
/// flushed.</summary>
public sealed partial class DebugLogTests
{
    private const int MillisecondsMax = 1000;

    [Theory]
    [InlineData("e2e-tutorial/am.log", "e2e-tutorial/am.yml", AlertmanagerProfile.V014, 20)]
    [InlineData("recorded-runs/v2-onoff-2m/alertmanager.log.gz", "recorded-runs/v2-onoff-2m/alertmanager.yml",
        AlertmanagerProfile.V014, 10)]
    [InlineData("recorded-runs/m2-equilibrium-for/alertmanager.log.gz",
        "recorded-runs/m2-equilibrium-for/alertmanager.yml",
        AlertmanagerProfile.V025, 10)]
    [InlineData("recorded-runs/m4-quantile-onoff-resolved/alertmanager.log.gz",
        "recorded-runs/m4-quantile-onoff-resolved/alertmanager.yml", AlertmanagerProfile.V025, 10)]
    public void A_replay_flushes_each_group_when_the_real_alertmanager_did(
        string log, string config, AlertmanagerProfile profile, int driftMs)
    {
        List<LogLine> lines = Read(RecordedFile.Find(log));
        var options = new AlertmanagerOptions { Profile = profile, TimerDrift = TimeSpan.FromMilliseconds(driftMs) };
        string yaml = File.ReadAllText(RecordedFile.Find(config));
        List<GroupLook> looks = Replay(lines, Trace.Config(yaml), options);
        var expected = lines.Where(l => l.GroupKey.Length > 0)
            .GroupBy(l => l.GroupKey, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        Assert.True(expected.Count >= 2, "The log was not understood.");
        Instant end = lines[^1].At;
        Assert.Equal(Sorted(expected.Keys), Sorted(looks.Select(l => l.GroupKey)));
        foreach ((string key, List<LogLine> recorded) in expected)
        {
            var replayed = looks.Where(l => l.GroupKey == key && l.At <= end).ToList();
            double tolerance = key.Contains("scale_service", StringComparison.Ordinal) ? 0.35 : 0.15;
            for (int i = 0; i < Math.Min(recorded.Count, replayed.Count); i++)
            {
                double off = (replayed[i].At - recorded[i].At).TotalSeconds;
                Assert.True(Math.Abs(off) < tolerance && recorded[i].Alerts == Describe(replayed[i]),
                    $"{key} #{i} at {recorded[i].At}: {recorded[i].Alerts}, "
                    + $"but {replayed[i].At}: {Describe(replayed[i])}");
            }

            Assert.InRange(replayed.Count, recorded.Count - 1, recorded.Count + 1); // the log's end may cut one off
        }
    }

    private static List<GroupLook> Replay(List<LogLine> lines, AlertmanagerConfig config, AlertmanagerOptions options)
    {
        var looks = new List<GroupLook>();
        var simulation = new AlertmanagerSimulation(config, options, lines[0].At) { Looks = looks };
        var spans = new Dictionary<string, (bool Active, Instant Start, Instant? End)>(StringComparer.Ordinal);
        Dictionary<string, LabelSet> labels = LabelsByName(lines);
        var due = new List<Notification>();
        foreach (LogLine line in lines.Where(l => l.Name.Length > 0))
        {
            Advance(simulation, line.At, due);
            bool active = line.State == "active";
            (bool Active, Instant Start, Instant? End) span =
                spans.GetValueOrDefault(line.Name, (false, line.At, line.At));
            if (line.Name == "scale_service")
            {
                span = (true, line.At, line.At + TimeSpan.FromSeconds(10)); // docker-scaler's alerts end by themselves
            }
            else if (active)
            {
                span = (true, span.Active ? span.Start : line.At, null);
            }
            else
            {
                span = (false, span.Start, span.Active ? line.At : span.End);
            }

            spans[line.Name] = span;
            simulation.Receive(line.At, [new AlertPost(labels[line.Name], LabelSet.Empty, span.Start, span.End)]);
        }

        Advance(simulation, lines[^1].At, due);
        return looks;
    }

    private static void Advance(AlertmanagerSimulation simulation, Instant until, List<Notification> due)
    {
        while (simulation.NextDue < until)
        {
            Instant now = simulation.NextDue;
            due.Clear();
            simulation.Advance(now, due);
            due.ForEach(n => simulation.Delivered(n, now + TimeSpan.FromMilliseconds(8), DeliveryOutcome.Ok));
        }
    }

    // An alert's labels, as far as the routes look at them, are those of the group in which it is flushed.
    private static Dictionary<string, LabelSet> LabelsByName(List<LogLine> lines)
    {
        var labels = new Dictionary<string, LabelSet>(StringComparer.Ordinal);
        foreach (LogLine line in lines.Where(l => l.GroupKey.Length > 0))
        {
            string name = line.Alerts[..line.Alerts.IndexOf('[', StringComparison.Ordinal)];
            string group = line.GroupKey[line.GroupKey.LastIndexOf('{')..];
            labels[name] = new LabelSet(LabelPattern().Matches(group)
                .Select(m => KeyValuePair.Create(m.Groups[1].Value, m.Groups[2].Value))).With("alertname", name);
        }

        return labels;
    }

    private static string Sorted(IEnumerable<string> keys) =>
        string.Join("\n", keys.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static string Describe(GroupLook look) =>
        string.Join(" ", look.Alerts.Select(a => $"{a.Labels["alertname"]}[{(a.IsFiring ? "active" : "resolved")}]"));

    private static List<LogLine> Read(string path)
    {
        using Stream file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file);
        var lines = new List<LogLine>();
        while (reader.ReadLine() is { } text)
        {
            var at = Instant.From(
                DateTimeOffset.Parse(TimePattern().Match(text).Groups[1].Value, CultureInfo.InvariantCulture));
            Match received = ReceivedPattern().Match(text);
            Match flushed = FlushedPattern().Match(text);
            string key = flushed.Groups[1].Value.Replace("\\\"", "\"", StringComparison.Ordinal);
            string alerts = AlertPattern().Replace(flushed.Groups[2].Value, "$1[$3]");
            if (received.Success || flushed.Success || lines.Count == 0)
            {
                lines.Add(new LogLine(at, received.Groups[1].Value, received.Groups[3].Value, key, alerts));
            }
        }

        return lines;
    }

    [GeneratedRegex(
        @"\bts=(?<a>\S+)",
        RegexOptions.ExplicitCapture, MillisecondsMax)]
    private static partial Regex TimePattern();

    [GeneratedRegex(
        @"msg=""Received alert"" alert=(?<a>\w+)\[(?<b>\w+)\]\[(?<c>\w+)\]",
        RegexOptions.ExplicitCapture, MillisecondsMax)]
    private static partial Regex ReceivedPattern();

    [GeneratedRegex(
        @"aggrGroup=""(?<a>(?:\\.|[^""\\])*)"" msg=[Ff]lushing alerts=""?\[(?<b>.*)\]""?$",
        RegexOptions.ExplicitCapture, MillisecondsMax)]
    private static partial Regex FlushedPattern();

    [GeneratedRegex(
        @"(?<a>\w+)\[(?<b>\w+)\]\[(?<c>\w+)\]",
        RegexOptions.ExplicitCapture, MillisecondsMax)]
    private static partial Regex AlertPattern();

    [GeneratedRegex(
        @"(?<a>\w+)=""(?<b>[^""]*)""",
        RegexOptions.ExplicitCapture, MillisecondsMax)]
    private static partial Regex LabelPattern();

    private sealed record LogLine(Instant At, string Name, string State, string GroupKey, string Alerts);
}
