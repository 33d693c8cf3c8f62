using System.Globalization;
using System.Text;
using Capacity.Control.Scaling;
using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>A notification → the body of Alertmanager's webhook, version 4.</summary>
/// <remarks>Source: Alertmanager, notify/webhook and template/template.go.</remarks>
public static class WebhookJson
{
    /// <summary>Writes the body, with the final newline that Alertmanager writes.</summary>
    /// <param name="notification">What is sent.</param>
    /// <param name="externalUrl">Alertmanager's own address.</param>
    public static string Write(Notification notification, string externalUrl)
    {
        var json = new StringBuilder("{\"receiver\":").Quote(QuoteMeta(notification.Receiver))
            .Append(",\"status\":").Quote(notification.Status).Append(",\"alerts\":[");
        for (int i = 0; i < notification.Alerts.Count; i++)
        {
            json.Append(i == 0 ? "" : ",");
            Alert(json, notification.Alerts[i]);
        }

        Labels(json.Append("],\"groupLabels\":"), notification.GroupLabels);
        Labels(json.Append(",\"commonLabels\":"), notification.CommonLabels);
        Labels(json.Append(",\"commonAnnotations\":"), notification.CommonAnnotations);
        json.Append(",\"externalURL\":").Quote(externalUrl).Append(",\"version\":\"4\",\"groupKey\":")
            .Quote(notification.GroupKey);
        return json.Append(CultureInfo.InvariantCulture, $",\"truncatedAlerts\":{notification.TruncatedAlerts}}}\n")
            .ToString();
    }

    private static void Alert(StringBuilder json, NotifiedAlert alert)
    {
        Labels(json.Append("{\"status\":").Quote(alert.Status).Append(",\"labels\":"), alert.Labels);
        Labels(json.Append(",\"annotations\":"), alert.Annotations);
        json.Append(",\"startsAt\":").Quote(Time(alert.StartsAt))
            .Append(",\"endsAt\":").Quote(alert.EndsAt is { } end ? Time(end) : "0001-01-01T00:00:00Z")
            .Append(",\"generatorURL\":\"\",\"fingerprint\":").Quote(alert.Fingerprint).Append('}');
    }

    private static void Labels(StringBuilder json, LabelSet labels)
    {
        json.Append('{');
        for (int i = 0; i < labels.Count; i++)
        {
            json.Append(i == 0 ? "" : ",").Quote(labels.Labels[i].Key).Append(':').Quote(labels.Labels[i].Value);
        }

        json.Append('}');
    }

    // RFC 3339 without trailing zeros, as Go writes it.
    private static string Time(Instant at) =>
        at.ToDateTimeOffset().ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "Z";

    private static string QuoteMeta(string text)
    {
        var quoted = new StringBuilder();
        foreach (char c in text)
        {
            quoted.Append(@"\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal) ? "\\" : "").Append(c);
        }

        return quoted.ToString();
    }
}
