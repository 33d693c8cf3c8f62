namespace Capacity.Sim.Tuning;

/// <summary>What turning one knob of a policy does while the others stay.</summary>
/// <param name="Knob">Which, as an index of the space's knobs.</param>
/// <param name="Stop">Where it is.</param>
/// <param name="SafeLow">Lowest stop tried down to which every launch kept the objectives.</param>
/// <param name="SafeHigh">Highest stop likewise.</param>
/// <param name="Tried">Every stop that was tried, ascending, with its means.</param>
public sealed record KnobEffect(
    int Knob, int Stop, int SafeLow, int SafeHigh,
    IReadOnlyList<(int Stop, double Cost, double Bad, double Share)> Tried)
{
    /// <summary>Largest change of the replica-hours by the stops tried.</summary>
    public double CostRange => Tried.Max(t => t.Cost) - Tried.Min(t => t.Cost);

    /// <summary>Largest change of the bad seconds by the stops tried.</summary>
    public double BadRange => Tried.Max(t => t.Bad) - Tried.Min(t => t.Bad);
}

/// <summary>One knob at a time around a policy.</summary>
internal static class PolicySensitivity
{
    private const int Launches = 4;
    private static readonly int[] Distances = [1, 2, 4];

    /// <summary>Turns each knob up and down until the objectives break.</summary>
    /// <returns>One for each knob, as far as it came before it was stopped.</returns>
    public static IReadOnlyList<KnobEffect> Of(
        PolicySpace space, PolicySearch search, TriedPolicy policy, Action<TuningProgress> progress,
        CancellationToken stop)
    {
        int knobs = space.Knobs.Count;
        var tried = new List<(int Knob, int Stop, TriedPolicy Policy)>();
        (int Knob, int Sign)[] going = [.. Enumerable.Range(0, knobs).SelectMany(k => new[] { (k, -1), (k, 1) })];
        foreach (int distance in Distances)
        {
            (int Knob, int Sign, int[] Stops)[] next =
            [
                .. going.Select(g => (g.Knob, g.Sign, Stops: Turned(space, policy, g.Knob, g.Sign * distance)))
                    .Where(n => n.Stops[n.Knob] != policy.Stops[n.Knob]
                        && tried.All(t => (t.Knob, t.Stop) != (n.Knob, n.Stops[n.Knob]))),
            ];
            progress(new TuningProgress("sensitivity", search.Tried.Count, 0));
            IReadOnlyList<TriedPolicy> done = search.Measure(next.Select(n => n.Stops), Launches, stop);
            if (stop.IsCancellationRequested)
            {
                break;
            }

            tried.AddRange(next.Select((n, i) => (n.Knob, n.Stops[n.Knob], done[i])));
            going = [.. next.Where((_, i) => Keeps(done[i], policy)).Select(n => (n.Knob, n.Sign))];
        }

        return [.. Enumerable.Range(0, knobs).Select(k => Effect(k, policy, tried))];
    }

    private static int[] Turned(PolicySpace space, TriedPolicy policy, int knob, int by)
    {
        int[] stops = [.. policy.Stops];
        stops[knob] = Math.Clamp(stops[knob] + by, 0, space.Knobs[knob].Stops.Count - 1);
        return space.Keeps(stops) ? stops : [.. policy.Stops]; // not a policy: the range ends before it
    }

    private static bool Keeps(TriedPolicy turned, TriedPolicy policy) =>
        turned.Scores.Take(Launches).Count(s => s.Passed) >= policy.Scores.Take(Launches).Count(s => s.Passed);

    private static KnobEffect Effect(
        int knob, TriedPolicy policy, List<(int Knob, int Stop, TriedPolicy Policy)> tried)
    {
        (int Stop, TriedPolicy Policy)[] all =
        [
            .. tried.Where(t => t.Knob == knob).Select(t => (t.Stop, t.Policy))
                .Append((policy.Stops[knob], policy)).OrderBy(t => t.Item1),
        ];
        int at = policy.Stops[knob];
        int low = all.Where(t => t.Stop <= at).Reverse().TakeWhile(t => Keeps(t.Policy, policy)).Last().Stop;
        int high = all.Where(t => t.Stop >= at).TakeWhile(t => Keeps(t.Policy, policy)).Last().Stop;
        return new KnobEffect(knob, at, low, high,
        [
            .. all.Select(t =>
            {
                LaunchScore[] scores = [.. t.Policy.Scores.Take(Launches)];
                return (t.Stop, scores.Average(s => s.Cost), scores.Average(s => s.Bad),
                    (double)scores.Count(s => s.Passed) / scores.Length);
            }),
        ]);
    }
}
