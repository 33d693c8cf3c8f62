using System.Globalization;
using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>The list <c>receivers</c> → <see cref="Receiver"/>s. Kinds other than webhooks are opaque.</summary>
internal sealed class ReceiverReader(List<Diagnostic> diagnostics)
{
    // In the order in which Alertmanager builds them, with their default for send_resolved.
    private static readonly (string Kind, bool SendResolved)[] Kinds =
    [
        ("webhook", true), ("email", false), ("pagerduty", true), ("opsgenie", true), ("wechat", false),
        ("slack", false), ("victorops", true), ("pushover", true), ("sns", true), ("telegram", true),
        ("discord", true), ("webex", true), ("msteams", true), ("msteamsv2", true), ("jira", true),
        ("rocketchat", true), ("mattermost", true), ("incidentio", true), ("hipchat", false),
    ];

    /// <summary>Reads all receivers.</summary>
    public List<Receiver> ReadAll(YamlFields file)
    {
        var receivers = new List<Receiver>();
        foreach (YamlNode node in file.List("receivers"))
        {
            var fields = new YamlFields(node, "a receiver", diagnostics);
            YamlScalar? name = fields.RequireScalar("name", "name: team");
            var integrations = new List<Integration>();
            foreach ((string kind, bool sendResolved) in Kinds)
            {
                int index = 0;
                foreach (YamlNode entry in fields.List($"{kind}_configs"))
                {
                    integrations.Add(kind == "webhook"
                        ? Webhook(entry, index)
                        : Opaque(entry, kind, index, sendResolved));
                    index++;
                }
            }

            fields.RejectOthers();
            if (name is null)
            {
                continue;
            }

            if (receivers.Exists(r => r.Name == name.Text))
            {
                fields.Report("CAP080", name.At, $"receiver '{name.Text}' is defined twice", "rename one");
            }

            receivers.Add(new Receiver(name.Text, integrations));
        }

        return receivers;
    }

    private Integration Webhook(YamlNode node, int index)
    {
        var fields = new YamlFields(node, "a webhook", diagnostics);
        YamlScalar? url = fields.Scalar("url");
        if (url is null && fields.Take("url_file") is null)
        {
            fields.Report("CAP011", node.At with { Length = 1 }, "a webhook needs the key 'url'",
                "add for example url: http://scaler:8080/v1/scale-service");
        }

        if (url is not null && url.Text.Contains("://", StringComparison.Ordinal)
            && !url.Text.StartsWith("http://", StringComparison.Ordinal)
                && !url.Text.StartsWith("https://", StringComparison.Ordinal))
        {
            fields.Report("CAP083", url.At, $"'{url.Text}' is not an HTTP address", "write http://host:port/path");
        }

        fields.Take("http_config");
        fields.Take("url_file");
        fields.Take("payload");
        TimeSpan? timeout = RouteReader.Duration(fields, "timeout", diagnostics);
        var webhook = new Integration("webhook", index, url?.Text ?? "", Flag(fields, "send_resolved", true),
            Max(fields),
            timeout > TimeSpan.Zero ? timeout : null);
        fields.RejectOthers();
        return webhook;
    }

    private Integration Opaque(YamlNode node, string kind, int index, bool sendResolved)
    {
        var fields = new YamlFields(node, $"a {kind} configuration", diagnostics);
        return new Integration(kind, index, "", Flag(fields, "send_resolved", sendResolved));
    }

    private static int Max(YamlFields fields)
    {
        if (fields.Scalar("max_alerts") is not { } text)
        {
            return 0;
        }

        if (int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int max))
        {
            return max;
        }

        fields.Report("CAP083", text.At, $"'max_alerts' must be a whole number ≥ 0, not '{text.Text}'",
            "write 0 for no limit");
        return 0;
    }

    internal static bool Flag(YamlFields fields, string key, bool fallback)
    {
        if (fields.Scalar(key) is not { } text)
        {
            return fallback;
        }

        switch (text.Text.ToLowerInvariant())
        {
            case "true" or "yes" or "on" or "y":
                return true;
            case "false" or "no" or "off" or "n":
                return false;
            default:
                fields.Report("CAP083", text.At, $"'{key}' must be true or false, not '{text.Text}'",
                    "write true or false");
                return fallback;
        }
    }
}
