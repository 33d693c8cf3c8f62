using Capacity.Model;

namespace Capacity.Sim.Tuning;

/// <summary>What a search found.</summary>
public sealed record TuningOutcome
{
    /// <summary>What was searched.</summary>
    public required PolicySpace Space { get; init; }

    /// <summary>Every simulated policy, in the order of trying; the configured one is the first.</summary>
    public required IReadOnlyList<TriedPolicy> Tried { get; init; }

    /// <summary>Cost against bad seconds, by cost: those of the policies with the full race that no other beats.
    /// </summary>
    public required IReadOnlyList<TriedPolicy> Front { get; init; }

    /// <summary>The configured policy on fresh seeds.</summary>
    public required VerifiedPolicy Configured { get; init; }

    /// <summary>The cheapest that passes, or when none does the one that passed most often; null when stopped before
    /// there was one.</summary>
    public VerifiedPolicy? Cheapest { get; init; }

    /// <summary>Where more money begins to help less.</summary>
    public VerifiedPolicy? Knee { get; init; }

    /// <summary>The cheapest that also passes when the model is somewhat wrong; null when none was found.</summary>
    public VerifiedPolicy? Sturdy { get; init; }

    /// <summary>Knob by knob, around the suggestion.</summary>
    public IReadOnlyList<KnobEffect> Effects { get; init; } = [];

    /// <summary>Policies of the search itself, without those around the suggestion.</summary>
    public required int Searched { get; init; }

    /// <summary>Policies ruled out without a launch.</summary>
    public required int RuledOut { get; init; }

    /// <summary>Launches simulated in all.</summary>
    public required int Launches { get; init; }

    /// <summary>Requests simulated in all.</summary>
    public required long Requests { get; init; }

    /// <summary>Whether it was stopped before its end.</summary>
    public required bool Partial { get; init; }

    /// <summary>The policy that the goal asks for.</summary>
    public VerifiedPolicy? Suggested(TuningGoal goal) => goal == TuningGoal.Knee ? Knee : Cheapest;

    /// <summary>Whether anything keeps the objectives with the wanted probability.</summary>
    public TuningAnswer Answer(double probability)
    {
        TuningAnswer[] answers =
        [
            .. new[] { Cheapest, Knee, Sturdy, Configured }.OfType<VerifiedPolicy>()
                .Select(v => v.Answer(probability)),
        ];
        return answers.Contains(TuningAnswer.Passes) ? TuningAnswer.Passes
            : Cheapest?.Answer(probability) ?? TuningAnswer.Unknown;
    }
}

/// <summary>Searches a space of policies, tests the best, and looks around the suggestion.</summary>
public static class PolicyTuning
{
    private const double SameCost = 1.001;

