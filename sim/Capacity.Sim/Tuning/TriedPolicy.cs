using Capacity.Model;

namespace Capacity.Sim.Tuning;

/// <summary>What is kept of one launch of one policy.</summary>
/// <param name="Passed">Whether every objective held.</param>
/// <param name="Bad">Seconds above the limits of the latency objectives, and seconds whose failed share is above that
/// of the error objective.</param>
/// <param name="Cost">Replica-hours.</param>
/// <param name="Actions">How often the number of replicas was changed.</param>
/// <param name="Requests">How many were simulated.</param>
public readonly record struct LaunchScore(bool Passed, double Bad, double Cost, int Actions, long Requests)
{
    /// <summary>Judges a run.</summary>
    public static LaunchScore Of(RunResult run, IReadOnlyList<Objective> objectives)
    {
        bool passed = true;
        double bad = 0;
        foreach (Objective objective in objectives)
        {
            ObjectiveOutcome outcome = objective.Judge(run);
            passed &= outcome.Passed;
            bad += objective.IsLatency ? outcome.Value
                : objective.Metric == ObjectiveMetric.Errors
                    ? run.Series.Errors.Count(e => e > objective.Limit) * run.Step : 0;
        }

        return new LaunchScore(passed, bad, run.ReplicaHours, run.ScaleActions.Count, run.Totals.Scheduled);
    }
}

/// <summary>A policy and its launches so far: launch k of every policy meets the same demand.</summary>
/// <param name="Number">In the order of trying, from 0.</param>
/// <param name="Stops">One for each knob.</param>
/// <param name="Changed">Knobs that are not as configured.</param>
public sealed record TriedPolicy(int Number, IReadOnlyList<int> Stops, int Changed)
{
    /// <summary>Launch by launch.</summary>
    public IReadOnlyList<LaunchScore> Scores { get; init; } = [];

    /// <summary>Whether the race goes on without it.</summary>
    public bool Dropped { get; init; }

    /// <summary>Mean replica-hours; 0 without launches.</summary>
    public double Cost => Mean(Scores, s => s.Cost);

    /// <summary>Mean seconds above limits; 0 without launches.</summary>
    public double Bad => Mean(Scores, s => s.Bad);

    /// <summary>Mean changes of the replicas; 0 without launches.</summary>
    public double Actions => Mean(Scores, s => s.Actions);

    /// <summary>Launches that kept every objective.</summary>
    public int Passed => Scores.Count(s => s.Passed);

    /// <summary>Share of launches that kept every objective; 0 without launches.</summary>
    public double Share => Scores.Count == 0 ? 0 : (double)Passed / Scores.Count;

    private static double Mean(IReadOnlyList<LaunchScore> scores, Func<LaunchScore, double> value) =>
        scores.Count == 0 ? 0 : scores.Sum(value) / scores.Count;
}
