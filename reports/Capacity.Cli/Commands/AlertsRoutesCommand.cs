using System.CommandLine;
using System.Text.Json.Nodes;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity alerts routes</c>: which receivers labels reach, and why.</summary>
internal static class AlertsRoutesCommand
{
    public static Command Create(CommandHost host)
    {
        Option<string> config = AlertsCommand.Config();
        var labels = new Argument<string[]>("label")
        {
            Description = "Labels of an alert, for example alertname=Slow service=web scale=up",
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "name=value",
        };
        var json = new Option<bool>("--json") { Description = "Print the routes as JSON" };
        var command = new Command("routes", "Print which receivers labels reach, and why") { labels, config, json };
        host.Handle(command, (parsed, console, _) => Task.FromResult(Run(parsed.GetRequiredValue(config),
            parsed.GetValue(labels) ?? [], parsed.GetValue(json), console)));
        return command;
    }

    private static ExitCode Run(string path, string[] pairs, bool json, CommandConsole console)
    {
        var labels = new List<KeyValuePair<string, string>>();
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                console.Fail($"'{pair}' is not a label", "write name=value, for example service=web");
                return ExitCode.Usage;
            }

            labels.Add(new(pair[..equals], pair[(equals + 1)..].Trim('"')));
        }

        (AlertmanagerConfig? config, ExitCode code) = AlertsCommand.Read(path, console);
        if (config is null)
        {
            return code;
        }

        var set = new LabelSet(labels);
        IReadOnlyList<RouteStep> steps = RouteExplanation.Of(config.Root, set);
        if (json)
        {
            var all = new JsonArray([.. steps.Select(s => (JsonNode)AsJson(s, set, config))]);
            console.Data(all.ToJsonString(DiagnosticJson.Indented));
            return ExitCode.Ok;
        }

        foreach (RouteStep step in steps)
        {
            Print(step, set, config, console);
        }

        return ExitCode.Ok;
    }

    private static void Print(RouteStep step, LabelSet labels, AlertmanagerConfig config, CommandConsole console)
    {
        Route route = step.Route;
        string indent = new(' ', 2 * step.Depth);
        string place = $"line {route.At.Line}";
        bool notified = step.Outcome == RouteOutcome.Notified;
        string mark = notified ? console.TintedData("→", Tint.Green)
            : step.Outcome == RouteOutcome.PassedOn ? "↓" : console.TintedData("✗", Tint.Dim);
        console.Data($"{indent}{mark} {Conditions(route)}  receiver {route.Receiver} ({place}){Why(step, labels)}");
        if (!notified)
        {
            return;
        }

        string details = indent + "    ";
        console.Data($"{details}sends to        {string.Join(", ", Targets(config, route))}");
        console.Data($"{details}group key       {Routing.GroupKey(route, Routing.GroupLabels(route, labels))}");
        console.Data($"{details}group_wait      {PrometheusDuration.Format(route.GroupWait)}");
        console.Data($"{details}group_interval  {PrometheusDuration.Format(route.GroupInterval)}");
        console.Data($"{details}repeat_interval {PrometheusDuration.Format(route.RepeatInterval)}");
        foreach (string name in route.MuteTimeIntervals)
        {
            console.Data($"{details}muted during    {name}");
        }

        foreach (string name in route.ActiveTimeIntervals)
        {
            console.Data($"{details}only during     {name}");
        }
    }

    private static string Conditions(Route route) => $"{{{string.Join(", ", route.Matchers)}}}";

    private static string Why(RouteStep step, LabelSet labels) => step.Outcome switch
    {
        RouteOutcome.Notified when step.Route.Routes.Count > 0 => ": matches, and none of its children does",
        RouteOutcome.Notified => ": matches",
        RouteOutcome.PassedOn => ": matches, and passes on to its children",
        RouteOutcome.NotTried => $": not tried, because the route at line {step.TakenBy!.At.Line} matched and has no "
            + "'continue: true'",
        _ => ": " + string.Join(" and ", step.Failed.Select(m => $"{m} does not hold: {Actual(m, labels)}")),
    };

    private static string Actual(LabelMatcher matcher, LabelSet labels) => labels[matcher.Name] is { Length: > 0 } value
        ? $"{matcher.Name} is \"{value}\""
        : $"there is no label {matcher.Name}";

    private static IEnumerable<string> Targets(AlertmanagerConfig config, Route route)
    {
        IReadOnlyList<Integration> integrations = config.Receiver(route.Receiver).Integrations;
        return integrations.Count == 0
            ? ["nothing: the receiver is empty"]
            : integrations.Select(i => i.Url.Length > 0 ? i.Url : i.Kind);
    }

    private static JsonObject AsJson(RouteStep step, LabelSet labels, AlertmanagerConfig config)
    {
        Route route = step.Route;
        bool notified = step.Outcome == RouteOutcome.Notified;
        return new JsonObject
        {
            ["route"] = route.Key,
            ["line"] = route.At.Line,
            ["depth"] = step.Depth,
            ["receiver"] = route.Receiver,
            ["notified"] = notified,
            ["outcome"] = step.Outcome switch
            {
                RouteOutcome.Notified => "notified",
                RouteOutcome.PassedOn => "passed on",
                RouteOutcome.NotTried => "not tried",
                _ => "not matched",
            },
            ["why"] = Why(step, labels)[2..],
            ["failedMatchers"] = DiagnosticJson.Of(step.Failed.Select(m => m.ToString())),
            ["groupKey"] = notified ? Routing.GroupKey(route, Routing.GroupLabels(route, labels)) : null,
            ["groupWait"] = PrometheusDuration.Format(route.GroupWait),
            ["groupInterval"] = PrometheusDuration.Format(route.GroupInterval),
            ["repeatInterval"] = PrometheusDuration.Format(route.RepeatInterval),
            ["sendsTo"] = notified ? DiagnosticJson.Of(Targets(config, route)) : null,
        };
    }
}
