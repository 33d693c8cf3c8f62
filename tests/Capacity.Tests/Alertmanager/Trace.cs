using System.Text.Json;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Tests.Alertmanager;

/// <summary>One recorded run of the real Alertmanager, and its replay in virtual time.</summary>
/// <remarks>The recorded send times, process start, response codes and delays are inputs; the webhooks are
/// not.</remarks>
internal sealed class Trace
{
    // The recording's t = 0, far from the epoch so that alerts may be older.
    private static readonly Instant Origin = Instant.FromSeconds(1_800_000_000);

    private readonly JsonElement _scenario;
    private readonly JsonElement _run;
    private readonly AlertmanagerOptions _options;
    private readonly Dictionary<string, Queue<(int Code, double Delay)>> _answers = new(StringComparer.Ordinal);
    private readonly List<(Instant At, Notification Notification, DeliveryOutcome Outcome)> _underWay = [];
    private readonly Dictionary<string, int> _silences = new(StringComparer.Ordinal);

    public Trace(JsonElement scenario, JsonElement run, AlertmanagerOptions options)
    {
        _scenario = scenario;
        _run = run;
        _options = options;
        foreach (JsonElement webhook in run.GetProperty("webhooks").EnumerateArray())
        {
            string path = webhook.GetProperty("path").GetString()!;
            _answers.TryAdd(path, new Queue<(int Code, double Delay)>());
            int code = webhook.GetProperty("responded").ValueKind == JsonValueKind.Number
                ? webhook.GetProperty("responded").GetInt32() : 500;
            _answers[path].Enqueue((code, webhook.GetProperty("response_delay").GetDouble()));
        }
    }

    /// <summary>Time that a webhook needs besides the receiver's own delay.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(1.5);

    public static Instant At(double seconds) => Origin + TimeSpan.FromSeconds(seconds);

    public static double Relative(Instant at) => (at - Origin).TotalSeconds;

    /// <summary>What the real Alertmanager sent.</summary>
    public List<Sent> Recorded() => [.. _run.GetProperty("webhooks").EnumerateArray().Select(w => new Sent(
        w.GetProperty("t").GetDouble(),
        w.GetProperty("path").GetString()!,
        w.GetProperty("payload").GetProperty("groupKey").GetString()!,
        Describe(w.GetProperty("payload"))))];

    /// <summary>What the simulation sends.</summary>
    public List<Sent> Replayed()
    {
        var sent = new List<Sent>();
        AlertmanagerConfig config = Config(_scenario.GetProperty("alertmanager_yml").GetString()!);
        var simulation = new AlertmanagerSimulation(config, _options,
            At(_run.GetProperty("process_start").GetDouble()));
        var due = new List<Notification>();
        foreach ((JsonElement action, double time) in Actions())
        {
            Run(simulation, At(time), inclusive: false, due, sent);
            Act(simulation, action, At(time));
        }

        Run(simulation, At(_scenario.GetProperty("duration").GetDouble()), inclusive: true, due, sent);
        return sent;
    }

    public static AlertmanagerConfig Config(string yaml)
    {
        Parsed<AlertmanagerConfig> parsed = AlertmanagerConfigReader.Read(new SourceText("alertmanager.yml", yaml));
        return parsed.TryGet(out AlertmanagerConfig? config) ? config
            : throw new InvalidDataException(string.Join("\n", parsed.Diagnostics));
    }

    public static List<AlertPost> Posts(JsonElement alerts, Func<double, Instant> at) =>
        [.. alerts.EnumerateArray().Select(a => new AlertPost(
        Labels(a.GetProperty("labels")), Labels(a.GetProperty("annotations")),
        Time(a.GetProperty("startsAt"), at), Time(a.GetProperty("endsAt"), at)))];

    public static List<LabelMatcher> Matchers(JsonElement matchers) => [.. matchers.EnumerateArray().Select(m =>
    {
        bool equal = !m.TryGetProperty("isEqual", out JsonElement e) || e.GetBoolean();
        string op = (equal, m.GetProperty("isRegex").GetBoolean()) switch
        {
            (true, false) => "=",
            (true, true) => "=~",
            (false, false) => "!=",
            (false, true) => "!~",
        };
        return LabelMatcher.Create(m.GetProperty("name").GetString()!, op, m.GetProperty("value").GetString()!)!;
    })];

    private static Instant? Time(JsonElement seconds, Func<double, Instant> at) =>
        seconds.ValueKind == JsonValueKind.Null ? null : at(seconds.GetDouble());

