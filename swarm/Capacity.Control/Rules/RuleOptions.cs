using Capacity.Control.PromQl;

namespace Capacity.Control.Rules;

/// <summary>How rules are evaluated and their alerts posted.</summary>
public sealed record RuleOptions
{
    /// <summary>The defaults of Prometheus 2.42.</summary>
    public static RuleOptions Default { get; } = new();

    /// <summary>How expressions are evaluated.</summary>
    public PromQlOptions Query { get; init; } = PromQlOptions.Default;

    /// <summary>An alert is posted again at the first evaluation later than this after the last post
    /// (<c>--rules.alert.resend-delay</c>). Zero posts at every evaluation, as Prometheus 2.2 did.</summary>
    public TimeSpan ResendDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a resolved alert is posted again and again, so that its end is not lost.</summary>
    public TimeSpan ResolvedRetention { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A firing alert ends, unless posted again, after this many times the larger of resend delay and
    /// interval.</summary>
    public int EndsAtFactor { get; init; } = 4;

    /// <summary>False posts firing alerts without an end, as Prometheus 2.2 did.</summary>
    public bool PostsEndsAt { get; init; } = true;

    /// <summary>Evaluations after a server's start that write no ALERTS series; Prometheus leaves out two.</summary>
    public int SilentEvaluations { get; init; }

    /// <summary>Labels added to every post, unless the alert has them (<c>external_labels</c>).</summary>
    public LabelSet ExternalLabels { get; init; } = LabelSet.Empty;

    /// <summary>What templates see as <c>$externalURL</c>.</summary>
    public string ExternalUrl { get; init; } = "";
}
