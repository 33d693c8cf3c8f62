using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity alerts replay</c>: a schedule of alerts → the notifications with their times.</summary>
internal static class AlertsReplayCommand
{
    private const string ExternalUrl = "http://alertmanager:9093";

    public static Command Create(CommandHost host)
    {
        Option<string> config = AlertsCommand.Config();
        var alerts = new Option<string>("--alerts")
        {
            Description = "Schedule: a list of {at: 30s, ends: 5m, labels: {…}}, in YAML, JSON or JSON lines",
            HelpName = "file",
            Required = true,
        };
        Option<TimeSpan?> until = Duration("--until", "End of the replay [default: after the last alert]", null);
        Option<TimeSpan?> delivery = Duration("--delivery", "From a notification to its receiver's answer", "50ms");
        Option<TimeSpan?> drift = Duration("--drift", "How late Alertmanager's timers fire", "0ms");
        Option<TimeSpan?> resend = Duration("--resend", "A firing alert is posted again after this; 0 never", "1m");
        var version = new Option<string>("--version-like")
        {
            Description = "Alertmanager's generation: 0.14, 0.25 or 0.32",
            HelpName = "version",
            DefaultValueFactory = _ => "0.25",
        };
        version.AcceptOnlyFromAmong("0.14", "0.25", "0.32");
        var json = new Option<bool>("--json") { Description = "Print one JSON object per notification, body included" };
        var command = new Command("replay", "Print what Alertmanager would send, and when")
        {
            config, alerts, until, delivery, drift, resend, version, json,
        };
        host.Handle(command, (parsed, console, _) => Task.FromResult(Run(
            parsed.GetRequiredValue(config), parsed.GetRequiredValue(alerts), new ReplayOptions
            {
                Until = parsed.GetValue(until),
                Delivery = parsed.GetValue(delivery) ?? TimeSpan.Zero,
                Resend = parsed.GetValue(resend) ?? TimeSpan.Zero,
                Alertmanager = new AlertmanagerOptions
                {
                    TimerDrift = parsed.GetValue(drift) ?? TimeSpan.Zero,
                    Profile = parsed.GetValue(version) switch
                    {
                        "0.14" => AlertmanagerProfile.V014,
                        "0.32" => AlertmanagerProfile.V032,
                        _ => AlertmanagerProfile.V025,
                    },
                },
            }, parsed.GetValue(json), console)));
        return command;
    }

    private static Option<TimeSpan?> Duration(string name, string description, string? value) => new(name)
    {
        Description = description,
        HelpName = value ?? "30m",
        CustomParser = result => Parse(result, name),
        DefaultValueFactory = _ => value is null ? null : ReplayScheduleReader.Duration(value),
    };

    private static TimeSpan? Parse(ArgumentResult result, string name)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        TimeSpan? duration = ReplayScheduleReader.Duration(text);
        if (duration is null)
        {
            result.AddError($"'{text}' is not a duration for {name}: write for example 50ms, 30s or 1h30m");
        }

        return duration;
    }

    private static ExitCode Run(
        string configPath, string alertsPath, ReplayOptions options, bool json, CommandConsole console)
    {
        (AlertmanagerConfig? config, ExitCode code) = AlertsCommand.Read(configPath, console);
        if (!ScenarioInput.TryOpen(alertsPath, console, out SourceText? source))
        {
            return ExitCode.Usage;
        }

        Parsed<IReadOnlyList<ScheduledAlert>> schedule = ReplayScheduleReader.Read(source);
        console.Explain(schedule.Diagnostics);
        if (config is null || !schedule.TryGet(out IReadOnlyList<ScheduledAlert>? alerts))
        {
            return config is null ? code : ExitCode.InvalidScenario;
        }

        IReadOnlyList<ReplayedNotification> sent = Replay.Run(config, alerts, options);
        foreach (ReplayedNotification one in sent)
        {
            console.Data(json ? AsJson(one).ToJsonString(DiagnosticJson.OneLine) : AsText(one, console));
        }

        TimeSpan end = options.Until ?? Replay.DefaultEnd(config, alerts);
        console.Say(string.Create(CultureInfo.InvariantCulture,
            $"{sent.Count} notifications from {alerts.Count} alerts in {PrometheusDuration.Format(end)}"));
        return ExitCode.Ok;
    }

    private static string AsText(ReplayedNotification sent, CommandConsole console)
    {
        Notification n = sent.Notification;
        string time = sent.At.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture).PadLeft(10);
        string status = console.TintedData(n.Status.PadRight(8), n.Status == "firing" ? Tint.Red : Tint.Green);
        string alerts = string.Join(", ", n.Alerts.Select(a => a.IsFiring || n.Status == "resolved"
            ? Name(a) : $"{Name(a)} (resolved)"));
        string where = n.Url.Length > 0 ? n.Url : n.Kind;
        return $"{time}  {status}  {n.Receiver} → {where}  {n.GroupKey}  {alerts}";
    }

    private static string Name(NotifiedAlert alert) =>
        alert.Labels["alertname"] is { Length: > 0 } name ? name : alert.Labels.ToString();

    private static JsonObject AsJson(ReplayedNotification sent)
    {
        Notification n = sent.Notification;
        return new JsonObject
        {
            ["at"] = Math.Round(sent.At.TotalSeconds, 7),
            ["answered"] = Math.Round(sent.Answered.TotalSeconds, 7),
            ["receiver"] = n.Receiver,
            ["integration"] = n.Integration,
            ["kind"] = n.Kind,
            ["url"] = n.Url,
            ["status"] = n.Status,
            ["groupKey"] = n.GroupKey,
            ["alerts"] = n.Alerts.Count,
            ["body"] = JsonNode.Parse(WebhookJson.Write(n, ExternalUrl)),
        };
    }
}
