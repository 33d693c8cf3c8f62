using Capacity.Model;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Live;

namespace Capacity.Tests.Swarm;

/// <summary>What is seen of the live stack becomes the same record as of the embedded cluster.</summary>
public sealed class LiveRecordTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_scale_up_gets_every_instant_of_its_chain()
    {
        RunResult run = new LiveRecord(Seen()).Complete(Measured());

        ScaleAction up = run.ScaleActions[0];
        Assert.Equal((10.02, 1, 2, "slow"), (up.At, up.From, up.To, up.Alert));
        Assert.Equal("Scaling go-demo_main from 1 to 2 replicas (min: 1, max: 7)", up.Message);
        Assert.Equal(4, up.Chain.Scraped);
        Assert.Equal((5, 5, 10, 10.03), (up.Chain.Active, up.Chain.Fired, up.Chain.Flushed, up.Chain.Delivered));
        Assert.Equal((11, 12), (up.Chain.Started, up.Chain.Ready));
        Assert.Equal(12.5, up.Chain.InRotation, 0.1);
        Assert.Equal([1, 1, 2, 2, 1, 1], run.Series.Ready);
        Assert.Equal([1, 1, 2, 2, 1, 1], run.Series.Desired);
        Assert.Equal([1.0], run.StartupSeconds);
    }

    [Fact]
    public void A_scale_down_ends_when_the_proxy_has_forgotten_the_replica_for_good()
    {
        RunResult run = new LiveRecord(Seen()).Complete(Measured());

        ScaleAction down = run.ScaleActions[1];
        Assert.Equal((21, 2, 1, "by hand"), (down.At, down.From, down.To, down.Alert));
        Assert.Equal(22.3, down.Chain.InRotation, 0.1);
        Assert.True(double.IsNaN(down.Chain.Started));
        // 30 s of the first replica, and of the second from its start until its end.
        Assert.Equal((30 + 14) / 3600.0, run.ReplicaHours, 6);
    }

    [Fact]
    public void Alerts_with_a_gap_are_two_stretches()
    {
        RunResult run = new LiveRecord(Seen()).Complete(Measured());

        Assert.Equal([5.0, 25], run.Alerts.Select(a => a.Pending));
        Assert.Equal(15, run.Alerts[0].End);
        Assert.Equal(30, run.Alerts[1].End);
        Assert.Contains(run.Events, e => e is { Kind: "scrape", At: 14 });
        Assert.Equal(run.Events.OrderBy(e => e.At), run.Events);
    }

    [Fact]
    public void The_first_evaluations_of_which_prometheus_writes_no_series_are_filled_in()
    {
        const string Alerts = """
            {"data":{"alerts":[{"labels":{"alertname":"slow","scale":"up"},"state":"firing",
            "activeAt":"2026-01-01T00:00:05Z"}]}}
            """;
        using var http = new HttpClient(new Answers(Alerts));
        var watch = new AlertWatch(new PrometheusHistory(http, new Uri("http://127.0.0.1:1")));
        using var end = new CancellationTokenSource();
        Task looking = watch.RunAsync(end.Token);
        end.Cancel();
        Assert.True(looking.IsCompletedSuccessfully || !looking.IsFaulted);

        var series = new[]
        {
            ((IReadOnlyDictionary<string, string>)new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["__name__"] = "ALERTS", ["alertname"] = "slow", ["scale"] = "up", ["alertstate"] = "firing",
            }, new[] { Start.AddSeconds(15) }),
        };
        AlertSamples slow = Assert.Single(watch.Samples(series, at => (at - Start).TotalSeconds));
        Assert.Equal([5.0, 15], slow.Firing);
        Assert.Equal(("slow", "up"), (slow.Name, slow.Scale));
    }

    [Fact]
    public void The_scalers_log_gives_requests_and_answers_whatever_bytes_are_between()
    {
        IReadOnlyList<ScalerAnswer> answers = ServiceLogReader.Answers(
            ServiceLogReader.Read(LiveTexts.ScalerLog), at => (at - Start).TotalSeconds);

        Assert.Equal(2, answers.Count);
        Assert.Equal(
            new ScalerAnswer(10, 10.02, "Scaling go-demo_main from 2 to 4 replicas (min: 2, max: 7)", true),
            answers[0]);
        Assert.Equal(new ScalerAnswer(20.5, 20.5, "'nobody' was not found", false), answers[1]);
    }

    [Fact]
    public void A_server_that_dns_has_just_named_serves_only_when_it_has_answered()
    {
        var proxy = new ProxyWatch(new Uri("http://127.0.0.1"), "main", () => 0);
        proxy.See(0, LiveTexts.Page("MAINT (resolution)", 40, "L7OK", ""));
        proxy.See(1, LiveTexts.Page("UP", 40, "L7OK"));
        Assert.Equal(0, proxy.Serving); // the check was another server's
        proxy.See(1.2, LiveTexts.Page("UP", 41, "L7OK"));
        Assert.Equal(1, proxy.Serving);
        proxy.See(1.4, LiveTexts.Page("DOWN", 41, "L4CON"));
        Assert.Equal(0, proxy.Serving);
        proxy.See(1.6, LiveTexts.Page("MAINT (resolution)", 41, "L7OK", ""));
        Assert.Equal(5, proxy.States.Count);
        Assert.Equal(["10.0.1.5"], proxy.States[2].Answered);
    }

    [Fact]
    public void Events_of_other_services_are_not_this_ones()
    {
        using var engine = new EngineClient(EngineAddress.Parse("/nowhere.sock"));
        var watch = new EngineWatch(engine, "go-demo_main", at => (at - Start).TotalSeconds);
        EngineEvent Event(string type, string action, int second, params (string, string)[] about) => new()
        {
            Type = type,
            Action = action,
            TimeNano = (Start.AddSeconds(second) - DateTimeOffset.UnixEpoch).Ticks * 100,
            Actor = new EngineActor
            {
                Id = "c1",
                Attributes = about.ToDictionary(a => a.Item1, a => a.Item2, StringComparer.Ordinal),
            },
        };
        (string, string) service = ("com.docker.swarm.service.name", "go-demo_main");
        watch.See(Event("service", "update", 1, ("name", "other"), ("replicas.old", "1"), ("replicas.new", "2")));
        watch.See(
            Event("service", "update", 2, ("name", "go-demo_main"), ("replicas.old", "1"), ("replicas.new", "2")));
        watch.See(Event("container", "create", 3, service, ("com.docker.swarm.task.id", "t1")));
        watch.See(Event("container", "start", 4, service));
        watch.See(Event("container", "kill", 5, service));
        watch.See(Event("container", "die", 6, service));
        watch.See(Event("container", "create", 7, ("com.docker.swarm.service.name", "other")));

        Assert.Equal([new LiveUpdate(2, 1, 2)], watch.Updates);
        LiveContainer container = Assert.Single(watch.Containers);
        Assert.Equal((3, 4, 5, 6), (container.Created, container.Started, container.Signalled, container.Ended));
    }

    private static LiveObservations Seen()
    {
        ProxyState At(double at, string[] found, string[] serving) => new(at, found, serving, serving);
        return new LiveObservations
        {
            Containers =
            [
                new("a", ["10.0.1.1"], -9, -9, -8, double.NaN, double.NaN),
                new("b", ["10.0.1.2", "10.0.2.2"], 10.5, 11, 12, 24.1, 25),
            ],
            Updates = [new(10.02, 1, 2), new(21, 2, 1)],
            Proxy =
            [
                At(0.1, ["10.0.1.1"], ["10.0.1.1"]),
                At(11.5, ["10.0.1.1", "10.0.1.2"], ["10.0.1.1"]),
                At(11.7, ["10.0.1.1"], ["10.0.1.1"]), // lost for a moment
                At(12, ["10.0.1.1", "10.0.1.2"], ["10.0.1.1"]),
                At(12.6, ["10.0.1.1", "10.0.1.2"], ["10.0.1.1", "10.0.1.2"]),
                At(22.4, ["10.0.1.1"], ["10.0.1.1"]),
            ],
            Answers = [new(10, 10.03, "Scaling go-demo_main from 1 to 2 replicas (min: 1, max: 7)", true)],
            Alerts = [new("slow", "up", "up", [], [5, 10, 25])],
            Scrapes = [new("10.0.1.1", [1, 2, 3, 4, 5.5]), new("10.0.2.2", [14, 15])],
            InitialReplicas = 1,
            EvaluationInterval = 5,
        };
    }

    private static RunResult Measured()
    {
        double[] six = new double[6];
        return new RunResult
        {
            Provenance = Provenance.Measured,
            Scenario = "s",
            Seed = 1,
            Duration = 30,
            Step = 5,
            Series = new RunSeries
            {
                Offered = six,
                Completed = six,
                Errors = six,
                P50 = six,
                P95 = six,
                P99 = six,
                Desired = [],
                Ready = [],
            },
            Totals = new RequestCounts(0, 0, 0, 0),
            Kinds = [],
            ScaleActions = [],
            Alerts = [],
            ReplicaHours = 0,
        };
    }

    private sealed class Answers(string text) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent(text) });
    }
}
