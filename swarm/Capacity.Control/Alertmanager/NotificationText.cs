using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>What a delivery says.</summary>
internal static class NotificationText
{
    /// <summary>The notification of one attempt.</summary>
    public static Notification Compose(Delivery delivery, Instant at)
    {
        NotificationGroup group = delivery.Flush.Group;
        int max = delivery.Integration.MaxAlerts;
        List<NotifiedAlert> listed = max > 0 && delivery.Sent.Count > max ? delivery.Sent[..max] : delivery.Sent;
        return new Notification
        {
            At = at,
            Receiver = group.Route.Receiver,
            Integration = delivery.Position,
            Kind = delivery.Integration.Kind,
            Url = delivery.Integration.Url,
            GroupKey = group.Key,
            GroupLabels = group.Labels,
            Status = listed.Exists(a => a.IsFiring) ? "firing" : "resolved",
            Alerts = listed,
            CommonLabels = Common(listed, a => a.Labels),
            CommonAnnotations = Common(listed, a => a.Annotations),
            TruncatedAlerts = delivery.Sent.Count - listed.Count,
            Attempt = delivery.Attempt,
            Delivery = delivery,
        };
    }

    private static LabelSet Common(List<NotifiedAlert> alerts, Func<NotifiedAlert, LabelSet> of)
    {
        LabelSet first = of(alerts[0]);
        return alerts.Count == 1 ? first : first.Where(name => alerts.TrueForAll(a => of(a)[name] == first[name]));
    }
}
