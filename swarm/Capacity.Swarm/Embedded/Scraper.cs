using Capacity.Control;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Swarm.Embedded;

/// <summary>Prometheus' part before the rules: looks up the targets and scrapes their metrics over HTTP.</summary>
internal sealed class Scraper : IDisposable
{
    private static readonly TimeSpan LongestTimeOut = TimeSpan.FromSeconds(10);
    private readonly LoopSettings _settings;
    private readonly ControlLoop _loop;
    private readonly ReplicaSet _replicas;
    private readonly Agenda _agenda;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(2),
    });

    public Scraper(LoopSettings settings, ControlLoop loop, ReplicaSet replicas, Agenda agenda)
    {
        _settings = settings;
        _loop = loop;
        _replicas = replicas;
        _agenda = agenda;
        agenda.Plan(agenda.Start + settings.DiscoveryPhase, Turn.Discovery, Discover);
    }

    /// <summary>Told of scrapes that fail.</summary>
    public required Action<Instant, LiveReplica> Failed { get; init; }

    public void Dispose() => _client.Dispose();

    private void Discover(Instant at)
    {
        foreach (LiveReplica replica in _replicas.All)
        {
            if (replica.InRotation && replica.Target is null)
            {
                LabelSet labels = LabelSet.Of(
                    ("job", _settings.Service), ("instance", replica.Backend!.Address.Authority));
                replica.Target = new ScrapeTarget(_loop.Samples, labels, _settings.ScrapeInterval);
                _agenda.Plan(NextSlot(replica, at), Turn.Scrape, next => Scrape(replica, next));
            }
            else if (!replica.InRotation && replica.Target is { } target)
            {
                Instant forgotten = target.Remove(at);
                if (forgotten < Instant.Never)
                {
                    _agenda.Plan(forgotten, Turn.Scrape, _ => target.WriteRemovalMarkers());
                }

                replica.Target = null;
            }
        }

        _agenda.Plan(at + _settings.DiscoveryRefresh, Turn.Discovery, Discover);
    }

    private Instant NextSlot(LiveReplica replica, Instant from)
    {
        Instant first = _agenda.Start + _settings.ScrapePhase(replica.Number);
        long interval = _settings.ScrapeInterval.Ticks;
        long slot = Math.Max(0, ((from - first).Ticks + interval - 1) / interval);
        return first + (slot * _settings.ScrapeInterval);
    }

    private void Scrape(LiveReplica replica, Instant at)
    {
        if (replica.Target is null)
        {
            return;
        }

        _agenda.Plan(at + _settings.ScrapeInterval, Turn.Scrape, next => Scrape(replica, next));
        if (!replica.IsScraped)
        {
            replica.IsScraped = true;
            _ = FetchAsync(replica, at);
        }
    }

    private async Task FetchAsync(LiveReplica replica, Instant at)
    {
        List<(LabelSet Labels, double Value)>? samples = null;
        try
        {
            TimeSpan timeOut = _settings.ScrapeInterval < LongestTimeOut ? _settings.ScrapeInterval : LongestTimeOut;
            using var patience = new CancellationTokenSource(timeOut);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Backend!.Address, "/metrics"));
            using HttpResponseMessage response = await _client.SendAsync(request, patience.Token);
            string text = await response.Content.ReadAsStringAsync(patience.Token);
            samples = response.IsSuccessStatusCode ? ExpositionText.Read(text) : null;
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or OperationCanceledException
            or ObjectDisposedException)
        {
            // A failed scrape: up becomes 0.
        }

        _agenda.Post(_ => Commit(replica, at, samples));
    }

    private void Commit(LiveReplica replica, Instant at, List<(LabelSet Labels, double Value)>? samples)
    {
        replica.IsScraped = false;
        if (replica.Target is not { } target)
        {
            return;
        }

        target.Begin(at);
        foreach ((LabelSet labels, double value) in samples ?? [])
        {
            target.Sample(target.Series(labels), value);
        }

        target.End(samples is not null);
        _loop.Scraped(at);
        if (samples is null)
        {
            Failed(at, replica);
        }
    }
}
