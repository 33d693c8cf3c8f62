using Capacity.Control;
using Capacity.Control.Labels;
using Capacity.Control.Prometheus;
using Capacity.Model;

namespace Capacity.Cli.Checking;

/// <summary>A scenario with the control loop that the user's own files describe.</summary>
/// <param name="Scenario">What is asked.</param>
/// <param name="Loop">The control loop at the launch's own speed.</param>
/// <param name="Warnings">What the files silently get wrong.</param>
internal sealed record LoadedScenario(Scenario Scenario, LoopSettings Loop, IReadOnlyList<Diagnostic> Warnings);

/// <summary>Opens the files that a scenario names and reads them.</summary>
internal static class ScenarioFiles
{
    /// <summary>Reads the control loop of a scenario.</summary>
    /// <param name="scenario">Its target names the files.</param>
    /// <param name="seed">Seed of the loop's phases.</param>
    /// <param name="onSwarm">Whether the rehearsal is on the live stack, which has more than the embedded
    /// cluster.</param>
    /// <returns>The loop, or every error of all files: CAP044 for one that cannot be opened.</returns>
    public static Parsed<LoadedScenario> Load(Scenario scenario, ulong seed, bool onSwarm = false)
    {
        var diagnostics = new List<Diagnostic>();
        ScenarioTarget target = scenario.Target;
        SourceText? stack = Open(target.Stack, target.StackAt, diagnostics);
        SourceText? prometheus = target.Prometheus is { } path ? Open(path, target.PrometheusAt, diagnostics) : null;
        SourceText? alertmanager = Open(target.Alertmanager, target.AlertmanagerAt, diagnostics);
        if (stack is null || alertmanager is null || (target.Prometheus is not null && prometheus is null))
        {
            return Parsed<LoadedScenario>.Failed(diagnostics);
        }

        Scenario played = RecordingFiles.Open(scenario, diagnostics);
        WarnOfUnrehearsed(scenario, onSwarm, diagnostics);
        List<SourceText> rules = prometheus is null ? [] : RuleFiles(prometheus, target, diagnostics);
        Parsed<LoopSettings> loop =
            LoopSettingsReader.Read(new LoopSources(stack, prometheus, alertmanager, rules), scenario, seed);
        diagnostics.AddRange(loop.Diagnostics);
        return loop.TryGet(out LoopSettings? settings)
            ? Parsed<LoadedScenario>.From(new LoadedScenario(played, settings, diagnostics), diagnostics)
            : Parsed<LoadedScenario>.Failed(diagnostics);
    }

    /// <summary>Says what the launches have and the embedded cluster, or the live stack, has not: it is not
    /// validated.</summary>
    private static void WarnOfUnrehearsed(Scenario scenario, bool onSwarm, List<Diagnostic> diagnostics)
    {
        ServiceModel service = scenario.Service;
        string[] keys =
        [
            .. new (string Key, bool Used)[]
            {
                ("service.balancer",
                    service.Rotation is not null || (!onSwarm && service.Balancer != Balancer.RoundRobin)),
                ("service.cores", service.Cores is not null),
                ("service.queue", service.Queue is not null),
                ("service.queue_timeout", service.QueueTimeout is not null),
                ("service.warm_up", service.WarmUp is not null),
                ("service.crash", service.Crash is not null),
                ("faults", scenario.Faults.Count > 0),
                ("nodes", scenario.Nodes is not null),
                ("delays.discovery", scenario.Delays.Discovery > 0),
                ("service.proxy", service.Proxy is not null),
                ("service.dependency", service.Dependency is not null),
                ("client.retry", scenario.Client.Retry is not null),
                ("client.breaker", scenario.Client.Breaker is not null),
                ("policy", scenario.Policy.Use != PolicyKind.Step),
            }.Where(k => k.Used).Select(k => k.Key),
        ];
        if (keys.Length > 0)
        {
            diagnostics.Add(new Diagnostic("CAP046", new SourceSpan(scenario.Source, 1, 1, 1),
                $"{(onSwarm ? "the live stack" : "the rehearsal")} does without {string.Join(", ", keys)}, so it "
                + "cannot validate that part of the model",
                "the simulated launches have it", Severity.Warning));
        }
    }

    /// <summary>The rule files that prometheus.yml names, but for the one that the labels become.</summary>
    private static List<SourceText> RuleFiles(
        SourceText prometheus, ScenarioTarget target, List<Diagnostic> diagnostics)
    {
        var files = new List<SourceText>();
        if (!PrometheusConfigReader.Read(prometheus).TryGet(out PrometheusConfig? config))
        {
            return files; // its errors are reported with the rest
        }

        string folder = Path.GetDirectoryName(prometheus.Path) is { Length: > 0 } named ? named : ".";
        string written = Path.GetFileName(MonitorRuleFile.Path);
        foreach (string pattern in config.RuleFiles.Where(f => Path.GetFileName(f) != written))
        {
            string within = Path.Combine(folder, Path.GetDirectoryName(pattern) ?? "");
            string[] found = Directory.Exists(within)
                ? [.. Directory.GetFiles(within, Path.GetFileName(pattern)).Order(StringComparer.Ordinal)]
                : [];
            if (found.Length == 0)
            {
                diagnostics.Add(new Diagnostic("CAP043", target.PrometheusAt,
                    $"the rule file '{pattern}' of {prometheus.Path} is not there, so its rules are left out",
                    $"looked in {within}", Severity.Warning));
            }

            foreach (string file in found)
            {
                if (Open(file, target.PrometheusAt, diagnostics) is { } source)
                {
                    files.Add(source);
                }
            }
        }

        return files;
    }

    private static SourceText? Open(string path, SourceSpan namedAt, List<Diagnostic> diagnostics)
    {
        try
        {
            return new SourceText(path, File.ReadAllText(path));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(new Diagnostic("CAP044", namedAt, $"cannot read {path}: {Reason(problem)}",
                "paths are relative to the scenario file"));
            return null;
        }
    }

    internal static string Reason(Exception problem) => problem switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "no permission, or it is a folder",
        _ => problem.Message,
    };
}
