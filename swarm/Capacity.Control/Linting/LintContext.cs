using Capacity.Control.Alertmanager;
using Capacity.Control.Labels;
using Capacity.Control.Prometheus;
using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Everything that the checks know.</summary>
public sealed record LintContext
{
    /// <summary>Bounds of the histogram that the demo services of this family expose, +Inf left out.</summary>
    private static readonly IReadOnlyList<double> DefaultBuckets =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>The alert and recording rules, in the order written.</summary>
    public required IReadOnlyList<LintRule> Rules { get; init; }

    /// <summary>The stack whose labels the rules come from; null for a rule file.</summary>
    public StackFile? Stack { get; init; }

    /// <summary>Name of the stack; empty when there is none.</summary>
    public string StackName { get; init; } = "";

    /// <summary>prometheus.yml; null when it is not given.</summary>
    public PrometheusConfig? Prometheus { get; init; }

    /// <summary>alertmanager.yml; null when it is not given.</summary>
    public AlertmanagerConfig? Alertmanager { get; init; }

    /// <summary>The text of alertmanager.yml, for places in it.</summary>
    public SourceText? AlertmanagerText { get; init; }

    /// <summary>Finite bounds of histograms, ascending, by the metric's name without <c>_bucket</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Buckets { get; init; } =
        new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal)
        {
            ["http_server_resp_time"] = DefaultBuckets,
        };

    /// <summary>Bounds of a histogram's buckets; null when they are not known.</summary>
    internal IReadOnlyList<double>? BucketsOf(string metric) =>
        metric.EndsWith("_bucket", StringComparison.Ordinal) ? Buckets.GetValueOrDefault(metric[..^7]) : null;

    /// <summary>Between evaluations of a rule; null when nothing says so.</summary>
    internal TimeSpan? EvaluationInterval(LintRule rule) => rule.Interval ?? Prometheus?.EvaluationInterval
        ?? (Stack is null ? null : new PrometheusConfig().EvaluationInterval);

    /// <summary>Between scrapes of what a selector selects; null when nothing says so.</summary>
    internal TimeSpan? ScrapeInterval(Expr.Selector selector)
    {
        string job = selector.Matchers.FirstOrDefault(m => m is { Label: "job", Operator: MatchOperator.Equal })?.Value
            ?? "";
        if (Prometheus is not null)
        {
            return Prometheus.Job(job)?.ScrapeInterval ?? Prometheus.ScrapeInterval;
        }

        StackService? service = Stack?.Services.FirstOrDefault(s => s.NameIn(StackName) == job);
        string? written = service?.Labels.LastOrDefault(l => l.Key == "com.df.scrapeInterval")?.Value;
        return written is not null && PrometheusDuration.Parse(written).TryGet(out TimeSpan interval) ? interval : null;
    }
}

/// <summary>One rule, with what the checks need to know of it.</summary>
/// <param name="Name">The alert or the recorded metric.</param>
/// <param name="Expr">What is evaluated.</param>
/// <param name="Labels">As written.</param>
/// <param name="Group">Its group.</param>
public sealed record LintRule(string Name, Expr Expr, LabelSet Labels, string Group)
{
    /// <summary>False for recording rules.</summary>
    public bool IsAlert { get; init; } = true;

    /// <summary>How long the condition must hold.</summary>
    public TimeSpan For { get; init; }

    /// <summary>The group's own interval; null takes the server's.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>What the stack's label says before it becomes a rule; empty for rule files.</summary>
    public string Shortcut { get; init; } = "";

    /// <summary>Where it stands.</summary>
    public SourceSpan At { get; init; }

    /// <summary>Where its <c>for</c> stands.</summary>
    public SourceSpan ForAt { get; init; }

    /// <summary>Finds a piece of the expression.</summary>
    internal Func<string, SourceSpan>? Places { get; init; }

    /// <summary>Where a piece of the expression stands; the rule's own place when it is not found.</summary>
    internal SourceSpan Place(string fragment) => Places?.Invoke(fragment) ?? At;

    /// <summary>What the alert is labelled with when it fires, as far as the rule says it.</summary>
    internal LabelSet AlertLabels => Labels.With("alertname", Name);
}
