using Capacity.Control.Alertmanager;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Control.Scaling;
using Capacity.Model;

namespace Capacity.Control;

/// <summary>Everything that the control loop of one service needs, read from the user's own files.</summary>
public sealed record LoopSettings
{
    /// <summary>Full name of the service: the <c>job</c> label of its series.</summary>
    public required string Service { get; init; }

    /// <summary>Replicas at the start.</summary>
    public required int InitialReplicas { get; init; }

    /// <summary>Labels of the service, as the scaler reads them.</summary>
    public required IReadOnlyDictionary<string, string> ServiceLabels { get; init; }

    /// <summary>The scaler's own environment.</summary>
    public ScalerOptions Scaler { get; init; } = new();

    /// <summary>Time between scrapes of one target.</summary>
    public required TimeSpan ScrapeInterval { get; init; }

    /// <summary>Time between evaluations of rule groups that state no interval of their own.</summary>
    public required TimeSpan EvaluationInterval { get; init; }

    /// <summary>Time between health checks of one replica; null when the stack has none.</summary>
    public TimeSpan? HealthCheckInterval { get; init; }

    /// <summary>Time that a stopping replica gets to finish its requests.</summary>
    public required TimeSpan StopGrace { get; init; }

    /// <summary>Time between look-ups of the service's targets.</summary>
    public required TimeSpan DiscoveryRefresh { get; init; }

    /// <summary>Rule groups: those that the labels become, then those of rule files.</summary>
    public required IReadOnlyList<RuleGroup> Groups { get; init; }

    /// <summary>How rules are evaluated and alerts re-sent.</summary>
    public RuleOptions Rules { get; init; } = new();

    /// <summary>Alertmanager's configuration.</summary>
    public required AlertmanagerConfig Alertmanager { get; init; }

    /// <summary>Alertmanager's version and inputs of its timers.</summary>
    public AlertmanagerOptions AlertmanagerOptions { get; init; } = new();

    /// <summary>Delays that no file states.</summary>
    public LoopDelays Delays { get; init; } = new();

    /// <summary>When parts of the loop are down. Virtual time only.</summary>
    public IReadOnlyList<LoopOutage> Outages { get; init; } = [];

    /// <summary>Seed of all phases: one deployment has constant phases, another deployment has others.</summary>
    public ulong PhaseSeed { get; init; }

    /// <summary>Phases that are known, by name (<c>evaluation</c>, <c>discovery</c>, <c>scrape-1</c> …); others are
    /// drawn.</summary>
    public IReadOnlyDictionary<string, TimeSpan> KnownPhases { get; init; } =
        new Dictionary<string, TimeSpan>(StringComparer.Ordinal);

    /// <summary>How long Alertmanager has been running at the start: the phase of its clean-up.</summary>
    public TimeSpan AlertmanagerAge { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Phase of discovery: targets are looked up at the start + k · refresh + phase.</summary>
    public TimeSpan DiscoveryPhase => Phase("discovery", DiscoveryRefresh);

    /// <summary>Phase of rule evaluation: evaluated at the start + k · interval + phase.</summary>
    /// <param name="group">Name of the rule group.</param>
    /// <param name="interval">The group's interval.</param>
    public TimeSpan EvaluationPhase(string group, TimeSpan interval) =>
        KnownPhases.TryGetValue("evaluation", out TimeSpan known) ? known : Phase(EvaluationCause(group), interval);

    /// <summary>The name under which <see cref="KnownPhases"/> holds the phase of one rule group.</summary>
    public static string EvaluationCause(string group) => $"evaluation {group}";

    /// <summary>Phase of a replica's scrapes: scraped at the start + k · interval + phase.</summary>
    /// <param name="replica">Number of the replica, from 1; numbers are not used again.</param>
    public TimeSpan ScrapePhase(int replica) => Phase($"scrape-{replica}", ScrapeInterval);

    /// <summary>The same loop with every interval, window and timer divided; physical delays stay.</summary>
    /// <param name="speed">≥ 1.</param>
    public LoopSettings Faster(double speed) => speed == 1 ? this : this with
    {
        ScrapeInterval = ScrapeInterval / speed,
        EvaluationInterval = EvaluationInterval / speed,
        HealthCheckInterval = HealthCheckInterval / speed,
        DiscoveryRefresh = DiscoveryRefresh / speed,
        Groups = [.. Groups.Select(g => g.Faster(speed))],
        Rules = Rules.Faster(speed),
        Alertmanager = Alertmanager.Faster(speed),
        AlertmanagerOptions = AlertmanagerOptions.Faster(speed),
        AlertmanagerAge = AlertmanagerAge / speed,
        KnownPhases = KnownPhases.ToDictionary(p => p.Key, p => p.Value / speed, StringComparer.Ordinal),
    };

    /// <summary>How long samples must be kept for the rules.</summary>
    public TimeSpan Retention() => Groups.SelectMany(g => g.Rules)
        .Select(r => ExprDurations.Longest(r.Expr)).Append(Rules.Query.Lookback).Max() + ScrapeInterval;

    private TimeSpan Phase(string cause, TimeSpan interval) => KnownPhases.TryGetValue(cause, out TimeSpan known)
        ? known
        : interval * new RandomSource(PhaseSeed, cause).NextUnit();
}
