using System.Globalization;
using System.Text.Json;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.Sim;

/// <summary>A recorded run of the real loop: its configuration and requests as a simulation, and what it did.</summary>
internal sealed class RecordedRun
{
    private const double ManagersInterval = 5; // seconds between two looks of Prometheus' managers

    private readonly string _folder;
    private readonly JsonElement _config;
    private readonly double _start; // Unix seconds

    public RecordedRun(string folder)
    {
        _folder = folder;
        _config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json"))).RootElement;
        _start = Anchors.GetProperty("t0_epoch").GetDouble();
    }

    /// <summary>Simulates a recorded run and pairs the actions of both.</summary>
    /// <param name="folder">Where the run was recorded.</param>
    /// <param name="toleranceSeconds">Between two actions; without it, the evaluation interval.</param>
    public static SuiteResult Run(string folder, double? toleranceSeconds = null)
    {
        var recorded = new RecordedRun(folder);
        return RecordedActions.Compare(
            $"recorded-runs {Path.GetFileName(folder)}", recorded.Actions,
            LaunchSimulation.Run(recorded.Input(), 1, CancellationToken.None),
            toleranceSeconds ?? recorded.EvaluationInterval);
    }

    /// <summary>The changes of the wanted replicas after the deployment: second, before, after.</summary>
    public IReadOnlyList<(double At, int From, int To)> Actions =>
    [
        .. Lines("replicas.jsonl")
            .Where(l => l.GetProperty("ev").GetString() == "desired"
                && l.GetProperty("from").ValueKind == JsonValueKind.Number)
            .Select(l => (
                l.GetProperty("s").GetDouble(), l.GetProperty("from").GetInt32(), l.GetProperty("to").GetInt32())),
    ];

    public double EvaluationInterval => _config.GetProperty("evaluation_interval_s").GetDouble();

    private JsonElement Anchors => _config.GetProperty("anchors");

    private JsonElement Swarm => _config.GetProperty("fake_swarm");

    private bool IsVintage => _config.GetProperty("stack").GetString() == "vintage";

    public SimulationInput Input()
    {
        LoadPlan plan = LoadPlan.Of([new LoadStage.Pause("recorded", _config.GetProperty("duration_s").GetDouble())]);
        var kind = new RequestKind("hello", 1, "GET", "/demo/hello", new ServiceLaw.Constant(0));
        return new SimulationInput
        {
            Plan = plan,
            Kinds = [kind],
            WorkerLaws = [kind.ServiceTime],
            Service = new ServiceModel { Workers = null, Startup = new ServiceLaw.Constant(0.05), StopGrace = 0 },
            Loop = Loop(),
            FreshDeployment = true,
            ReusesAddresses = Swarm.GetProperty("ip_mode").GetString() == "slot",
            DiscoveryDelay =
            TimeSpan.FromSeconds(IsVintage || !IsDns ? 0 : Positive(ManagersPhase - LookUpPhase, ManagersInterval)),
            ReloadAfterChange = Reload,
            Step = Steps.Choose(plan.Duration),
            Scenario = _config.GetProperty("name").GetString()!,
            Trace =
            [
                .. Lines("requests.jsonl").OrderBy(r => r.GetProperty("start_s").GetDouble()).Select(
                    r => new TraceRequest(
                    r.GetProperty("start_s").GetDouble(), 0, r.GetProperty("delay_ms").GetDouble() / 1000)),
            ],
        };
    }

    private LoopSettings Loop()
    {
        double scrape = _config.GetProperty("scrape_interval_s").GetDouble();
        JsonElement service = _config.GetProperty("service");
        string rules = _config.GetProperty("rules_yml").ValueKind == JsonValueKind.String
            ? _config.GetProperty("rules_yml").GetString()!
            : File.ReadAllText(Path.Combine(_folder, "alert.rules"));
        Assert.True(RuleFileReader.Read(new SourceText("alert.rules", rules)).TryGet(out RuleFile? file));
        double webhook = Anchors.GetProperty("webhook_latency_ms").GetProperty("median").GetDouble() / 1000;
        return new LoopSettings
        {
            Service = "go-demo_main",
            InitialReplicas = service.GetProperty("initial_replicas").GetInt32(),
            ServiceLabels = service.GetProperty("labels").EnumerateObject()
                .ToDictionary(l => l.Name, l => l.Value.GetString()!, StringComparer.Ordinal),
            ScrapeInterval = TimeSpan.FromSeconds(scrape),
            EvaluationInterval = TimeSpan.FromSeconds(EvaluationInterval),
            HealthCheckInterval = // the pause begins when a check, of about 2 ms, has ended
                TimeSpan.FromSeconds(Swarm.GetProperty("healthcheck_period_s").GetDouble() + 0.002),
            StopGrace = TimeSpan.Zero,
            DiscoveryRefresh = TimeSpan.FromSeconds(DiscoveryRefresh),
            Groups = file.Groups,
            Rules = IsVintage
                ? new RuleOptions { ResendDelay = TimeSpan.Zero, PostsEndsAt = false }
                : new RuleOptions(),
            Alertmanager = Some.Alertmanager(_config.GetProperty("alertmanager_yml").GetString()!),
            AlertmanagerOptions = new AlertmanagerOptions
            {
                Profile = IsVintage ? AlertmanagerProfile.V014 : AlertmanagerProfile.V025,
                TimerDrift = TimeSpan.FromSeconds(TimerDrift),
            },
            AlertmanagerAge = TimeSpan.FromSeconds(
                _start - Anchors.GetProperty("alertmanager_process_start_epoch").GetDouble()),
            Delays = new LoopDelays
            {
                Post = 0.01,
                Delivery = webhook,
                Rotation = 0,
                Orchestrator = Swarm.GetProperty("startup_lag_s").GetDouble() + 0.005,
            },
            KnownPhases = Phases(scrape),
        };
    }