    private static LabelSet Labels(JsonElement map) =>
        new(map.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value.GetString()!)));

    private static string Describe(JsonElement payload) => string.Join(" ", payload.GetProperty("receiver").GetString(),
        payload.GetProperty("status").GetString(),
        Labels(payload.GetProperty("groupLabels")), Labels(payload.GetProperty("commonLabels")),
        payload.GetProperty("truncatedAlerts").GetInt32(),
        string.Join(" ", payload.GetProperty("alerts").EnumerateArray()
            .Select(a => a.GetProperty("status").GetString() + Labels(a.GetProperty("labels"))
                + Labels(a.GetProperty("annotations")) + a.GetProperty("fingerprint").GetString())));

    private static string Describe(Notification notification) =>
        string.Join(" ", notification.Receiver, notification.Status,
            notification.GroupLabels, notification.CommonLabels, notification.TruncatedAlerts,
            string.Join(" ", notification.Alerts.Select(a => $"{a.Status}{a.Labels}{a.Annotations}{a.Fingerprint}")));

    // An action's own time is nominal; the run holds when it was really sent.
    private IEnumerable<(JsonElement Action, double Time)> Actions()
    {
        IEnumerable<JsonElement> actions = _scenario.GetProperty("actions").EnumerateArray()
            .OrderBy(a => a.GetProperty("t").GetDouble());
        return actions.Zip(_run.GetProperty("actions").EnumerateArray().OrderBy(a => a.GetProperty("t").GetDouble()),
            (a, r) =>
            (a, r.TryGetProperty("sent", out JsonElement sent) ? sent.GetDouble() : r.GetProperty("t").GetDouble()))
            .OrderBy(p => p.Item2);
    }

    private void Act(AlertmanagerSimulation simulation, JsonElement action, Instant at)
    {
        switch (action.GetProperty("op").GetString())
        {
            case "alerts":
                simulation.Receive(at, Posts(action.GetProperty("alerts"), At));
                break;
            case "silence":
                _silences[action.GetProperty("matchers").ToString()] = simulation.AddSilence(new Silence(
                    Matchers(action.GetProperty("matchers")), At(action.GetProperty("start").GetDouble()),
                        At(action.GetProperty("end").GetDouble())));
                break;
            case "unsilence":
                simulation.ExpireSilence(_silences.Values.Last(), at);
                break;
            case "reload":
                string yaml = action.TryGetProperty("alertmanager_yml", out JsonElement text) ? text.GetString()!
                    : _scenario.GetProperty("alertmanager_yml").GetString()!;
                simulation.Reload(Config(yaml), at);
                break;
            default:
                Assert.Fail($"The recording has an action that the replay does not know: {action}");
                break;
        }
    }

    private void Run(AlertmanagerSimulation simulation, Instant until, bool inclusive, List<Notification> due,
        List<Sent> sent)
    {
        while (true)
        {
            _underWay.Sort((a, b) => a.At.CompareTo(b.At));
            Instant answer = _underWay.Count > 0 ? _underWay[0].At : Instant.Never;
            Instant next = Instant.Min(answer, simulation.NextDue);
            if (next > until || (next == until && !inclusive))
            {
                return;
            }

            if (answer <= simulation.NextDue)
            {
                (_, Notification notification, DeliveryOutcome outcome) = _underWay[0];
                _underWay.RemoveAt(0);
                simulation.Delivered(notification, answer, outcome);
                continue;
            }

            simulation.Advance(next, due);
            foreach (Notification notification in due)
            {
                sent.Add(Send(notification));
            }

            due.Clear();
        }
    }

    private Sent Send(Notification notification)
    {
        string path = notification.Url.Split('/')[^1];
        (int code, double delay) = _answers.TryGetValue(path, out Queue<(int Code, double Delay)>? queue)
            && queue.Count > 0 ? queue.Dequeue() : (200, 0);
        DeliveryOutcome outcome = code / 100 == 2 ? DeliveryOutcome.Ok : code / 100 == 5 ? DeliveryOutcome.Retry
            : DeliveryOutcome.Refused;
        _underWay.Add((notification.At + TimeSpan.FromSeconds(delay) + Latency, notification, outcome));
        return new Sent(Relative(notification.At), path, notification.GroupKey, Describe(notification));
    }
}

/// <summary>One webhook, to be compared.</summary>
internal sealed record Sent(double Time, string Path, string GroupKey, string Content);
