using Capacity.Control.Alertmanager;
using Capacity.Control.Labels;
using Capacity.Control.Prometheus;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Model;

namespace Capacity.Control;

/// <summary>The texts of the user's own files.</summary>
/// <param name="Stack">The compose file.</param>
/// <param name="Prometheus">prometheus.yml; null takes Prometheus' defaults.</param>
/// <param name="Alertmanager">alertmanager.yml.</param>
/// <param name="RuleFiles">Rule files beside the one that the labels become.</param>
public sealed record LoopSources(
    SourceText Stack, SourceText? Prometheus, SourceText Alertmanager, IReadOnlyList<SourceText> RuleFiles)
{
    /// <summary>Variables of the compose file; what is not set has the default that the file says.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>The user's own files → <see cref="LoopSettings"/>, with every error of all of them.</summary>
public static class LoopSettingsReader
{
    private static readonly TimeSpan SwarmStopGrace = TimeSpan.FromSeconds(10); // Docker's default

    /// <summary>Reads the settings of one service.</summary>
    /// <param name="sources">The files.</param>
    /// <param name="scenario">Names the service, and holds the delays that no file states.</param>
    /// <param name="phaseSeed">Seed of scrape, evaluation and discovery phases.</param>
    /// <returns>Settings, perhaps with warnings; or CAP040 (no such service), CAP041 (PromQL of a label) and the
    /// errors of the files' own readers.</returns>
    public static Parsed<LoopSettings> Read(LoopSources sources, Scenario scenario, ulong phaseSeed)
    {
        var diagnostics = new List<Diagnostic>();
        StackFile? stack = Take(StackReader.Read(sources.Stack, sources.Variables), diagnostics);
        PrometheusConfig? prometheus = sources.Prometheus is null
            ? new PrometheusConfig()
            : Take(PrometheusConfigReader.Read(sources.Prometheus), diagnostics);
        AlertmanagerConfig? alertmanager = Take(AlertmanagerConfigReader.Read(sources.Alertmanager), diagnostics);
        var groups = new List<RuleGroup>();
        var paths = new Dictionary<string, string>(StringComparer.Ordinal) // where Prometheus reads each group
        {
            [MonitorRuleFile.GroupName] = MonitorRuleFile.Path,
        };
        foreach (SourceText file in sources.RuleFiles)
        {
            foreach (RuleGroup group in Take(RuleFileReader.Read(file), diagnostics)?.Groups ?? [])
            {
                groups.Add(group);
                paths.TryAdd(group.Name, file.Path);
            }
        }

        StackService? service = stack is null ? null : Find(stack, scenario.Target, diagnostics);
        ServiceSettings? scaling = service is null ? null : Take(ServiceSettingsReader.Read(service), diagnostics);
        if (stack is not null)
        {
            groups.Insert(0, LabelRules(stack, StackName(scenario.Target.Service), diagnostics));
        }

        if (service is null || scaling is null || prometheus is null || alertmanager is null)
        {
            return Parsed<LoopSettings>.Failed(diagnostics);
        }

        ScrapeJob? job = prometheus.Job(scenario.Target.Service);
        return Parsed<LoopSettings>.From(new LoopSettings
        {
            Service = scenario.Target.Service,
            InitialReplicas = service.Replicas,
            ServiceLabels = scaling.Labels,
            ScrapeInterval = job?.ScrapeInterval ?? prometheus.ScrapeInterval,
            EvaluationInterval = prometheus.EvaluationInterval,
            HealthCheckInterval = service.HealthCheckInterval,
            StopGrace = scenario.Service.StopGrace is { } grace
                ? TimeSpan.FromSeconds(grace)
                : service.StopGracePeriod ?? SwarmStopGrace,
            DiscoveryRefresh = job?.DnsRefreshInterval ?? TimeSpan.FromSeconds(30),
            Groups = groups,
            Alertmanager = alertmanager,
            AlertmanagerOptions = new AlertmanagerOptions
            {
                TimerDrift = TimeSpan.FromSeconds(scenario.Delays.TimerDrift),
                Seed = phaseSeed,
            },
            Delays = scenario.Delays,
            PhaseSeed = phaseSeed,
            KnownPhases = scenario.HashedPhases
                ? groups.DistinctBy(g => g.Name).ToDictionary(
                    g => LoopSettings.EvaluationCause(g.Name),
                    g => RulePhase.Hashed(paths[g.Name], g.Name, g.Interval ?? prometheus.EvaluationInterval),
                    StringComparer.Ordinal)
                : new Dictionary<string, TimeSpan>(StringComparer.Ordinal),
        }, diagnostics);
    }

    /// <summary>The rules that the labels of all services of a stack become, as docker-flow-monitor writes
    /// them.</summary>
    /// <param name="stack">The stack file.</param>
    /// <param name="name">The stack's name.</param>
    /// <param name="diagnostics">Errors and warnings go here.</param>
    public static IReadOnlyList<MonitorAlert> LabelAlerts(StackFile stack, string name, List<Diagnostic> diagnostics)
    {
        var state = new MonitorState();
        foreach (StackService service in stack.Services)
        {
            state.Reconfigure(service.NameIn(name), Take(MonitorRules.FromService(service, name), diagnostics) ?? []);
        }

        return [.. state.Alerts];
    }

    /// <summary>The name of the stack in a service's full name: <c>go-demo</c> in <c>go-demo_main</c>.</summary>
    public static string StackName(string service) =>
        service.LastIndexOf('_') is >= 0 and var at ? service[..at] : "";

    private static RuleGroup LabelRules(StackFile stack, string name, List<Diagnostic> diagnostics)
    {
        var rules = new List<Rule>();
        foreach (MonitorAlert alert in LabelAlerts(stack, name, diagnostics))
        {
            Parsed<Expr> parsed = PromQlParser.Parse(alert.Expr);
            if (!parsed.TryGet(out Expr? expr))
            {
                foreach (Diagnostic problem in parsed.Diagnostics)
                {
                    diagnostics.Add(new Diagnostic("CAP041", alert.At,
                        $"the rule '{alert.Name}' that this label becomes is not valid PromQL: {problem.Message}",
                        $"Prometheus would refuse: {alert.Expr}"));
                }

                continue;
            }

            Parsed<TimeSpan> wait = alert.For.Length == 0 ? TimeSpan.Zero
                : PrometheusDuration.Parse(alert.For, alert.At);
            rules.Add(new AlertRule(
                alert.Name, expr, Take(wait, diagnostics), TimeSpan.Zero, new LabelSet(alert.Labels),
                new LabelSet(alert.Annotations)));
        }

        return new RuleGroup(MonitorRuleFile.GroupName, Interval: null, Limit: 0, rules);
    }

    private static StackService? Find(StackFile stack, ScenarioTarget target, List<Diagnostic> diagnostics)
    {
        string name = StackName(target.Service);
        StackService? service =
            stack.Services.FirstOrDefault(s => s.NameIn(name) == target.Service || s.Name == target.Service);
        if (service is null)
        {
            string known = string.Join(", ", stack.Services.Select(s => s.NameIn(name)));
            diagnostics.Add(new Diagnostic("CAP040", target.StackAt,
                $"the stack has no service '{target.Service}'", $"it has {known}"));
        }

        return service;
    }

    private static T? Take<T>(Parsed<T> parsed, List<Diagnostic> diagnostics)
        where T : notnull
    {
        diagnostics.AddRange(parsed.Diagnostics);
        return parsed.TryGet(out T? value) ? value : default;
    }
}
