using System.Globalization;
using Capacity.Model;

namespace Capacity.Swarm.Live;

/// <summary>What was seen of the live stack → the part of a <see cref="RunResult"/> that the load engine cannot
/// know.</summary>
/// <param name="seen">All of it.</param>
internal sealed class LiveRecord(LiveObservations seen)
{
    private const double HalfPoll = 0.075; // the proxy is looked at every 0.15 s, so on average it was so before
    private const double LongestAnswer = 2; // seconds from an update to the line in the scaler's log

    private readonly LiveReplica[] _replicas = [.. LiveReplica.Of(seen)];

    /// <summary>Completes what the load engine measured; nothing after its end is added.</summary>
    public RunResult Complete(RunResult measured)
    {
        double until = measured.Duration;
        int steps = measured.Series.Offered.Count;
        double[] ends = [.. Enumerable.Range(1, steps).Select(i => Math.Min(i * measured.Step, until))];
        LiveUpdate[] changes = [.. seen.Updates.Where(u => u.To != u.From && u.At >= 0 && u.At <= until)];
        AlertSpan[] alerts = [.. seen.Alerts.SelectMany(Spans).Where(a => a.Pending <= until)
            .Select(a => a with { End = Math.Min(a.End, until) }).OrderBy(a => a.Pending)];
        return measured with
        {
            Series = measured.Series with
            {
                Desired = [.. ends.Select(e => changes.Where(c => c.At <= e).Select(c => (int?)c.To).LastOrDefault()
                    ?? seen.InitialReplicas)],
                Ready = [.. ends.Select(e => seen.Proxy.Where(p => p.At <= e).Select(p => p.Serving.Count)
                    .LastOrDefault())],
            },
            ScaleActions = [.. changes.Select((c, i) => Action(c, changes.Skip(i + 1)
                .FirstOrDefault(n => n.To > n.From == c.To > c.From)?.At ?? until))],
            Alerts = alerts,
            ReplicaHours = _replicas.Sum(r => Hours(r.Container, until)),
            Events = [.. Events(alerts).Concat(measured.Events).Where(e => e.At >= 0 && e.At <= until)
                .OrderBy(e => e.At)],
            StartupSeconds = [.. _replicas.Where(r => r.Container.Created > 0 && r.Container.Listening <= until)
                .Select(r => Math.Max(0, r.Container.Listening - r.Container.Started))], // events may come late
        };
    }

    private static double Hours(LiveContainer container, double until)
    {
        double from = Math.Max(0, container.Started);
        double to = double.IsNaN(container.Ended) ? until : Math.Min(until, container.Ended);
        return double.IsNaN(from) ? 0 : Math.Max(0, to - from) / 3600;
    }

    /// <summary>A change of the wanted replicas with its chain.</summary>
    /// <param name="update">The change.</param>
    /// <param name="next">The next change of the same direction: what happens until then is of this one, also when a
    /// change of the other direction called a part of it off.</param>
    private ScaleAction Action(LiveUpdate update, double next)
    {
        bool up = update.To > update.From;
        string change = string.Create(CultureInfo.InvariantCulture, $" from {update.From} to {update.To} replicas");
        ScalerAnswer? answer = seen.Answers.Where(a => a.Message.Contains(change, StringComparison.Ordinal)
            && Math.Abs(a.At - update.At) < LongestAnswer).MinBy(a => Math.Abs(a.At - update.At));
        AlertSpan? alert = seen.Alerts.Where(a => a.Scale == (up ? "up" : "down")).SelectMany(Spans)
            .Where(s => s.Firing <= update.At).OrderBy(s => s.Firing).LastOrDefault();
        double active = alert?.Pending ?? double.NaN;
        double fired = alert?.Firing ?? double.NaN;
        LiveReplica[] changed = [.. _replicas.Where(r => up
            ? r.Container.Created >= update.At && r.Container.Created < next
            : r.Left >= update.At && r.Left < next)];
        changed = up ? changed : [.. changed.Take(update.From - update.To)];
        return new ScaleAction(update.At, update.From, update.To, alert?.Name ?? "by hand",
            answer?.Message ?? $"set{change}",
            new ScaleChain
            {
                Scraped = seen.Scrapes.SelectMany(s => s.At).Where(t => t <= active).DefaultIfEmpty(double.NaN).Max(),
                Active = active,
                Fired = fired,
                Flushed = answer?.Asked ?? double.NaN,
                Delivered = answer?.At ?? update.At,
                Started = up ? Extreme(changed, r => r.Container.Started, first: true) : double.NaN,
                Ready = up ? Extreme(changed, r => r.Container.Listening) : double.NaN,
                InRotation = Extreme(changed, r => up ? r.Joined : r.Left),
            });
    }

    private static double Extreme(LiveReplica[] replicas, Func<LiveReplica, double> what, bool first = false) =>
        replicas.Length == 0 || replicas.Any(r => double.IsNaN(what(r))) ? double.NaN
            : first ? replicas.Min(what) : replicas.Max(what);

