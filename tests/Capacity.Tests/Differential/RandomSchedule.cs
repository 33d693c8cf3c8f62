using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capacity.Control.Alertmanager;
using Capacity.Tests.Alertmanager;

namespace Capacity.Tests.Differential;

/// <summary>A random configuration of Alertmanager, and what is posted to it when.</summary>
internal sealed class RandomSchedule
{
    private const double StartBefore = 0.6; // the process starts about this long before t = 0
    private const double JitterMax = 0.09;
    private const double Same = 0.35; // two replays of disturbed schedules may be this far apart
    private const int Disturbances = 8;

    private static readonly string[] Names = ["A", "B", "C"];
    private static readonly string[] Services = ["db", "web"];

    private readonly Random _random;
    private readonly bool _inhibits;
    private readonly HashSet<string> _firing = new(StringComparer.Ordinal);

    private RandomSchedule(int seed, string receiverUrl)
    {
        _random = new Random(seed);
        Id = string.Create(CultureInfo.InvariantCulture, $"schedule {seed}");
        Duration = _random.Next(18, 36);
        _inhibits = _random.Next(3) == 0;
        Scenario = new JsonObject
        {
            ["id"] = Id,
            ["duration"] = Duration,
            ["deterministic"] = true,
            ["alertmanager_yml"] = Configuration(receiverUrl),
            ["actions"] = Actions(),
        };
        Delay = Pick(0, 0, 0.05, 0.4);
        Code = Pick(200, 200, 200, 200, 400);
    }

    public string Id { get; }

    /// <summary>Seconds.</summary>
    public int Duration { get; }

    public JsonObject Scenario { get; }

    /// <summary>The receiver answers after so many seconds.</summary>
    public double Delay { get; }

    /// <summary>What the receiver answers.</summary>
    public int Code { get; }

    /// <summary>A schedule in which nothing depends on a few hundredths of a second: it is replayed with sends, start,
    /// timers and receiver disturbed, and another is drawn until all replays are alike.</summary>
    public static RandomSchedule WithoutRaces(ref int seed, string receiverUrl)
    {
        while (true)
        {
            var schedule = new RandomSchedule(seed++, receiverUrl);
            List<Sent> plain = schedule.Replay(new Random(0), 0);
            if (plain.Count > 1 && Enumerable.Range(1, Disturbances).All(i =>
                RecordedTraces.Difference(plain, schedule.Replay(new Random(i), JitterMax), Same).Length == 0))
            {
                return schedule;
            }
        }
    }

    public static JsonElement Element(JsonNode node) => JsonDocument.Parse(node.ToJsonString()).RootElement;

    private List<Sent> Replay(Random random, double jitter)
    {
        double Off() => ((2 * random.NextDouble()) - 1) * jitter;
        var answers = new JsonArray();
        foreach (string path in new[] { "r0", "r1" })
        {
            for (int i = 0; i < 100; i++)
            {
                answers.Add(new JsonObject { ["path"] = path, ["responded"] = Code, ["response_delay"] = Delay });
            }
        }

        var run = new JsonObject
        {
            ["process_start"] = -StartBefore + (5 * Off()),
            ["actions"] = new JsonArray([.. Scenario["actions"]!.AsArray().Select(a => (JsonNode)new JsonObject
            {
                ["t"] = a!["t"]!.GetValue<double>(),
                ["sent"] = Math.Max(0, a["t"]!.GetValue<double>() + Off()),
            })]),
            ["webhooks"] = answers,
        };
        var options = new AlertmanagerOptions
        {
            TimerDrift = TimeSpan.FromMilliseconds(1 + (Math.Abs(Off()) * 30)),
            RetryJitter = 0,
        };
        return new Trace(Element(Scenario), Element(run), options)
        {
            Latency = TimeSpan.FromSeconds(0.002 + (Math.Abs(Off()) / 10)),
        }.Replayed();
    }

    private string Configuration(string url)
    {
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"global: {{resolve_timeout: {Pick("3s", "5s", "7s")}}}\n");
        yaml.Append(CultureInfo.InvariantCulture, $"route:\n  receiver: r0\n  group_by: {GroupBy()}\n{Timers("  ")}");
        if (_random.Next(2) == 0)
        {
            yaml.Append("  routes:\n  - receiver: r1\n");
            yaml.Append(Pick("    match: {service: db}\n", "    match_re: {scale: up|down}\n",
                "    matchers: ['service=~\"d.*\"']\n", "    matchers: [alertname!=A]\n"));
            yaml.Append(Pick("", "", "    continue: true\n")).Append(Pick("", $"    group_by: {GroupBy()}\n"));
            yaml.Append(Pick("", Timers("    ")));
            yaml.Append(Pick("", "  - receiver: r0\n    match: {alertname: A}\n"));
        }

