namespace Capacity.Sim.Tuning;

/// <summary>Puts candidates to the test on seeds that the search did not use, so that luck is not taken for
/// skill.</summary>
internal sealed class PolicyVerification(
    PolicySearch search, TuningSettings settings, PolicyTrials fresh, CancellationToken stop)
{
    private const int Chunk = 10; // most candidates that fail do so soon
    private const int CandidatesMax = 60;
    private const int SturdyMax = 25;
    private const int PerturbedLaunches = 20;

    private readonly Dictionary<int, VerifiedPolicy> _done = [];

    /// <summary>The cheapest that passes.</summary>
    /// <param name="ranked">Candidates, the best first.</param>
    /// <returns>When none passes, the one that passed most often, with all its launches; null without
    /// candidates.</returns>
    public VerifiedPolicy? Cheapest(IReadOnlyList<TriedPolicy> ranked)
    {
        VerifiedPolicy? best = null;
        foreach (TriedPolicy candidate in ranked.Take(CandidatesMax))
        {
            VerifiedPolicy verified = Test(candidate, abandon: true);
            if (verified.Answer(settings.Probability) == TuningAnswer.Passes)
            {
                return verified;
            }

            best = best is null || Share(verified) > Share(best) ? verified : best;
        }

        return best is null ? null : Test(best.Policy, abandon: false);
    }

    /// <summary>The cheapest that also passes as often when the model is wrong in any of the usual ways.</summary>
    /// <param name="ranked">Candidates, the best first.</param>
    /// <param name="perturbations">The ways.</param>
    /// <returns>Null when none was found.</returns>
    public VerifiedPolicy? Sturdy(
        IReadOnlyList<TriedPolicy> ranked, IReadOnlyList<Perturbation> perturbations)
    {
        foreach (TriedPolicy candidate in ranked.Take(SturdyMax))
        {
            VerifiedPolicy perturbed = Perturb(candidate, perturbations, abandon: true);
            if (perturbed.Perturbed.Count == perturbations.Count
                && perturbed.Perturbed.All(p => p.Passed >= settings.Probability * p.Total)
                && Test(candidate, abandon: true).Answer(settings.Probability) == TuningAnswer.Passes)
            {
                return Perturb(candidate, perturbations, abandon: false);
            }
        }

        return null;
    }

    /// <summary>Simulates the fresh launches of a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="abandon">Whether to end as soon as it cannot pass any more.</param>
    public VerifiedPolicy Test(TriedPolicy policy, bool abandon)
    {
        VerifiedPolicy verified = _done.GetValueOrDefault(policy.Number) ?? new VerifiedPolicy(policy, []);
        while (verified.Fresh.Count < settings.Launches && !stop.IsCancellationRequested
            && (!abandon || VerifiedPolicy.CanPass(
                verified.Fresh.Count - verified.Passed, settings.Launches, settings.Probability)
                || verified.Fresh.Count == 0))
        {
            int count = Math.Min(settings.Launches, verified.Fresh.Count + Chunk);
            verified = verified with
            {
                Fresh = fresh.Extend([(search.InputOf(policy), verified.Fresh)], count, stop)[0],
            };
        }

        return _done[policy.Number] = verified;
    }

    /// <summary>Simulates launches of a policy with a wrong model.</summary>
    public VerifiedPolicy Perturb(TriedPolicy policy, IReadOnlyList<Perturbation> perturbations, bool abandon)
    {
        VerifiedPolicy verified = _done.GetValueOrDefault(policy.Number) ?? new VerifiedPolicy(policy, []);
        var shares = new List<PerturbedShare>();
        foreach (Perturbation perturbation in perturbations)
        {
            PerturbedShare? share = verified.Perturbed.FirstOrDefault(p => p.Name == perturbation.Name);
            if (share is null)
            {
                IReadOnlyList<LaunchScore> scores =
                    fresh.Extend([(perturbation.Apply(search.InputOf(policy)), [])], PerturbedLaunches, stop)[0];
                share = new PerturbedShare(perturbation.Name, scores.Count(s => s.Passed), scores.Count);
            }

            shares.Add(share);
            if (stop.IsCancellationRequested || (abandon && share.Passed < settings.Probability * share.Total))
            {
                break;
            }
        }

        return _done[policy.Number] = verified with { Perturbed = shares };
    }

    private static double Share(VerifiedPolicy verified) =>
        verified.Fresh.Count == 0 ? 0 : (double)verified.Passed / verified.Fresh.Count;
}