    private bool IsDns => _config.GetProperty("discovery").GetProperty("type").GetString() == "dns";

    /// <summary>Seconds; file-based discovery passes changes on at most every five.</summary>
    private double DiscoveryRefresh
    {
        get
        {
            string refresh = _config.GetProperty("discovery").GetProperty("refresh").GetString()!.Split(' ')[0];
            return IsDns && PrometheusDuration.Parse(refresh).TryGet(out TimeSpan span)
                ? span.TotalSeconds
                : ManagersInterval;
        }
    }

    /// <summary>Unix time of a look-up.</summary>
    private double LookUpPhase => Lines("discovery.jsonl").First().GetProperty("t").GetDouble();

    /// <summary>Unix time of a look of Prometheus' managers at what discovery found: every 5 s since its
    /// start.</summary>
    private double ManagersPhase => Anchors.GetProperty("prometheus_process_start_epoch") is
    { ValueKind: JsonValueKind.Number } start
        ? start.GetDouble()
        : LookUpPhase;

    /// <summary>The usual time from a change to the reload of Prometheus that docker-flow-monitor makes for
    /// it.</summary>
    private TimeSpan? Reload
    {
        get
        {
            List<double> reloads = [.. Lines("events.jsonl")
                .Where(e => e.GetProperty("ev").GetString() == "prometheus_config_load")
                .Select(e => e.GetProperty("s").GetDouble())];
            List<double> after =
                [.. Actions.Select(a => reloads.Find(r => r > a.At) - a.At).Where(d => d is > 0 and < 5)];
            return after.Count == 0 ? null : TimeSpan.FromSeconds(after.Order().ElementAt(after.Count / 2));
        }
    }

    /// <summary>By how many seconds the ticks of Alertmanager's groups usually came late on the recording
    /// machine; all intervals are whole seconds.</summary>
    private double TimerDrift
    {
        get
        {
            List<double> drifts = [.. Lines("events.jsonl").Where(e => e.GetProperty("ev").GetString() == "am_flush")
                .GroupBy(e => e.GetProperty("group").GetString()!, e => e.GetProperty("s").GetDouble())
                .SelectMany(g => g.Zip(g.Skip(1), (a, b) => b - a)).Select(d => d - Math.Round(d))
                .Where(d => Math.Abs(d) < 0.05).Order()];
            return drifts.Count == 0 ? 0.001 : Math.Max(0.0005, drifts[drifts.Count / 2]);
        }
    }

    private Dictionary<string, TimeSpan> Phases(double scrape)
    {
        double queried = IsDns || IsVintage ? LookUpPhase : ManagersPhase;
        var phases = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
        {
            ["evaluation"] = Since(Anchors.GetProperty("rule_group_phase_s").GetDouble(), EvaluationInterval),
            ["discovery"] = Since(queried, DiscoveryRefresh),
        };
        foreach (JsonProperty instance in Anchors.GetProperty("scrape_by_instance").EnumerateObject())
        {
            int number = int.Parse(instance.Name.Split('.', ':')[3], CultureInfo.InvariantCulture) - 10;
            phases[string.Create(CultureInfo.InvariantCulture, $"scrape-{number}")] =
                Since(instance.Value.GetProperty("phase_s").GetDouble(), scrape);
        }

        return phases;
    }

    /// <summary>A phase of the Unix clock as a phase of the run.</summary>
    private TimeSpan Since(double unixPhase, double interval) =>
        TimeSpan.FromSeconds(Positive(unixPhase - _start, interval));

    private static double Positive(double value, double modulus) => ((value % modulus) + modulus) % modulus;

    private IEnumerable<JsonElement> Lines(string file) => !File.Exists(Path.Combine(_folder, file))
        ? []
        : File.ReadLines(Path.Combine(_folder, file)).Where(line => line.Length > 0)
            .Select(line => JsonDocument.Parse(line).RootElement);
}
