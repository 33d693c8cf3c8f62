using System.Globalization;
using System.Text.Json;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Model;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.Alertmanager;

/// <summary>Alertmanager's own acceptance tests, restated as data.</summary>
internal static class AcceptanceCases
{
    private static readonly Instant Origin = Instant.FromSeconds(1_800_000_000);

    /// <summary>The versions that a file has tests of.</summary>
    public static IReadOnlyList<string> Versions(string path) => [.. Read(path).Select(VersionOf).Distinct()];

    /// <summary>Replays the tests of a version: with the profile of 0.32 from then on.</summary>
    public static SuiteResult Run(string path, string version)
    {
        bool isNew = Version.Parse(version.Split('+', '-')[0]) >= new Version(0, 32);
        AlertmanagerProfile profile = isNew ? AlertmanagerProfile.V032 : AlertmanagerProfile.V025;
        List<JsonElement> tests = [.. Read(path).Where(t => VersionOf(t) == version)];
        IEnumerable<CaseDifference> wrong = tests
            .Select(t => new CaseDifference(t.GetProperty("test").GetString()!, Replay(t, profile)))
            .Where(d => d.What.Length > 0);
        return new SuiteResult($"am-acceptance {version.Split('+')[0]}", tests.Count, [.. wrong]);
    }

    private static string VersionOf(JsonElement test) => test.GetProperty("version").GetString()!;

    private static List<JsonElement> Read(string path) =>
        [.. JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray()];

    private static string Replay(JsonElement test, AlertmanagerProfile profile)
    {
        List<string> collectors = [.. test.GetProperty("webhook_order_in_config").EnumerateArray()
            .Select(c => c.GetString()!)];
        int next = 0;
        string yaml = string.Join("", test.GetProperty("config").GetString()!.Split("%s")
            .Select((part, i) => i == 0 ? part : $"127.0.0.1:9/{collectors[next++]}{part}"));
        JsonElement failing = test.GetProperty("failing_webhook");
        string rule = failing.ValueKind == JsonValueKind.Null ? "" : failing.GetProperty("rule").GetString()!;
        double failUntil = rule.Length == 0 ? 0 : Seconds(rule.Split("ts <")[1]);
        bool hangs = rule.Contains("Sleep", StringComparison.Ordinal);
        string[] flags = test.GetProperty("extra_flags").GetString()!.Split('"');
        bool delayed = flags.Contains("--dispatch.start-delay", StringComparer.Ordinal);
        var options = new AlertmanagerOptions
        {
            TimerDrift = TimeSpan.FromMilliseconds(1),
            Profile = profile,
            RetryJitter = 0,
            StartDelay = TimeSpan.FromSeconds(delayed ? Seconds(flags[3]) : 0),
        };
        var simulation = new AlertmanagerSimulation(Trace.Config(yaml), options, At(-0.1));
        var sent = collectors.ToDictionary(c => c, _ => new List<Notification>(), StringComparer.Ordinal);
        foreach (JsonElement action in test.GetProperty("actions").EnumerateArray()
            .OrderBy(a => a.GetProperty("t").GetDouble()))
        {
            Instant at = At(action.GetProperty("t").GetDouble());
            Run(simulation, at, sent, collectors, failUntil, hangs);
            switch (action.GetProperty("op").GetString())
            {
                case "alerts":
                    simulation.Receive(at, Trace.Posts(action.GetProperty("alerts"), At));
                    break;
                case "silence":
                    simulation.AddSilence(new Silence(Trace.Matchers(action.GetProperty("matchers")),
                        At(action.GetProperty("start").GetDouble()), At(action.GetProperty("end").GetDouble())));
                    break;
                case "unsilence":
                    simulation.ExpireSilence(1, at);
                    break;
                case "reload":
                    simulation.Reload(Trace.Config(yaml), at);
                    break;
                default:
                    return $"unknown action {action}";
            }
        }

        Run(simulation, At(30), sent, collectors, failUntil, hangs);
        return string.Join("\n", collectors.Select(c => Check(test, c, sent[c])).Where(w => w.Length > 0));
    }

    private static double Seconds(string text) =>
        double.Parse(new string([.. text.TrimStart().TakeWhile(c => char.IsAsciiDigit(c) || c == '.')]),
            CultureInfo.InvariantCulture);

    private static Instant At(double seconds) => Origin + TimeSpan.FromSeconds(seconds);

    private static void Run(AlertmanagerSimulation simulation, Instant until, Dictionary<string,
        List<Notification>> sent,
        List<string> collectors, double failUntil, bool hangs)
    {
        var due = new List<Notification>();
        while (simulation.NextDue < until)
        {
            Instant now = simulation.NextDue;
            simulation.Advance(now, due);
            foreach (Notification notification in due)
            {
                string collector = notification.Url.Split('/')[^1];
                bool fails = collector == collectors[^1] && now < At(failUntil);
                if (!fails)
                {
                    sent[collector].Add(notification);
                }

                if (!fails || !hangs)
                {
                    simulation.Delivered(notification, now, fails ? DeliveryOutcome.Retry : DeliveryOutcome.Ok);
                }
            }

            due.Clear();
        }
    }

    // Each expected list must come within its window; nothing else may come up to the end of the last window.
    private static string Check(JsonElement test, string collector, List<Notification> sent)
    {
        double slack = test.GetProperty("tolerance_s").GetDouble();
        var missing = new List<string>();
        foreach (JsonElement want in test.GetProperty("want").GetProperty(collector).EnumerateArray())
        {
            double from = want.GetProperty("between")[0].GetDouble() - slack;
            double to = want.GetProperty("between")[1].GetDouble() + slack;
            // An alert posted as old as -100 s is listed with the second of its arrival: not restated exactly.
            bool times = !test.GetProperty("extra_flags")
                .GetString()!.Contains("start-delay", StringComparison.Ordinal);
            string expected = Describe(Trace.Posts(want.GetProperty("alerts"), At), times);
            bool nothing = want.GetProperty("alerts").GetArrayLength() == 0;
            var inside = sent.Where(n => n.At >= At(from) && n.At <= At(to)).Select(n => Describe(n, times)).ToList();
            if (nothing ? inside.Count > 0 : !inside.Contains(expected, StringComparer.Ordinal))
            {
                IEnumerable<string> all = sent.Select(n => $"{(n.At - Origin).TotalSeconds} {Describe(n, times)}");
                missing.Add($"{collector} [{from}, {to}]: {expected}\n   all {string.Join(" ; ", all)}");
            }
        }

        return string.Join("\n", missing);
    }

    private static string Describe(Notification notification, bool times) => string.Join(",", notification.Alerts
        .Select(a => Text(a.Labels, a.Annotations, times ? a.StartsAt : Origin, a.EndsAt))
        .Order(StringComparer.Ordinal));

    private static string Describe(List<AlertPost> alerts, bool times) => string.Join(",", alerts
        .Select(a => Text(a.Labels, a.Annotations, times ? a.StartsAt ?? Origin : Origin, a.EndsAt))
        .Order(StringComparer.Ordinal));

    private static string Text(LabelSet labels, LabelSet annotations, Instant start, Instant? end) =>
        $"{labels}{annotations}[{(start - Origin).TotalSeconds:0.0},{((end ?? Origin) - Origin).TotalSeconds:0.0}]";
}