    // Without a gap longer than one evaluation it is the same stretch.
    private IEnumerable<AlertSpan> Spans(AlertSamples alert)
    {
        double gap = seen.EvaluationInterval * 1.5;
        (double At, bool Fires)[] all =
            [.. alert.Pending.Select(t => (t, false)).Concat(alert.Firing.Select(t => (t, true)))
            .OrderBy(s => s.Item1)];
        for (int i = 0; i < all.Length;)
        {
            int end = i;
            while (end + 1 < all.Length && all[end + 1].At - all[end].At <= gap)
            {
                end++;
            }

            double firing = all[i..(end + 1)].Where(s => s.Fires).Select(s => s.At).FirstOrDefault(double.NaN);
            yield return new AlertSpan(
                alert.Name, all[i].At, firing, all[end].At + seen.EvaluationInterval, alert.Severity);
            i = end + 1;
        }
    }

    private IEnumerable<RunEvent> Events(AlertSpan[] alerts)
    {
        foreach (AlertSpan alert in alerts)
        {
            if (alert.Pending < alert.Firing || double.IsNaN(alert.Firing))
            {
                yield return new RunEvent(alert.Pending, "alert", $"{alert.Name} is pending");
            }

            yield return new RunEvent(alert.Firing, "alert", $"{alert.Name} is firing");
            yield return new RunEvent(alert.End, "alert", $"{alert.Name} is inactive");
        }

        foreach (ScalerAnswer answer in seen.Answers)
        {
            yield return new RunEvent(answer.Asked, "notification", "the scaler is asked");
            yield return new RunEvent(answer.At, "scale", answer.Message);
        }

        foreach (LiveReplica replica in _replicas)
        {
            RunEvent At(double at, string what, string kind = "replica") =>
                new(at, kind, string.Create(CultureInfo.InvariantCulture, $"replica {replica.Number} {what}"));
            yield return At(replica.Container.Created, "is created");
            yield return At(replica.Container.Started, "starts");
            yield return At(replica.Container.Listening, "listens");
            yield return At(replica.Found - HalfPoll, "is found by the proxy in DNS");
            yield return At(replica.Joined, "is in rotation");
            yield return At(replica.Answered - HalfPoll, "has answered its first request");
            yield return At(replica.FirstScrape, "is scraped for the first time", "scrape");
            yield return At(replica.Left, "leaves the rotation");
            yield return At(replica.Container.Signalled, "is told to stop");
            yield return At(replica.Container.Ended, "is gone");
        }
    }
}

/// <summary>A container with what the proxy and Prometheus knew of it.</summary>
/// <param name="Number">From 1, in the order of creation.</param>
/// <param name="Container">Its life.</param>
/// <param name="Found">When the proxy had its address.</param>
/// <param name="Joined">When the proxy sent it requests, or knew that it might.</param>
/// <param name="Answered">When it had answered a request.</param>
/// <param name="Left">When the proxy had its address no longer.</param>
/// <param name="FirstScrape">When Prometheus scraped it first.</param>
internal sealed record LiveReplica(
    int Number, LiveContainer Container, double Found, double Joined, double Answered, double Left, double FirstScrape)
{
    private const double HalfPoll = 0.075;

    /// <summary>All replicas, in the order of creation.</summary>
    public static IEnumerable<LiveReplica> Of(LiveObservations seen)
    {
        int number = 0;
        foreach (LiveContainer container in seen.Containers.OrderBy(c => c.Created))
        {
            bool Is(string address) => container.Addresses.Contains(address);
            ProxyState? First(Func<ProxyState, IReadOnlyList<string>> list, double from) => seen.Proxy.FirstOrDefault(
                p => p.At >= from && list(p).Any(Is));

            // An address may have belonged to another container before.
            double from = double.IsNaN(container.Created) ? double.NegativeInfinity : container.Created;
            double found = First(p => p.Found, from)?.At ?? double.NaN;
            double joined = First(p => p.Serving, found)?.At ?? double.NaN;
            double left = LeftForGood(seen.Proxy, Is, found, container.Ended);
            yield return new LiveReplica(++number, container, found, joined - HalfPoll,
                First(p => p.Answered, found)?.At ?? double.NaN, left - HalfPoll,
                seen.Scrapes.Where(s => Is(s.Address)).SelectMany(s => s.At).Where(t => t >= from)
                    .DefaultIfEmpty(double.NaN).Min());
        }
    }

    // An address may be lost and found again at once; what counts is when it was lost for good.
    private static double LeftForGood(IReadOnlyList<ProxyState> states, Func<string, bool> isIt, double found,
        double ended)
    {
        double left = double.NaN;
        foreach (ProxyState state in states.Where(s => s.At > found && !(s.At > ended + 1)))
        {
            left = state.Found.Any(isIt) ? double.NaN : double.IsNaN(left) ? state.At : left;
        }

        return left;
    }
}
