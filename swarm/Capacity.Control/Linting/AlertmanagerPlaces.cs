using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Finds receivers in the text of alertmanager.yml.</summary>
internal static class AlertmanagerPlaces
{
    /// <summary>The receiver's name.</summary>
    public static SourceSpan Receiver(LintContext context, Receiver receiver) =>
        Find(context, receiver.Name)?.Find("name")?.At ?? Nowhere(context);

    /// <summary>The webhook's <c>send_resolved</c>, else its <c>url</c>.</summary>
    public static SourceSpan Webhook(LintContext context, Receiver receiver, Integration integration)
    {
        YamlMap? webhook = Find(context, receiver.Name)?.Find("webhook_configs") is YamlList list
            && integration.Index < list.Items.Count ? list.Items[integration.Index] as YamlMap : null;
        return (webhook?.Find("send_resolved") ?? webhook?.Find("url"))?.At ?? Receiver(context, receiver);
    }

    private static YamlMap? Find(LintContext context, string name) => context.AlertmanagerText is { } text
        && YamlText.Read(text).TryGet(out YamlNode? root) && root is YamlMap map
        && map.Find("receivers") is YamlList list
        ? list.Items.OfType<YamlMap>().FirstOrDefault(r => r.Find("name") is YamlScalar s && s.Text == name)
        : null;

    private static SourceSpan Nowhere(LintContext context) => new(context.AlertmanagerText, 1, 1, 1);
}
