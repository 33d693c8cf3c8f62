using System.Globalization;
using Capacity.Control;
using Capacity.Model;

namespace Capacity.Sim.Tuning;

/// <summary>Looks for good policies: an even spread over the space, a race on common launches, then the neighbourhood
/// of the best.</summary>
internal sealed class PolicySearch(
    PolicySpace space, TuningSettings settings, PolicyTrials trials, Action<TuningProgress> progress)
{
    private const double SpreadShare = 0.5;
    private const int SpreadBatch = 128;
    private const int RefiningBatch = 48;
    private const int CheapestParents = 6;
    private const int PromotedPart = 3; // of a batch goes on to the next rung, as in successive halving
    private const int FewestPromoted = 6;
    private const double NearlyCertain = 0.99; // the lower bound of a cost leaves room for late starts

    private readonly List<TriedPolicy> _tried = [];
    private readonly List<SimulationInput> _inputs = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal); // with those that were ruled out
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal); // of those tried
    private bool _stopped;

    /// <summary>All policies, in the order of trying; the configured one is the first.</summary>
    public IReadOnlyList<TriedPolicy> Tried => _tried;

    /// <summary>Policies that were ruled out before a launch: their least replicas alone cost too much.</summary>
    public int RuledOut { get; private set; }

    /// <summary>Policies with as many launches as the race has; stopped before any, those with the most.</summary>
    public IReadOnlyList<TriedPolicy> Finalists
    {
        get
        {
            int most = Math.Min(TuningSettings.Rungs[^1], _tried.Select(p => p.Scores.Count).DefaultIfEmpty(0).Max());
            return [.. _tried.Where(p => p.Scores.Count > 0 && p.Scores.Count >= most)];
        }
    }

    /// <summary>What is simulated for a tried policy.</summary>
    public SimulationInput InputOf(TriedPolicy policy) => _inputs[policy.Number];

    /// <summary>Searches until the budget is used.</summary>
    /// <returns>Whether it was not stopped before.</returns>
    public bool Run(CancellationToken stop)
    {
        Spread(stop);
        Refine(stop);
        return !_stopped;
    }

    /// <summary>Tries policies to the end of the race, whether or not others are better.</summary>
    public IReadOnlyList<TriedPolicy> Measure(IEnumerable<int[]> policies, int launches, CancellationToken stop)
    {
        var numbers = new List<int>();
        foreach (int[] stops in policies)
        {
            string key = PolicySpace.KeyOf(stops);
            _known.Add(key);
            if (!_numbers.TryGetValue(key, out int number)) // also when it was ruled out before
            {
                number = _tried.Count;
                Add(stops);
            }

            numbers.Add(number);
        }

        Extend(numbers.Distinct(), launches, stop);
        return [.. numbers.Select(n => _tried[n])];
    }

    /// <summary>Policies in the order in which they would be suggested: those that keep the objectives often enough by
    /// cost, then the others by how often.</summary>
    public IReadOnlyList<TriedPolicy> Ranked() =>
    [
        .. Finalists.OrderBy(p => p.Share < settings.Probability).ThenBy(p => p.Share < settings.Probability
                ? -p.Share : 0)
            .ThenBy(p => p.Share < settings.Probability ? p.Bad : 0).ThenBy(p => p.Cost).ThenBy(p => p.Changed)
            .ThenBy(p => p.Number),
    ];

    private void Spread(CancellationToken stop)
    {
        _known.Add(PolicySpace.KeyOf(space.Configured));
        Add(space.Configured);
        var points = new SobolSequence(space.Knobs.Count, settings.Seed);
        int wanted = Math.Max(1, (int)(settings.Policies * SpreadShare));
        int fruitless = 0;
        while (_tried.Count < wanted && fruitless < wanted + SpreadBatch && !Ended(stop))
        {
            var batch = new List<int[]>();
            double spotless = CostOfSpotless();
            while (batch.Count < SpreadBatch && _tried.Count + batch.Count < wanted
                && fruitless < wanted + SpreadBatch)
            {
                int[] stops = space.At(points.Next());
                bool taken = _known.Add(PolicySpace.KeyOf(stops)) && !IsRuledOut(stops, spotless);
                fruitless = taken ? fruitless : fruitless + 1;
                if (taken)
                {
                    batch.Add(stops);
                }
            }

            Race("spread", batch, stop);
        }

        if (_tried[0].Scores.Count == 0 && !stop.IsCancellationRequested)
        {
            Race("spread", [], stop); // no budget for any other: the configured one is always looked at
        }
    }

    private void Refine(CancellationToken stop)
    {
        var proposals = new PolicyProposals(space, settings.Seed);
        while (_tried.Count < settings.Policies && !Ended(stop))
        {
            int room = Math.Min(RefiningBatch, settings.Policies - _tried.Count);
            double spotless = CostOfSpotless();
            IReadOnlyList<int[]> batch = proposals.Near(Parents(), room,
                stops => _known.Add(PolicySpace.KeyOf(stops)) && !IsRuledOut(stops, spotless));
            if (batch.Count == 0)
            {
                return; // everything near has been tried
            }

            Race("refine", batch, stop);
        }
    }

    private IReadOnlyList<TriedPolicy> Parents()
    {
        IReadOnlyList<TriedPolicy> ranked = Ranked();
        IReadOnlyList<TriedPolicy> front = ParetoFront.Of(Finalists);
        if (ranked.Count == 0)
        {
            return [_tried[0]]; // stopped in the first batch
        }

        IEnumerable<TriedPolicy> best = settings.Goal == TuningGoal.Knee
            ? ranked.Take(CheapestParents).Prepend(ParetoFront.Knee(front)) : ranked.Take(CheapestParents);
        return [.. best.Concat(front).Distinct()];
    }

    /// <summary>Adds policies to the race and drops those that others beat.</summary>
    private void Race(string phase, IReadOnlyList<int[]> batch, CancellationToken stop)
    {
        int first = _tried.Count;
        foreach (int[] stops in batch)
        {
            Add(stops);
        }

        int room = batch.Count;
        foreach (int launches in TuningSettings.Rungs)
        {
            progress(new TuningProgress(phase, _tried.Count, trials.Launches));
            Extend(_tried.Where(p => !p.Dropped).Select(p => p.Number), launches, stop);
            if (_stopped)
            {
                return;
            }

            TriedPolicy[] racing = [.. _tried.Where(p => !p.Dropped)];
            room = Math.Max(FewestPromoted, room / PromotedPart);
            IReadOnlyList<TriedPolicy> unbeaten = PolicyRace.Survivors(racing, launches);
            var surviving = unbeaten.Where(p => p.Number < first)
                .Concat(Promoted([.. unbeaten.Where(p => p.Number >= first)], room)).Select(p => p.Number).ToHashSet();
            foreach (TriedPolicy policy in racing.Where(p => !surviving.Contains(p.Number) && p.Number > 0))
            {
                _tried[policy.Number] = policy with { Dropped = true }; // the configured one always stays
            }
        }
    }

    /// <summary>The new policies that are worth more launches: the spread of the front, then by the goal.</summary>
    private static IEnumerable<TriedPolicy> Promoted(IReadOnlyList<TriedPolicy> unbeaten, int room)
    {
        IReadOnlyList<TriedPolicy> front = ParetoFront.Of(unbeaten);
        return front.Where((_, i) => i % Math.Max(1, front.Count * 2 / room) == 0)
            .Concat(unbeaten.OrderByDescending(p => p.Share).ThenBy(p => p.Cost).ThenBy(p => p.Number))
            .Distinct().Take(room);
    }

    private void Add(IReadOnlyList<int> stops)
    {
        int changed = stops.Where((s, i) => s != space.Configured[i]).Count();
        _numbers[PolicySpace.KeyOf(stops)] = _tried.Count;
        _tried.Add(new TriedPolicy(_tried.Count, stops, changed));
        _inputs.Add(space.Case(stops).Input);
    }

    private void Extend(IEnumerable<int> numbers, int launches, CancellationToken stop)
    {
        int[] wanted = [.. numbers.Where(n => _tried[n].Scores.Count < launches)];
        IReadOnlyList<IReadOnlyList<LaunchScore>> scores =
            trials.Extend([.. wanted.Select(n => (_inputs[n], _tried[n].Scores))], launches, stop);
        for (int i = 0; i < wanted.Length; i++)
        {
            _tried[wanted[i]] = _tried[wanted[i]] with { Scores = scores[i] };
            _stopped |= scores[i].Count < launches;
        }
    }

    private bool Ended(CancellationToken stop) =>
        _stopped || stop.IsCancellationRequested || settings.OutOfTime();

    /// <summary>Whether a policy cannot be on the front: its fewest replicas alone cost more than a policy that never
    /// had a bad second and always passed.</summary>
    private bool IsRuledOut(IReadOnlyList<int> stops, double spotless)
    {
        bool ruledOut = double.IsFinite(spotless) && LeastCost(space.Case(stops).Input) > spotless;
        RuledOut += ruledOut ? 1 : 0;
        return ruledOut;
    }

    private double CostOfSpotless() =>
        Finalists.Where(p => p.Bad == 0 && p.Passed == p.Scores.Count).Select(p => p.Cost)
            .DefaultIfEmpty(double.PositiveInfinity).Min();

    private static double LeastCost(SimulationInput input)
    {
        LoopSettings loop = input.Loop;
        int least = input.Policy.Use == PolicyKind.Schedule ? 0
            : input.Policy.Metric?.Min is { } own ? own
            : loop.ServiceLabels.TryGetValue(loop.Scaler.MinLabel, out string? text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int min)
            ? min : loop.Scaler.DefaultMin;
        const double SecondsPerHour = 3600;
        return Math.Min(least, loop.InitialReplicas) * input.Plan.Duration / SecondsPerHour * NearlyCertain;
    }
}
