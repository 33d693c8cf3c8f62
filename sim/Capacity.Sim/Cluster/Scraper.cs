using System.Globalization;
using Capacity.Control;
using Capacity.Control.Samples;
using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Sim.Cluster;

/// <summary>Prometheus' part before the rules: which targets it knows, and what their scrapes show.</summary>
internal sealed class Scraper
{
    private const double HealthCheckSeconds = 0.0003;
    private const string Good = "200";
    private const string ServerError = "500";
    private const string HealthCheckPath = "/demo/hello";

    private readonly SimulationInput _input;
    private readonly ControlLoop _loop;
    private readonly ScrapeCounters _counters;
    private readonly Timeline _timeline;
    private readonly Endpoint[] _endpoints;
    private readonly int _healthSeries;
    private readonly Queue<HashSet<Replica>> _found = new();
    private readonly long[] _cumulative = new long[ScrapeCounters.Buckets];

    public Scraper(
        SimulationInput input, Endpoint[] endpoints, ControlLoop loop, ScrapeCounters counters,
        Timeline timeline)
    {
        _input = input;
        _loop = loop;
        _counters = counters;
        _timeline = timeline;
        _endpoints = endpoints;
        _healthSeries = Array.IndexOf(endpoints, new Endpoint("GET", HealthCheckPath, Good));
    }

    /// <summary>What a replica's histogram tells apart, and where the good answers and the errors of each kind count.
    /// </summary>
    /// <remarks>Health checks have an endpoint of their own unless a kind asks for the same.</remarks>
    /// <param name="kinds">The kinds of requests.</param>
    /// <param name="fail">Whether replicas may answer by an error.</param>
    public static (Endpoint[] Endpoints, int[] OfKind, int[]? ErrorsOfKind) Endpoints(
        IReadOnlyList<RequestKind> kinds, bool fail)
    {
        var endpoints = new List<Endpoint>();
        int[] ofKind = [.. kinds.Select(k => Place(Of(k, Good)))];
        Place(new Endpoint("GET", HealthCheckPath, Good));
        int[]? errors = fail ? [.. kinds.Select(k => Place(Of(k, ServerError)))] : null;
        return ([.. endpoints], ofKind, errors);

        static Endpoint Of(RequestKind kind, string code) => new(kind.Method, kind.Path.Split('?', 2)[0], code);

        int Place(Endpoint endpoint)
        {
            int known = endpoints.IndexOf(endpoint);
            if (known < 0)
            {
                endpoints.Add(endpoint);
            }

            return known < 0 ? endpoints.Count - 1 : known;
        }
    }

    /// <summary>Prometheus looks up its targets: the replicas that the balancer knows, too.</summary>
    public void LookUp(IReadOnlyList<Replica> replicas) =>
        _found.Enqueue([.. replicas.Where(r => r.InRotation)]);

    /// <summary>Prometheus takes over what the oldest look-up found that it has not taken over yet.</summary>
    public void Discover(IReadOnlyList<Replica> replicas, Instant now)
    {
        if (!_found.TryDequeue(out HashSet<Replica>? found) || _loop.IsDown(LoopPart.Prometheus, now))
        {
            return;
        }

        foreach (Replica replica in replicas)
        {
            bool isTarget = IsAmong(found, replica);
            if (isTarget && replica.Target is null)
            {
                replica.Target = new ScrapeTarget(_loop.Samples, LabelsOf(replica), _input.Loop.ScrapeInterval);
                replica.Series = new TargetSeries?[_endpoints.Length];
            }
            else if (!isTarget && replica.Target is { } target)
            {
                Instant forgotten = target.Remove(now);
                if (forgotten < Instant.Never)
                {
                    _timeline.Add(forgotten, Change.Forgotten, replica);
                }

                replica.Forgetting = target;
                replica.Target = null;
            }
        }
    }

    /// <summary>A replica listens at the address of the one that it replaces: to Prometheus it is the same target,
    /// whose counters begin anew.</summary>
    public static void TakeOver(Replica replica)
    {
        if (replica.Replaces is { Target: { } target } before)
        {
            (replica.Target, before.Target) = (target, null);
            (replica.Series, before.Series) = (before.Series, []);
        }
    }

    /// <summary>Prometheus has begun anew: it knows no targets, and does not end the series of those it had.</summary>
    public void Restart(IReadOnlyList<Replica> replicas)
    {
        _found.Clear();
        foreach (Replica replica in replicas)
        {
            replica.Target = replica.Forgetting = null;
        }
    }

    /// <summary>A replica's scrape: its counters move on, and its target, when there is one, gets samples.</summary>
    public void Scrape(Replica replica, Instant at)
    {
        _counters.Fold(replica.Index, replica.NextScrape);
        long checks = replica.HealthChecksUntil(at, _input.Loop.HealthCheckInterval);
        long added = checks - replica.HealthChecks;
        replica.HealthChecks = checks;
        _counters.Add(replica.Index, _healthSeries, added, added * HealthCheckSeconds);
        if (replica.Target is not { } target || _loop.IsDown(LoopPart.Prometheus, at))
        {
            return;
        }

        bool succeeded = at < replica.GoneAt;
        target.Begin(at);
        if (succeeded)
        {
            for (int series = 0; series < _endpoints.Length; series++)
            {
                Expose(replica, target, series);
            }
        }

        target.End(succeeded);
        _loop.Scraped(at);
    }

    /// <summary>Whether a look-up found a replica's address: also when it was still the address of the one before.
    /// </summary>
    private static bool IsAmong(HashSet<Replica> found, Replica replica) =>
        replica.Successor is not { Target: not null }
        && (found.Contains(replica)
            || (replica is { Target: not null, Replaces: { } before } && found.Contains(before)));

    private void Expose(Replica replica, ScrapeTarget target, int series)
    {
        double sum = _counters.Read(replica.Index, series, _cumulative);
        if (_cumulative[^1] == 0)
        {
            return; // a series appears with its first finished request
        }

        TargetSeries numbers = replica.Series[series] ??= Numbers(target, _endpoints[series]);
        for (int bucket = 0; bucket < _cumulative.Length; bucket++)
        {
            target.Sample(numbers.Buckets[bucket], _cumulative[bucket]);
        }

        target.Sample(numbers.Sum, sum);
        target.Sample(numbers.Count, _cumulative[^1]);
    }

    private TargetSeries Numbers(ScrapeTarget target, Endpoint endpoint)
    {
        LabelSet labels = LabelSet.Of(
            ("service", LoopSettingsReader.StackName(_input.Loop.Service)), ("code", endpoint.Code),
            ("method", endpoint.Method), ("path", endpoint.Path));
        LabelSet bucket = labels.With(LabelSet.MetricName, "http_server_resp_time_bucket");
        return new TargetSeries(
            [.. ScrapeCounters.BoundTexts.Select(bound => target.Series(bucket.With("le", bound)))],
            target.Series(labels.With(LabelSet.MetricName, "http_server_resp_time_sum")),
            target.Series(labels.With(LabelSet.MetricName, "http_server_resp_time_count")));
    }

    private LabelSet LabelsOf(Replica replica) => LabelSet.Of(
        ("job", _input.Loop.Service),
        ("instance", string.Create(
            CultureInfo.InvariantCulture, $"10.0.{replica.Address / 250}.{(replica.Address % 250) + 1}:8080")));

    /// <summary>One series of a replica's histogram.</summary>
    internal sealed record Endpoint(string Method, string Path, string Code);
}
