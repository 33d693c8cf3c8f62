using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>A stretch in which one copy runs.</summary>
/// <param name="Copy">Number of the copy, from 0.</param>
/// <param name="From">Seconds since the start.</param>
/// <param name="To">No iteration begins at or after this second.</param>
internal sealed record CopySpan(int Copy, double From, double To);

/// <summary>The load of a scenario laid out in time.</summary>
/// <param name="Open">Rate of the arrivals; the same plan that a scenario file with the same stages gives.</param>
/// <param name="Copies">When which copy runs, by start.</param>
/// <param name="Phases">All stretches by name.</param>
/// <param name="Duration">Seconds; the longest that is planned for.</param>
/// <param name="Iterations">Most iterations; null has no limit.</param>
internal sealed record SimulationPlan(
    ArrivalProfile Open, IReadOnlyList<CopySpan> Copies, IReadOnlyList<PhaseSpan> Phases, double Duration,
    long? Iterations)
{
    private const double Endless = 30 * 86_400;

    /// <summary>Whether arrivals come by themselves.</summary>
    public bool IsOpen => Open.Segments.Count > 0;

    /// <summary>Lays simulations out.</summary>
    /// <param name="simulations">In order; none is one copy for a minute.</param>
    /// <param name="seed">For random rates.</param>
    /// <exception cref="ScriptException">Open and closed ones are mixed, or one that counts iterations does not
    /// stand alone.</exception>
    public static SimulationPlan Of(IReadOnlyList<LoadSimulation> simulations, ulong seed)
    {
        if (simulations.Count == 0)
        {
            simulations = [Simulation.KeepConstant(1, TimeSpan.FromMinutes(1))];
        }

        bool open = simulations.Any(IsOpenOne);
        bool closed = simulations.Any(s => !IsOpenOne(s) && s is not LoadSimulation.Pause);
        if (open && closed)
        {
            throw ScriptException.Contradiction("open simulations (Inject, RampingInject, InjectRandom) and closed "
                + "ones (KeepConstant, RampingConstant) cannot follow each other", "make them two scenarios");
        }

        bool counted = simulations.Any(
            s => s is LoadSimulation.IterationsForConstant or LoadSimulation.IterationsForInject);
        if (counted && simulations.Count > 1)
        {
            throw ScriptException.Contradiction(
                "IterationsForInject and IterationsForConstant end by themselves", "use them alone");
        }

        return simulations[0] switch
        {
            LoadSimulation.IterationsForConstant s => new SimulationPlan(new ArrivalProfile([]),
                [.. Enumerable.Range(0, s.Copies).Select(i => new CopySpan(i, 0, Endless))],
                [new PhaseSpan("iterations", 0, Endless)], Endless, s.Iterations),
            LoadSimulation.IterationsForInject s => new SimulationPlan(
                new ArrivalProfile([new RateSegment(0, Endless, PerSecond(s.Rate, s.Interval),
                    PerSecond(s.Rate, s.Interval))]),
                [], [new PhaseSpan("iterations", 0, Endless)], Endless, s.Iterations),
            _ => open ? OpenPlan(simulations, seed) : ClosedPlan(simulations),
        };
    }

    /// <summary>The beginning alone, for a warm-up.</summary>
    /// <param name="seconds">Length; the first rate or number of copies is kept so long.</param>
    public SimulationPlan WarmUp(double seconds)
    {
        double rate = Open.Segments.Count == 0 ? 0 : Math.Max(Open.Segments[0].FromRate, Open.Segments[0].ToRate);
        double first = Phases[0].To;
        int copies = Copies.Count(c => c.From < first);
        return this with
        {
            Open = IsOpen ? new ArrivalProfile([new RateSegment(0, seconds, rate, rate)]) : Open,
            Copies = [.. Enumerable.Range(0, copies).Select(i => new CopySpan(i, 0, seconds))],
            Phases = [new PhaseSpan("warm-up", 0, seconds)],
            Duration = seconds,
            Iterations = null,
        };
    }

    private static bool IsOpenOne(LoadSimulation simulation) => simulation is LoadSimulation.Inject
        or LoadSimulation.RampingInject or LoadSimulation.InjectRandom or LoadSimulation.IterationsForInject;

    private static double PerSecond(double rate, TimeSpan interval) => rate / interval.TotalSeconds;

    private static SimulationPlan OpenPlan(IReadOnlyList<LoadSimulation> simulations, ulong seed)
    {
        var draws = new RandomSource(seed, "rates");
        var plan = LoadPlan.Of([.. simulations.SelectMany(s => Stages(s, draws))]);
        return new SimulationPlan(plan.Open, [], plan.Phases, plan.Duration, null);
    }

    private static IEnumerable<LoadStage> Stages(LoadSimulation simulation, RandomSource draws)
    {
        switch (simulation)
        {
            case LoadSimulation.Inject s:
                yield return new LoadStage.Open("inject", PerSecond(s.Rate, s.Interval), 0, s.During.TotalSeconds);
                break;
            case LoadSimulation.RampingInject s:
                double length = s.During.TotalSeconds;
                yield return new LoadStage.Open("ramping_inject", PerSecond(s.Rate, s.Interval), length, length);
                break;
            case LoadSimulation.InjectRandom s:
                double step = s.Interval.TotalSeconds;
                for (double at = 0; at < s.During.TotalSeconds - 1e-9; at += step)
                {
                    int drawn = s.MinRate + draws.NextIndex(s.MaxRate - s.MinRate + 1);
                    yield return new LoadStage.Open(
                        "inject_random", drawn / step, 0, Math.Min(step, s.During.TotalSeconds - at));
                }

                break;
            default:
                yield return new LoadStage.Pause("pause", ((LoadSimulation.Pause)simulation).During.TotalSeconds);
                break;
        }
    }

    /// <summary>Copy number k runs while more than k copies are wanted.</summary>
    private static SimulationPlan ClosedPlan(IReadOnlyList<LoadSimulation> simulations)
    {
        var spans = new List<CopySpan>();
        var last = new Dictionary<int, int>(); // copy → its newest span
        var phases = new List<PhaseSpan>();
        double now = 0;
        int before = 0;
        foreach (LoadSimulation simulation in simulations)
        {
            (string name, int after, bool ramp, TimeSpan during) = simulation switch
            {
                LoadSimulation.KeepConstant s => ("keep_constant", s.Copies, false, s.During),
                LoadSimulation.RampingConstant s => ("ramping_constant", s.Copies, true, s.During),
                _ => ("pause", 0, false, ((LoadSimulation.Pause)simulation).During),
            };
            double length = during.TotalSeconds;
            int most = ramp ? Math.Max(before, after) : after;
            for (int copy = 0; copy < most; copy++)
            {
                // The ramp passes the middle of copy k's place, k + ½, at this share of its length.
                double share = ramp && before != after
                    ? Math.Clamp((copy + 0.5 - before) / (after - before), 0, 1)
                    : 0;
                (double from, double to) = !ramp || before == after ? (0.0, 1.0)
                    : after > before ? (share, 1.0) : (0.0, share);
                Add(spans, last, new CopySpan(copy, now + (from * length), now + (to * length)));
            }

            phases.Add(new PhaseSpan(name, now, now + length));
            now += length;
            before = after;
        }

        return new SimulationPlan(
            new ArrivalProfile([]), [.. spans.OrderBy(s => s.From).ThenBy(s => s.Copy)], phases, now, null);
    }

    /// <summary>A copy that goes on from the stretch before is the same copy.</summary>
    private static void Add(List<CopySpan> spans, Dictionary<int, int> last, CopySpan next)
    {
        if (last.TryGetValue(next.Copy, out int before) && spans[before].To == next.From)
        {
            spans[before] = spans[before] with { To = next.To };
        }
        else if (next.To > next.From)
        {
            last[next.Copy] = spans.Count;
            spans.Add(next);
        }
    }
}
