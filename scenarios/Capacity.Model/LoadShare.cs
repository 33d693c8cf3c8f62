namespace Capacity.Model;

/// <summary>The part of a load that one of several agents sends. All parts together are the whole load.</summary>
/// <param name="Index">Which agent, from 0.</param>
/// <param name="Count">How many there are, &gt; <paramref name="Index"/>.</param>
public sealed record LoadShare(int Index, int Count)
{
    /// <summary>The agent's part of a plan.</summary>
    /// <remarks>Arrival i of the whole belongs to agent i mod <see cref="Count"/>, at its own instant and with its own
    /// draws, so that the parts of one seed are the whole of that seed. Users are dealt out alike; each has draws of
    /// its own.</remarks>
    public LoadPlan Of(LoadPlan plan)
    {
        int all = plan.Users.Sum(u => u.Users.Count);
        return plan with
        {
            Open = plan.Open with { Share = this },
            Users =
            [
                .. plan.Users.Select(u => u with
                {
                    Users = u.Users with { Count = (u.Users.Count / Count) + (Index < u.Users.Count % Count ? 1 : 0) },
                    First = Index * all,
                }),
            ],
        };
    }
}
