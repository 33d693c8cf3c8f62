namespace Capacity.Model;

/// <summary>A stage of users in the time of the run.</summary>
/// <param name="From">Seconds since the start of the run.</param>
/// <param name="To">No request begins at or after this second.</param>
/// <param name="Users">The stage.</param>
public sealed record UserPhase(double From, double To, LoadStage.Users Users);

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
    /// <summary>The stages of recorded requests, in order.</summary>
    public IReadOnlyList<RecordedPhase> Recorded { get; init; } = [];

    /// <summary>Expected requests of open and recorded stages.</summary>
    public double OpenRequests => Open.Requests + Recorded.Sum(r => r.Requests);

    /// <summary>Lays the stages out.</summary>
    /// <param name="stages">At least one.</param>
    /// <param name="demand">Factor on rates and on numbers of users (rounded up), ≥ 0.</param>
    /// <param name="speed">Stage lengths are divided by this; users' think times are not. &gt; 0.</param>
    public static LoadPlan Of(IReadOnlyList<LoadStage> stages, double demand = 1, double speed = 1)
    {
        var curve = new RateCurve(demand, speed);
        var users = new List<UserPhase>();
        var phases = new List<PhaseSpan>();
        var recorded = new List<RecordedPhase>();
        foreach (LoadStage stage in stages)
        {
            double from = curve.Now;
            curve.Add(stage);
            phases.Add(new PhaseSpan(stage.Name, from, curve.Now));
            if (stage is LoadStage.Users closed)
            {
                users.Add(new UserPhase(
                    from, curve.Now, closed with { Count = (int)Math.Ceiling(closed.Count * demand) }));
            }

            if (stage is LoadStage.Replay { Arrivals: { } arrivals } replay)
            {
                recorded.Add(new RecordedPhase(from, curve.Now, arrivals, replay.File.Skip, demand, speed));
            }
        }

        return new LoadPlan(new ArrivalProfile(curve.Segments), users, phases, curve.Now) { Recorded = recorded };
    }
}
