using System.Text.Json.Nodes;
using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Swarm.Live;

/// <summary>A scenario's Alertmanager configuration, written for the live stack: its routes and timers, with the
/// addresses of the stack.</summary>
/// <remarks>Requests to scale go to the stack's scaler, with its token; all other notifications go to a receiver that
/// only logs them.</remarks>
internal static class LiveAlertmanager
{
    private const string Scaler = "http://scaler:8080/v1/";

    /// <summary>Writes the configuration.</summary>
    /// <returns>JSON, which Alertmanager reads as YAML. Time intervals are left out.</returns>
    public static string Write(AlertmanagerConfig config) => new JsonObject
    {
        ["global"] = new JsonObject { ["resolve_timeout"] = Text(config.ResolveTimeout) },
        ["route"] = Write(config.Root),
        ["receivers"] = Array(config.Receivers.Select(Write)),
        ["inhibit_rules"] = Array(config.InhibitRules.Select(r => new JsonObject
        {
            ["source_matchers"] = Matchers(r.Source),
            ["target_matchers"] = Matchers(r.Target),
            ["equal"] = Array(r.Equal.Select(e => JsonValue.Create(e))),
        })),
    }.ToJsonString();

    private static JsonObject Write(Route route)
    {
        string[] groupBy = route.GroupByAll ? ["..."] : [.. route.GroupBy];
        var json = new JsonObject
        {
            ["receiver"] = route.Receiver,
            ["group_by"] = Array(groupBy.Select(g => JsonValue.Create(g))),
            ["group_wait"] = Text(route.GroupWait),
            ["group_interval"] = Text(route.GroupInterval),
            ["repeat_interval"] = Text(route.RepeatInterval),
            ["routes"] = Array(route.Routes.Select(Write)),
        };
        if (route.Matchers.Count > 0)
        {
            json["matchers"] = Matchers(route.Matchers);
        }

        if (route.Continue)
        {
            json["continue"] = true;
        }

        return json;
    }

    private static JsonObject Write(Receiver receiver) => new()
    {
        ["name"] = receiver.Name,
        ["webhook_configs"] = Array(receiver.Integrations.Select(Write)),
    };

    private static JsonObject Write(Integration integration)
    {
        string[] parts = integration.Url.Split('?', 2);
        bool scales = parts[0].EndsWith("/scale-service", StringComparison.Ordinal);
        string query = parts.Length > 1 ? $"?{parts[1]}" : "";
        var json = new JsonObject
        {
            ["url"] = scales ? $"{Scaler}scale-service{query}" : $"{Scaler}log",
            ["send_resolved"] = integration.SendResolved,
            ["max_alerts"] = integration.MaxAlerts,
        };
        if (scales)
        {
            json["http_config"] = new JsonObject
            {
                ["authorization"] = new JsonObject
                {
                    ["type"] = "Bearer",
                    ["credentials_file"] = "/run/secrets/scaler-token",
                },
            };
        }

        return json;
    }

    private static JsonArray Matchers(IReadOnlyList<LabelMatcher> matchers) =>
        Array(matchers.Select(m => JsonValue.Create(m.ToString())));

    private static JsonArray Array(IEnumerable<JsonNode?> nodes) => new([.. nodes]);

    private static string Text(TimeSpan duration) => PrometheusDuration.Format(duration);
}
