using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>Plays a schedule of alerts through Alertmanager, and collects what it sends.</summary>
/// <remarks>
/// Alerts are posted as Prometheus does: when they start, again after each resend delay, when they end, and for 15
/// minutes after. Every receiver accepts every notification. Alertmanager starts at the beginning of the schedule.
/// </remarks>
public static class Replay
{
    private const int EndsAtFactor = 4;
    private const int PostsMax = 5_000_000;
    private static readonly TimeSpan ResolvedRetention = TimeSpan.FromMinutes(15);

    /// <summary>Runs a schedule.</summary>
    /// <param name="config">alertmanager.yml.</param>
    /// <param name="alerts">Starts and ends.</param>
    /// <param name="options">The rest.</param>
    /// <returns>In the order of sending, up to and including the end.</returns>
    public static IReadOnlyList<ReplayedNotification> Run(
        AlertmanagerConfig config, IReadOnlyList<ScheduledAlert> alerts, ReplayOptions options)
    {
        TimeSpan until = options.Until ?? DefaultEnd(config, alerts);
        var posts = new Queue<(TimeSpan At, AlertPost Post)>(
            Posts(alerts, options, until).Take(PostsMax).OrderBy(p => p.At));
        var simulation = new AlertmanagerSimulation(config, options.Alertmanager, options.Start);
        var sent = new List<ReplayedNotification>();
        var underWay = new Queue<(Instant At, Notification Notification)>(); // all take equally long
        var due = new List<Notification>();
        while (true)
        {
            Instant next = simulation.NextDue;
            next = underWay.TryPeek(out (Instant At, Notification Notification) answer)
                ? Instant.Min(next, answer.At) : next;
            next = posts.TryPeek(out (TimeSpan At, AlertPost Post) post)
                ? Instant.Min(next, options.Start + post.At) : next;
            if (next > options.Start + until)
            {
                return sent;
            }

            var batch = new List<AlertPost>();
            while (posts.TryPeek(out post) && options.Start + post.At <= next)
            {
                batch.Add(posts.Dequeue().Post);
            }

            if (batch.Count > 0)
            {
                simulation.Receive(next, batch);
            }

            due.Clear();
            simulation.Advance(next, due);
            foreach (Notification notification in due)
            {
                Instant answered = notification.At + options.Delivery;
                underWay.Enqueue((answered, notification));
                sent.Add(new ReplayedNotification(
                    notification.At - options.Start, answered - options.Start, notification));
            }

            while (underWay.TryPeek(out answer) && answer.At <= next)
            {
                underWay.Dequeue();
                simulation.Delivered(answer.Notification, answer.At, DeliveryOutcome.Ok);
            }
        }
    }

    /// <summary>When a replay ends that is not told when: three looks at a group after the last start or end.</summary>
    public static TimeSpan DefaultEnd(AlertmanagerConfig config, IReadOnlyList<ScheduledAlert> alerts)
    {
        TimeSpan last = alerts.Select(a => a.Ends ?? a.Starts).Append(TimeSpan.Zero).Max();
        List<Route> routes = [.. Routes(config.Root)];
        return last + routes.Max(r => r.GroupWait) + (3 * routes.Max(r => r.GroupInterval));
    }

    internal static IEnumerable<Route> Routes(Route route) => route.Routes.SelectMany(Routes).Prepend(route);

    private static IEnumerable<(TimeSpan At, AlertPost Post)> Posts(
        IReadOnlyList<ScheduledAlert> alerts, ReplayOptions options, TimeSpan until)
    {
        bool resends = options.Resend > TimeSpan.Zero;
        foreach (ScheduledAlert alert in alerts)
        {
            AlertPost Firing(TimeSpan at) => new(alert.Labels, alert.Annotations, options.Start + alert.Starts,
                resends ? options.Start + at + (EndsAtFactor * options.Resend) : null);

            yield return (alert.Starts, Firing(alert.Starts));
            TimeSpan stop = alert.Ends is { } e && e < until ? e : until;
            for (TimeSpan at = alert.Starts + options.Resend; resends && at < stop; at += options.Resend)
            {
                yield return (at, Firing(at));
            }

            if (alert.Ends is not { } ends)
            {
                continue;
            }

            var resolved = new AlertPost(alert.Labels, alert.Annotations, options.Start + alert.Starts,
                options.Start + ends);
            yield return (ends, resolved);
            TimeSpan last = ends + ResolvedRetention;
            last = Refires(alerts, alert, ends) is { } again && again < last ? again : last;
            for (TimeSpan at = ends + options.Resend; resends && at < last && at <= until; at += options.Resend)
            {
                yield return (at, resolved);
            }
        }
    }

    // From then on Prometheus posts the new firing instead of the old end.
    private static TimeSpan? Refires(IReadOnlyList<ScheduledAlert> alerts, ScheduledAlert alert, TimeSpan ends)
    {
        TimeSpan? again = null;
        foreach (ScheduledAlert other in alerts)
        {
            if (!ReferenceEquals(other, alert) && other.Starts >= ends && !(other.Starts > again)
                && other.Labels.Equals(alert.Labels))
            {
                again = other.Starts;
            }
        }

        return again;
    }
}
