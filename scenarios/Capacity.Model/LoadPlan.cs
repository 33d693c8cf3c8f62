namespace Capacity.Model;

/// <summary>A stage of users in the time of the run.</summary>
/// <param name="From">Seconds since the start of the run.</param>
/// <param name="To">No request begins at or after this second.</param>
/// <param name="Users">The stage.</param>
public sealed record UserPhase(double From, double To, LoadStage.Users Users)
{
    /// <summary>Number of the first user among those of all agents: each has draws of its own.</summary>
    public int First { get; init; }
}

/// <summary>A named stretch of the run, for charts.</summary>
/// <param name="Name">May be empty.</param>
/// <param name="From">Seconds since the start of the run.</param>
/// <param name="To">Seconds since the start of the run.</param>
public sealed record PhaseSpan(string Name, double From, double To);

/// <summary>The demand of a scenario laid out in time.</summary>
/// <param name="Open">The rate of the open stages; covers the whole duration, at rate 0 where nothing is asked.</param>
/// <param name="Users">The closed stages.</param>
/// <param name="Phases">All stages by name.</param>
/// <param name="Duration">Seconds.</param>
public sealed record LoadPlan(
    ArrivalProfile Open, IReadOnlyList<UserPhase> Users, IReadOnlyList<PhaseSpan> Phases, double Duration)
{
    /// <summary>Lays the stages out.</summary>
    /// <param name="stages">At least one.</param>
    /// <param name="demand">Factor on rates and on numbers of users (rounded up), ≥ 0.</param>
    /// <param name="speed">Stage lengths are divided by this; users' think times are not. &gt; 0.</param>
    public static LoadPlan Of(IReadOnlyList<LoadStage> stages, double demand = 1, double speed = 1)
    {
        var segments = new List<RateSegment>();
        var users = new List<UserPhase>();
        var phases = new List<PhaseSpan>();
        double now = 0;
        double rate = 0;
        foreach (LoadStage stage in stages)
        {
            double end = now + (stage.During / speed);
            phases.Add(new PhaseSpan(stage.Name, now, end));
            double target = stage is LoadStage.Open asked ? asked.ToRate * demand : 0;
            double reached = stage is LoadStage.Open { Over: > 0 } ramp ? now + (ramp.Over / speed) : now;
            if (reached > now)
            {
                segments.Add(new RateSegment(now, Math.Min(reached, end), rate, target));
            }

            if (end > reached)
            {
                segments.Add(new RateSegment(reached, end, target, target));
            }

            if (stage is LoadStage.Users closed)
            {
                users.Add(new UserPhase(now, end, closed with { Count = (int)Math.Ceiling(closed.Count * demand) }));
            }

            rate = target;
            now = end;
        }

        return new LoadPlan(new ArrivalProfile(segments), users, phases, now);
    }
}