        if (_inhibits)
        {
            yaml.Append("inhibit_rules:\n- source_matchers: [alertname=A]\n  target_matchers: [alertname=B]\n");
            yaml.Append(Pick("  equal: [service]\n", ""));
        }

        yaml.Append("receivers:\n");
        foreach (string receiver in new[] { "r0", "r1" })
        {
            yaml.Append(CultureInfo.InvariantCulture, $"- name: {receiver}\n  webhook_configs:\n");
            yaml.Append(CultureInfo.InvariantCulture, $"  - url: {url}/{receiver}\n");
            yaml.Append(CultureInfo.InvariantCulture, $"    send_resolved: {Pick("true", "true", "false")}\n");
            yaml.Append(Pick("", "", "", "    max_alerts: 1\n"));
        }

        return yaml.ToString();
    }

    private string GroupBy() => Pick("[alertname]", "[service]", "[service, scale]", "['...']", "[]", "[alertname]");

    // The repeat interval is no multiple of the group interval: that would be a race. So is a flush at once, against
    // the inhibitor that has not yet seen the alert that inhibits.
    private string Timers(string indent)
    {
        int wait = Pick(_inhibits ? 500 : 0, 500, 1000, 2000, 4000);
        int interval = Pick(1000, 2000, 3000, 5000);
        int repeat = (interval * Pick(1, 2, 3, 5)) + (interval / 2);
        return string.Create(CultureInfo.InvariantCulture,
            $"{indent}group_wait: {wait}ms\n{indent}group_interval: {interval}ms\n"
            + $"{indent}repeat_interval: {repeat}ms\n");
    }

    private JsonArray Actions()
    {
        var actions = new JsonArray();
        double time = 0.3;
        bool silenced = false;
        while (time < Duration - 3)
        {
            int kind = _random.Next(14);
            if (kind == 0 && !silenced)
            {
                silenced = true;
                actions.Add(Silence(time));
            }
            else if (kind == 1 && !_inhibits)
            {
                actions.Add(new JsonObject { ["op"] = "reload", ["t"] = time });
            }
            else
            {
                actions.Add(Post(time));
            }

            time = Math.Round(time + 0.3 + (_random.NextDouble() * 4), 2);
        }

        return actions;
    }

    private JsonObject Silence(double time) => new()
    {
        ["op"] = "silence",
        ["t"] = time,
        ["matchers"] = new JsonArray(new JsonObject
        {
            ["name"] = "alertname",
            ["value"] = Pick("A", "B", "A|B"),
            ["isRegex"] = true,
            ["isEqual"] = true,
        }),
        ["start"] = time + 0.5,
        ["end"] = Math.Round(time + 3 + (_random.NextDouble() * 8), 2),
    };

    private JsonObject Post(double time)
    {
        var alerts = new JsonArray();
        var posted = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < _random.Next(1, 4); i++)
        {
            string name = Pick(Names);
            string service = Pick(Services);
            if (!posted.Add(name + service))
            {
                continue;
            }

            bool resolves = _firing.Contains(name + service) && _random.Next(2) == 0;
            double? ends = resolves ? time : Pick<double?>(null, time + 6, time + 20, time + 40);
            double? starts = resolves ? time - 1 : Pick<double?>(null, time, time, _inhibits ? time : time - 30);
            alerts.Add(new JsonObject
            {
                ["labels"] = new JsonObject
                {
                    ["alertname"] = name,
                    ["service"] = service,
                    ["scale"] = name == "A" ? "up" : name == "B" ? "down" : "no",
                },
                ["annotations"] = new JsonObject { ["summary"] = Pick("one", "two") },
                ["startsAt"] = starts,
                ["endsAt"] = ends,
            });
            if (!resolves)
            {
                _firing.Add(name + service);
            }
            else
            {
                _firing.Remove(name + service);
            }
        }

        return new JsonObject { ["op"] = "alerts", ["t"] = time, ["alerts"] = alerts };
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
