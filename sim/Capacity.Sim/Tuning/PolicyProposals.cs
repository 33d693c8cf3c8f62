using Capacity.Model;

namespace Capacity.Sim.Tuning;

/// <summary>Policies near good ones.</summary>
internal sealed class PolicyProposals(PolicySpace space, ulong seed)
{
    private const int TriesPerProposal = 30;
    private const double SingleShare = 0.5;
    private const double CrossShare = 0.75;
    private const double BackShare = 0.85;
    private const int FarthestStep = 3;

    private readonly RandomSource _random = new(seed, "proposals");

    /// <summary>Makes proposals: first every neighbour of the best, then random changes of good ones.</summary>
    /// <param name="parents">Good policies, the best first; at least one.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="isNew">Takes a policy unless it was tried; true when it did.</param>
    /// <returns>Fewer when nothing new is near.</returns>
    public IReadOnlyList<int[]> Near(IReadOnlyList<TriedPolicy> parents, int count, Func<int[], bool> isNew)
    {
        var found = new List<int[]>();
        foreach (int[] neighbour in parents.Take(2).SelectMany(p => Neighbours(p.Stops)))
        {
            if (found.Count < count && isNew(neighbour))
            {
                found.Add(neighbour);
            }
        }

        for (int tries = count * TriesPerProposal; tries > 0 && found.Count < count; tries--)
        {
            int[] proposal = space.Repair(Changed(parents));
            if (isNew(proposal))
            {
                found.Add(proposal);
            }
        }

        return found;
    }

    /// <summary>The policies that differ in one knob by one stop.</summary>
    public IEnumerable<int[]> Neighbours(IReadOnlyList<int> stops)
    {
        for (int k = 0; k < space.Knobs.Count; k++)
        {
            foreach (int step in (int[])[-1, 1])
            {
                int[] next = [.. stops];
                next[k] += step;
                if (next[k] >= 0 && next[k] < space.Knobs[k].Stops.Count)
                {
                    yield return space.Repair(next);
                }
            }
        }
    }

    private int[] Changed(IReadOnlyList<TriedPolicy> parents)
    {
        // The square favours the first parents, which are the best.
        double unit = _random.NextUnit();
        int[] child = [.. parents[(int)(unit * unit * parents.Count)].Stops];
        double what = _random.NextUnit();
        if (what < SingleShare)
        {
            Step(child);
        }
        else if (what < CrossShare)
        {
            IReadOnlyList<int> other = parents[_random.NextIndex(parents.Count)].Stops;
            for (int k = 0; k < child.Length; k++)
            {
                child[k] = _random.NextIndex(2) == 0 ? child[k] : other[k];
            }
        }
        else if (what < BackShare)
        {
            int k = _random.NextIndex(child.Length);
            child[k] = space.Configured[k];
        }
        else
        {
            Step(child);
            Step(child);
            Step(child);
        }

        return child;
    }

    private void Step(int[] child)
    {
        int k = _random.NextIndex(child.Length);
        int distance = 1 + _random.NextIndex(FarthestStep);
        child[k] = Math.Clamp(child[k] + (_random.NextIndex(2) == 0 ? distance : -distance), 0,
            space.Knobs[k].Stops.Count - 1);
    }
}
