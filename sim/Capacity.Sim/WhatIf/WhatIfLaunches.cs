using Capacity.Model;

namespace Capacity.Sim.WhatIf;

/// <summary>Launches of one case, more of them as time allows: the same launches, by seed, for every case.</summary>
/// <remarks>Not safe for several callers at once; <see cref="Extend"/> itself uses several threads.</remarks>
public sealed class WhatIfLaunches
{
    private readonly SimulationInput _input;
    private readonly IReadOnlyList<Objective> _objectives;
    private readonly ulong _seed;
    private readonly List<TriedLaunch> _done = [];

    /// <summary>Prepares; nothing is simulated before <see cref="Extend"/>.</summary>
    /// <param name="input">What is simulated.</param>
    /// <param name="objectives">What each launch must hold. May be empty.</param>
    /// <param name="seed">Seed of the set: launch k has the seed that <see cref="Launches.SeedOf"/> gives.</param>
    public WhatIfLaunches(SimulationInput input, IReadOnlyList<Objective> objectives, ulong seed)
    {
        _input = input;
        _objectives = objectives;
        _seed = seed;
    }

    /// <summary>Launches that are done.</summary>
    public int Count => _done.Count;

    /// <summary>Launches that met every objective.</summary>
    public int Passed => _done.Count(l => l.Passed);

    /// <summary>Simulates launches until there are as many as wanted.</summary>
    /// <param name="count">Launches in all, ≥ 1; fewer than there are already changes nothing.</param>
    /// <param name="threads">Launches at once, ≥ 1. The result does not depend on it.</param>
    /// <param name="stop">Gives up: launches that were not finished by then are left out.</param>
    /// <returns>Whether all are there.</returns>
    public bool Extend(int count, int threads, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        int first = _done.Count;
        var found = new TriedLaunch?[Math.Max(0, count - first)];
        if (found.Length == 1)
        {
            found[0] = Launch(first + 1, stop);
        }
        else
        {
            Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = threads },
                i => found[i] = stop.IsCancellationRequested ? null : Launch(first + i + 1, stop));
        }

        foreach (TriedLaunch? launch in found)
        {
            if (launch is null)
            {
                return false; // those behind a gap are dropped: launch k is always the k-th
            }

            _done.Add(launch);
        }

        return true;
    }

    /// <summary>Simulates the first launch, or as much of it as there is time for.</summary>
    /// <param name="enough">Time is up: the beginning is told, and the launch is not kept.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The beginning: its curves are those of the whole launch, only shorter. Null when the launch is whole or
    /// given up: <see cref="Count"/> tells which.</returns>
    public WhatIfSummary? Begin(CancellationToken enough, CancellationToken stop)
    {
        if (_done.Count > 0)
        {
            return null;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough, stop);
        RunResult run = Run(1, either.Token);
        var first = TriedLaunch.Of(run, _objectives);
        if (!run.Partial)
        {
            _done.Add(first);
            return null;
        }

        return stop.IsCancellationRequested || first.Series.Offered.Count == 0 ? null
            : WhatIfSummary.Of(_input, _objectives, [first]) with
            {
                Launches = 0,
                Passed = 0,
                Held = [.. _objectives.Select((o, i) => first.Held[i] || o.Metric == ObjectiveMetric.Errors ? 1 : 0)],
                Until = run.Duration,
            };
    }

    /// <summary>What the launches say together.</summary>
    /// <exception cref="InvalidOperationException">There is none yet.</exception>
    public WhatIfSummary Summarize() => _done.Count == 0
        ? throw new InvalidOperationException("Simulate a launch first.")
        : WhatIfSummary.Of(_input, _objectives, _done);

    private TriedLaunch? Launch(int number, CancellationToken stop)
    {
        RunResult run = Run(number, stop);
        return run.Partial ? null : TriedLaunch.Of(run, _objectives);
    }

    private RunResult Run(int number, CancellationToken stop)
    {
        ulong own = Launches.SeedOf(_seed, number);
        return LaunchSimulation.Run(_input with { Loop = _input.Loop with { PhaseSeed = own } }, own, stop);
    }
}

/// <summary>What is kept of one launch.</summary>
/// <param name="Passed">Whether every objective held.</param>
/// <param name="Held">Objective by objective.</param>
/// <param name="SecondsOver">Seconds above the limits of all latency objectives.</param>
/// <param name="WorstP99">Slowest p99 of a step, seconds; 0 without answers.</param>
/// <param name="Errors">Failed share of all requests.</param>
/// <param name="ReplicaHours">What it cost.</param>
/// <param name="Actions">How often the replicas were changed.</param>
/// <param name="Requests">How many were simulated.</param>
/// <param name="Series">Step by step.</param>
internal sealed record TriedLaunch(
    bool Passed, bool[] Held, double SecondsOver, double WorstP99, double Errors, double ReplicaHours, int Actions,
    long Requests, RunSeries Series)
{
    public static TriedLaunch Of(RunResult run, IReadOnlyList<Objective> objectives)
    {
        ObjectiveOutcome[] outcomes = [.. objectives.Select(o => o.Judge(run))];
        return new TriedLaunch(
            outcomes.All(o => o.Passed), [.. outcomes.Select(o => o.Passed)],
            outcomes.Where(o => o.Objective.IsLatency).Sum(o => o.Value),
            run.Series.P99.Where(v => !double.IsNaN(v)).DefaultIfEmpty(0).Max(), run.Totals.FailedShare,
            run.ReplicaHours, run.ScaleActions.Count, run.Totals.Scheduled, run.Series);
    }
}
