using Capacity.Model;

namespace Capacity.Sim.Tuning;

/// <summary>How far a search is.</summary>
/// <param name="Phase">What it does now.</param>
/// <param name="Policies">Policies simulated so far.</param>
/// <param name="Launches">Launches simulated so far.</param>
public sealed record TuningProgress(string Phase, int Policies, int Launches);

/// <summary>Simulates launches of policies, several at once. Launch k has the same seed for every policy.</summary>
/// <param name="objectives">What each launch must hold.</param>
/// <param name="seed">Seed of the set of launches.</param>
/// <param name="threads">Launches at once, ≥ 1; results do not depend on it.</param>
internal sealed class PolicyTrials(IReadOnlyList<Objective> objectives, ulong seed, int threads)
{
    private int _launches;

    /// <summary>Launches simulated.</summary>
    public int Launches => _launches;

    /// <summary>Requests simulated.</summary>
    public long Requests { get; private set; }

    /// <summary>Told of each launch, from any thread.</summary>
    public Action? OnLaunch { get; init; }

    /// <summary>Gives each input as many launches as wanted.</summary>
    /// <param name="wanted">Inputs with the scores that they have already.</param>
    /// <param name="count">Launches in all for each.</param>
    /// <param name="stop">Gives up; inputs then have the launches that were finished without a gap.</param>
    /// <returns>The scores, in the order of <paramref name="wanted"/>.</returns>
    public IReadOnlyList<IReadOnlyList<LaunchScore>> Extend(
        IReadOnlyList<(SimulationInput Input, IReadOnlyList<LaunchScore> Scores)> wanted, int count,
        CancellationToken stop)
    {
        (int Which, int Number)[] tasks =
        [
            .. wanted.SelectMany((w, i) => Enumerable.Range(w.Scores.Count + 1, Math.Max(0, count - w.Scores.Count))
                .Select(number => (i, number))),
        ];
        var found = new LaunchScore?[tasks.Length];
        Parallel.For(0, tasks.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
        {
            if (!stop.IsCancellationRequested)
            {
                (int which, int number) = tasks[t];
                found[t] = Launch(wanted[which].Input, number, stop);
                if (found[t] is not null)
                {
                    Interlocked.Increment(ref _launches);
                    OnLaunch?.Invoke();
                }
            }
        });

        var scores = wanted.Select(w => w.Scores.ToList()).ToArray();
        for (int t = 0; t < tasks.Length; t++)
        {
            (int which, int number) = tasks[t];
            if (found[t] is { } score && scores[which].Count == number - 1)
            {
                scores[which].Add(score);
                Requests += score.Requests;
            }
        }

        return scores;
    }

    private LaunchScore? Launch(SimulationInput input, int number, CancellationToken stop)
    {
        ulong own = Sim.Launches.SeedOf(seed, number);
        RunResult run = LaunchSimulation.Run(
            input with { Loop = input.Loop with { PhaseSeed = own } }, own, stop);
        return run.Partial ? null : LaunchScore.Of(run, objectives);
    }
}