    /// <summary>Searches.</summary>
    /// <param name="space">What is searched.</param>
    /// <param name="objectives">What each launch must hold; at least one.</param>
    /// <param name="perturbations">Ways in which the model may be wrong; may be empty.</param>
    /// <param name="settings">Budget, launches, goal, seed.</param>
    /// <param name="progress">Told how far it is, from any thread.</param>
    /// <param name="stop">Ends early; the outcome is then partial and holds the best so far.</param>
    /// <exception cref="OperationCanceledException">Stopped before the configured policy had a launch.</exception>
    public static TuningOutcome Run(
        PolicySpace space, IReadOnlyList<Objective> objectives, IReadOnlyList<Perturbation> perturbations,
        TuningSettings settings, Action<TuningProgress> progress, CancellationToken stop)
    {
        string phase = "spread";
        int policies = 0;
        int before = 0;
        void Say(TuningProgress said)
        {
            (phase, policies) = (said.Phase, said.Policies);
            progress(said with { Launches = before });
        }

        void OnLaunch() => progress(
            new TuningProgress(phase, policies, Interlocked.Increment(ref before)));

        var trials = new PolicyTrials(objectives, settings.Seed, settings.Threads) { OnLaunch = OnLaunch };
        var search = new PolicySearch(space, settings, trials, Say);
        search.Run(stop);
        if (search.Tried.Count == 0 || search.Tried[0].Scores.Count == 0)
        {
            throw new OperationCanceledException(stop);
        }

        int searched = search.Tried.Count(p => p.Scores.Count > 0);
        Say(new TuningProgress("verify", search.Tried.Count, trials.Launches));
        ulong freshSeed = RandomSource.SeedOf(settings.Seed, "tuning, verified");
        var fresh = new PolicyTrials(objectives, freshSeed, settings.Threads) { OnLaunch = OnLaunch };
        var verification = new PolicyVerification(search, settings, fresh, stop);
        IReadOnlyList<TriedPolicy> ranked = search.Ranked();
        IReadOnlyList<TriedPolicy> front = ParetoFront.Of(search.Finalists);
        VerifiedPolicy? cheapest = verification.Cheapest(ranked);
        if (cheapest is not null && cheapest.Answer(settings.Probability) is var answer && answer != TuningAnswer.Fails)
        {
            bool passes = answer == TuningAnswer.Passes;
            VerifiedPolicy simple = verification.Test(
                Simplify(space, search, cheapest.Policy, anyBad: true, stop), abandon: passes);
            bool asGood = passes ? simple.Answer(settings.Probability) == TuningAnswer.Passes
                : simple.Passed >= cheapest.Passed;
            cheapest = asGood ? simple : cheapest;
        }

        TriedPolicy? knee = front.Count == 0 ? null
            : Simplify(space, search, ParetoFront.Knee(front), anyBad: false, stop);
        VerifiedPolicy? sturdy = perturbations.Count > 0
            && cheapest?.Answer(settings.Probability) == TuningAnswer.Passes
            ? verification.Sturdy([cheapest.Policy, .. ranked], perturbations) : null;
        VerifiedPolicy Full(TriedPolicy policy)
        {
            verification.Test(policy, abandon: false);
            return verification.Perturb(policy, perturbations, abandon: false);
        }

        var outcome = new TuningOutcome
        {
            Space = space,
            Tried = search.Tried,
            Front = front,
            Configured = Full(search.Tried[0]),
            Cheapest = cheapest is null ? null : Full(cheapest.Policy),
            Knee = knee is null ? null : Full(knee),
            Sturdy = sturdy,
            Searched = searched,
            RuledOut = search.RuledOut,
            Launches = 0,
            Requests = 0,
            Partial = stop.IsCancellationRequested,
        };
        TriedPolicy? around = outcome.Suggested(settings.Goal)?.Policy;
        IReadOnlyList<KnobEffect> effects = around is null || stop.IsCancellationRequested ? []
            : PolicySensitivity.Of(space, search, around, Say, stop);
        return outcome with
        {
            Tried = search.Tried,
            Effects = effects,
            Launches = trials.Launches + fresh.Launches,
            Requests = trials.Requests + fresh.Requests,
            Partial = stop.IsCancellationRequested,
        };
    }

    /// <summary>Puts each changed knob back where it was, if that costs nothing: a short diff is easier to trust.
    /// </summary>
    private static TriedPolicy Simplify(
        PolicySpace space, PolicySearch search, TriedPolicy policy, bool anyBad, CancellationToken stop)
    {
        TriedPolicy simplest = policy;
        for (int k = 0; k < space.Knobs.Count && !stop.IsCancellationRequested; k++)
        {
            int[] back = [.. simplest.Stops];
            back[k] = space.Configured[k];
            if (simplest.Stops[k] == back[k] || !space.Keeps(back))
            {
                continue;
            }

            TriedPolicy simpler = search.Measure([back], TuningSettings.Rungs[^1], stop)[0];
            bool asGood = simpler.Scores.Count >= policy.Scores.Count && simpler.Passed >= policy.Passed
                && simpler.Cost <= policy.Cost * SameCost && (anyBad || simpler.Bad <= policy.Bad);
            simplest = asGood ? simpler : simplest;
        }

        return simplest;
    }
}
