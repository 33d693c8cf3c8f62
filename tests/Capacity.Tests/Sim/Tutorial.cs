using System.Globalization;
using System.Text.RegularExpressions;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.Sim;

/// <summary>The tutorial, recorded with the original programs, and simulated with its phases and requests.</summary>
/// <param name="folder">Where it was recorded.</param>
internal sealed partial class Tutorial(string folder)
{
    private const double DeployedAt = 1795210902.3682845; // Unix seconds: the zero of events.log
    private const double EvaluationSecond = 2.490632; // of each minute of the Unix clock

    /// <summary>Simulates the tutorial and pairs the actions of both.</summary>
    /// <param name="toleranceSeconds">Between two actions; 60 s are the evaluation interval.</param>
    public SuiteResult Run(double toleranceSeconds = 60)
    {
        (double At, int From, int To)[] recorded = [.. Lines("events.log", DesiredLine())
            .Where(m => m.Groups["from"].Value != "None")
            .Select(m => (Number(m, "at"), (int)Number(m, "from"), (int)Number(m, "to")))];
        return RecordedActions.Compare(
            "e2e-tutorial", recorded, LaunchSimulation.Run(Input(), 1, CancellationToken.None), toleranceSeconds);
    }

    private SimulationInput Input()
    {
        TraceRequest[] requests = [.. Lines("events.log", RequestLine()).Select(m => new TraceRequest(
            Number(m, "at") - Number(m, "took"), 0, Number(m, "delay") / 1000))];
        var kind = new RequestKind("hello", 1, "GET", "/demo/hello?delay={service_time_ms}",
            new ServiceLaw.Constant(0));
        LoadPlan plan = LoadPlan.Of([new LoadStage.Pause("tutorial", 1560.28)]);
        return new SimulationInput
        {
            Plan = plan,
            Kinds = [kind],
            WorkerLaws = [kind.ServiceTime],
            Service = new ServiceModel { Workers = null, Startup = new ServiceLaw.Constant(0.05), StopGrace = 0 },
            Loop = Loop(),
            FreshDeployment = true,
            Step = Steps.Choose(plan.Duration),
            Scenario = "tutorial",
            Trace = requests,
        };
    }

    /// <summary>The recorded run's control loop: files, versions, phases.</summary>
    public LoopSettings Loop()
    {
        var source = new SourceText("alert.rules", Text("alert.rules"));
        Assert.True(RuleFileReader.Read(source).TryGet(out RuleFile? rules));
        double evaluation = (EvaluationSecond - (DeployedAt % 60) + 60) % 60;
        // The scrapes of each replica as prom_raw.json has them, seconds after a multiple of ten.
        double[] scrapes = [4.07, 7.30, 0.38, 4.75, 5.03, 4.15, 1.66, 0.91];
        var phases = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
        {
            ["evaluation"] = TimeSpan.FromSeconds(evaluation),
            ["discovery"] = TimeSpan.Zero,
        };
        for (int i = 0; i < scrapes.Length; i++)
        {
            phases[string.Create(CultureInfo.InvariantCulture, $"scrape-{i + 1}")] = TimeSpan.FromSeconds(scrapes[i]);
        }

        return new LoopSettings
        {
            Service = "go-demo_main",
            InitialReplicas = 4,
            ServiceLabels = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["com.df.scaleMin"] = "2",
                ["com.df.scaleMax"] = "7",
                ["com.df.scaleDownBy"] = "1",
                ["com.df.scaleUpBy"] = "2",
            },
            ScrapeInterval = TimeSpan.FromSeconds(10),
            EvaluationInterval = TimeSpan.FromSeconds(60),
            HealthCheckInterval = TimeSpan.FromSeconds(10),
            StopGrace = TimeSpan.Zero,
            DiscoveryRefresh = TimeSpan.FromSeconds(30),
            Groups = rules.Groups,
            Rules = new RuleOptions { ResendDelay = TimeSpan.Zero, PostsEndsAt = false }, // Prometheus 2.2
            Alertmanager = Some.Alertmanager(Text("am.yml")),
            AlertmanagerOptions = new AlertmanagerOptions
            {
                Profile = AlertmanagerProfile.V014,
                TimerDrift = TimeSpan.FromMilliseconds(23),
            },
            AlertmanagerAge = TimeSpan.FromSeconds(4.25), // am.log: started at 21:41:38.12
            Delays = new LoopDelays { Post = 0.015, Delivery = 0.008, Orchestrator = 0.01, Rotation = 0 },
            KnownPhases = phases,
        };
    }

    private IEnumerable<Match> Lines(string file, Regex pattern) =>
        Text(file).Split('\n').Select(line => pattern.Match(line)).Where(m => m.Success);

    private static double Number(Match match, string group) =>
        double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private string Text(string file) => File.ReadAllText(Path.Combine(folder, file));

    [GeneratedRegex(
        @"^ *(?<at>[\d.]+) desired replicas (?<from>\w+) -> (?<to>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DesiredLine();

    [GeneratedRegex(
        @"^ *(?<at>[\d.]+) req \d+ .*delay_ms (?<delay>\d+) .*took (?<took>[\d.]+)",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RequestLine();
}
