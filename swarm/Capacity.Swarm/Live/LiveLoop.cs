using Capacity.Control;
using Capacity.Control.Labels;
using Capacity.Control.Rules;

namespace Capacity.Swarm.Live;

/// <summary>The control loop of a scenario, as the real programs of the live stack can run it.</summary>
/// <remarks>
/// What the real programs hold against faster timers: a scrape or an evaluation oftener than once a second measures the
/// machine and not the loop; Prometheus' managers look for new targets every 5 s, and Alertmanager sweeps empty groups
/// every 30 s, whatever the configuration says.
/// </remarks>
public static class LiveLoop
{
    /// <summary>Where further rule files of the user are read, as one file.</summary>
    public const string RulesPath = "/etc/scenario/rules.yml";

    /// <summary>From a look-up of the targets until Prometheus scrapes them; no configuration changes it.</summary>
    public static TimeSpan DiscoveryDelay { get; } = TimeSpan.FromSeconds(5);

    /// <summary>From the update of a service until DNS forgets a removed task, which no configuration
    /// changes.</summary>
    public static TimeSpan Removal { get; } = TimeSpan.FromSeconds(1.12);

    /// <summary>How long before second 0 Prometheus and Alertmanager are started, so that they run by then.</summary>
    public static TimeSpan Lead { get; } = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan ContainerStart = TimeSpan.FromSeconds(1); // from the update until the process runs
    private const string Discovery = "discovery"; // the phase that only this loop knows
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    /// <summary>The speed that the real programs reach.</summary>
    /// <param name="loop">At the launch's own speed.</param>
    /// <param name="wanted">≥ 1.</param>
    /// <returns>At most what is wanted, and such that no scrape, evaluation or look-up comes oftener than once a
    /// second; 1 when one does so already.</returns>
    public static double Speed(LoopSettings loop, double wanted)
    {
        TimeSpan shortest = loop.Groups.Select(g => g.Interval ?? loop.EvaluationInterval)
            .Append(loop.EvaluationInterval).Append(loop.ScrapeInterval).Append(loop.DiscoveryRefresh).Min();
        return Math.Max(1, Math.Min(wanted, shortest / ShortestInterval));
    }

    /// <summary>The loop at a speed, with the phases that are known when the run begins at a multiple of the evaluation
    /// interval on the Unix clock, and Prometheus and Alertmanager with it.</summary>
    /// <param name="loop">At the launch's own speed.</param>
    /// <param name="speed">From <see cref="Speed"/>.</param>
    public static LoopSettings At(LoopSettings loop, double speed)
    {
        LoopSettings faster = loop.Faster(speed);
        TimeSpan evaluation = Whole(faster.EvaluationInterval);
        RuleGroup[] groups = [.. faster.Groups.Select(g => g with { Interval = Whole(g.Interval) })];
        var phases = new Dictionary<string, TimeSpan>(StringComparer.Ordinal) { [Discovery] = TimeSpan.Zero };
        foreach (RuleGroup group in groups)
        {
            TimeSpan interval = group.Interval ?? evaluation;
            string path = group.Name == MonitorRuleFile.GroupName ? MonitorRuleFile.Path : RulesPath;
            if (evaluation.Ticks % interval.Ticks == 0)
            {
                phases[LoopSettings.EvaluationCause(group.Name)] = RulePhase.Hashed(path, group.Name, interval);
            }
        }

        return faster with
        {
            ScrapeInterval = Whole(faster.ScrapeInterval),
            EvaluationInterval = evaluation,
            HealthCheckInterval = Whole(faster.HealthCheckInterval),
            DiscoveryRefresh = Whole(faster.DiscoveryRefresh),
            Groups = groups,
            Alertmanager = faster.Alertmanager with
            {
                Root = faster.Alertmanager.Root.WithTimers(
                    r => (Whole(r.GroupWait), Whole(r.GroupInterval), Whole(r.RepeatInterval))),
            },
            AlertmanagerOptions = loop.AlertmanagerOptions, // parts of the program
            Rules = faster.Rules with
            {
                ResendDelay = Whole(faster.Rules.ResendDelay),
                ResolvedRetention = loop.Rules.ResolvedRetention,
            },
            AlertmanagerAge = Lead - ContainerStart,
            KnownPhases = phases,
        };
    }

    /// <summary>The same when the container of Alertmanager starts as fast as those of an earlier run: it sweeps empty
    /// groups at a fixed rhythm from then on.</summary>
    /// <param name="loop">Any; one that is not from <see cref="At"/> stays as it is.</param>
    /// <param name="seconds">From the update of a service until the process runs.</param>
    public static LoopSettings Starting(LoopSettings loop, double seconds) =>
        loop.KnownPhases.ContainsKey(Discovery)
            ? loop with { AlertmanagerAge = Lead - TimeSpan.FromSeconds(seconds) }
            : loop;

    // The programs count in whole milliseconds.
    private static TimeSpan Whole(TimeSpan duration) =>
        TimeSpan.FromMilliseconds(Math.Max(duration > TimeSpan.Zero ? 1 : 0, Math.Round(duration.TotalMilliseconds)));

    private static TimeSpan? Whole(TimeSpan? duration) => duration is { } known ? Whole(known) : null;
}
