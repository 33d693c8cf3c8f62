using Capacity.Tests.Alertmanager;
using Capacity.Tests.Labels;
using Capacity.Tests.PromQl;
using Capacity.Tests.Rules;
using Capacity.Tests.Scaling;
using Capacity.Tests.Sim;

namespace Capacity.Tests.Conformance;

/// <summary>Every kind of recording, how its files are found, and what compares them.</summary>
internal static class ConformanceSuites
{
    /// <summary>One kind of recording: its name, the files or folders found, and the comparison of one.</summary>
    internal sealed record Kind(
        string Name, IReadOnlyList<string> Paths, Func<string, IEnumerable<SuiteResult>> Run);

    /// <summary>All kinds, with what is found of each.</summary>
    public static IReadOnlyList<Kind> All() =>
    [
        Files("docker-scaler", "docker-scaler-scale-service", ".jsonl", ScaleServiceCases.Run),
        Files("docker-flow-monitor", "docker-flow-monitor-reconfigure", ".jsonl", ReconfigureCases.Run),
        new("prom-alert-cases", GoldenFolder.Files("prom-alert-cases", ".ndjson", ".ndjson.gz"),
            path => [AlertCases.Run(path)]),
        new("promql", GoldenFolder.Files("promql-cases", ".ndjson"), PromQlCorpora),
        Files("rule-exprs", "rule-exprs", ".ndjson", RuleExpressions.Run),
        Files("alertmanager-traces", "alertmanager-traces", ".json", RecordedTraces.Run),
        new("am-acceptance", GoldenFolder.Files("am-acceptance-cases", ".json"),
            path => AcceptanceCases.Versions(path).Select(v => AcceptanceCases.Run(path, v))),
        Files("hpa-cases", "hpa-cases", ".json", HpaCases.Run),
        new("e2e-tutorial", GoldenFolder.FoldersWith("events.log", "alert.rules", "am.yml", "prom_raw.json"),
            folder => [new Tutorial(folder).Run()]),
        new("recorded-runs", GoldenFolder.FoldersWith("config.json", "requests.jsonl", "replicas.jsonl"),
            folder => [RecordedRun.Run(folder)]),
    ];

    private static Kind Files(string name, string start, string end, Func<string, SuiteResult> run) =>
        new(name, GoldenFolder.Files(start, end), path => [run(path)]);

    private static IEnumerable<SuiteResult> PromQlCorpora(string path) =>
        [.. PromQlCorpus.Corpora(path).Select(c => PromQlCorpus.Run(path, c)), PromQlCorpus.RunAsPromtool(path)];
}
