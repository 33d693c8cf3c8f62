using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary><c>alertmanager.yml</c> → <see cref="AlertmanagerConfig"/>.</summary>
/// <remarks>Source: Alertmanager, config/config.go, versions 0.14 to 0.34.</remarks>
public static class AlertmanagerConfigReader
{
    private static readonly string[] GlobalKeys =
    [
        "resolve_timeout", "http_config", "smtp_from", "smtp_hello", "smtp_smarthost", "smtp_auth_username",
        "smtp_auth_password", "smtp_auth_password_file", "smtp_auth_secret", "smtp_auth_secret_file",
        "smtp_auth_identity", "smtp_require_tls", "smtp_tls_config", "smtp_force_implicit_tls", "slack_api_url",
        "slack_api_url_file", "slack_app_token", "slack_app_token_file", "slack_app_url", "pagerduty_url",
        "opsgenie_api_url", "opsgenie_api_key", "opsgenie_api_key_file", "hipchat_api_url", "hipchat_auth_token",
        "wechat_api_url", "wechat_api_secret", "wechat_api_secret_file", "wechat_api_corp_id", "victorops_api_url",
        "victorops_api_key", "victorops_api_key_file", "telegram_api_url", "telegram_bot_token",
        "telegram_bot_token_file", "webex_api_url", "rocketchat_api_url", "rocketchat_token",
        "rocketchat_token_file", "rocketchat_token_id", "rocketchat_token_id_file", "jira_api_url",
        "mattermost_webhook_url", "mattermost_webhook_url_file", "external_label_names",
    ];

    /// <summary>Reads a configuration file.</summary>
    /// <returns>
    /// A configuration, or YAML001–YAML004, CAP010–CAP012 (shape), DUR001–DUR004 (duration), CAP080 (undefined or
    /// repeated name), CAP081 (matcher or regular expression), CAP082 (root route), CAP083 (value), CAP085 (time
    /// interval).
    /// </returns>
    public static Parsed<AlertmanagerConfig> Read(SourceText source)
    {
        Parsed<YamlNode> yaml = YamlText.Read(source);
        if (!yaml.TryGet(out YamlNode? root))
        {
            return Parsed<AlertmanagerConfig>.Failed(yaml.Diagnostics);
        }

        var diagnostics = new List<Diagnostic>(yaml.Diagnostics);
        AlertmanagerConfig? config = Config(root, diagnostics);
        return Parsed<AlertmanagerConfig>.From(config, diagnostics);
    }

    private static AlertmanagerConfig? Config(YamlNode root, List<Diagnostic> diagnostics)
    {
        var file = new YamlFields(root, "alertmanager.yml", diagnostics);
        TimeSpan resolveTimeout = Global(file, diagnostics) ?? TimeSpan.FromMinutes(5);
        List<Receiver> receivers = new ReceiverReader(diagnostics).ReadAll(file);
        var intervals = new Dictionary<string, TimeIntervalSet>(StringComparer.Ordinal);
        foreach (YamlNode node in file.List("mute_time_intervals").Concat(file.List("time_intervals")))
        {
            if (new TimeIntervalReader(diagnostics).Read(node) is { } set && !intervals.TryAdd(set.Name, set))
            {
                file.Report("CAP080", node.At with { Length = 1 }, $"time interval '{set.Name}' is defined twice",
                    "rename one");
            }
        }

        List<InhibitRule> inhibitRules = InhibitRules(file, diagnostics);
        var routes = new RouteReader(diagnostics, receivers.Select(r => r.Name).ToList(), intervals.Keys.ToList());
        Route? route = file.Require("route", "route:\\n  receiver: team") is { } node2 ? routes.ReadRoot(node2) : null;
        file.List("templates");
        file.Take("tracing");
        file.RejectOthers();
        return route is null ? null : new AlertmanagerConfig
        {
            Root = route,
            Receivers = receivers,
            InhibitRules = inhibitRules,
            TimeIntervals = intervals,
            ResolveTimeout = resolveTimeout,
        };
    }

    private static TimeSpan? Global(YamlFields file, List<Diagnostic> diagnostics)
    {
        if (file.Take("global") is not { } node)
        {
            return null;
        }

        var global = new YamlFields(node, "'global'", diagnostics);
        foreach (string key in GlobalKeys)
        {
            global.Take(key);
        }

        TimeSpan? timeout = RouteReader.Duration(global, "resolve_timeout", diagnostics);
        global.RejectOthers();
        return timeout;
    }

    private static List<InhibitRule> InhibitRules(YamlFields file, List<Diagnostic> diagnostics)
    {
        var rules = new List<InhibitRule>();
        foreach (YamlNode node in file.List("inhibit_rules"))
        {
            var fields = new YamlFields(node, "an inhibition rule", diagnostics);
            fields.Take("name");
            fields.Take("sources");
            rules.Add(new InhibitRule(
                RouteReader.Matchers(fields, diagnostics, "source_match", "source_match_re", "source_matchers"),
                RouteReader.Matchers(fields, diagnostics, "target_match", "target_match_re", "target_matchers"),
                [.. fields.List("equal").OfType<YamlScalar>().Select(s => s.Text)]));
            fields.RejectOthers();
        }

        return rules;
    }
}
