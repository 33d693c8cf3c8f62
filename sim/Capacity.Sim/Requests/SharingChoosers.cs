namespace Capacity.Sim.Requests;

/// <summary>The one with fewer requests under way of two.</summary>
internal readonly struct FewerOfTwoSharing(SharingReplicas replicas, int[] rotation, BalancerDraws draws) : IChooser
{
    public int Choose(double at)
    {
        (int one, int other) = Two.Of(rotation, draws);
        int countOfOther = replicas.CountAt(other, at);
        return Two.Smaller(one, replicas.CountAt(one, at), other, countOfOther);
    }

    public void Taken(int replica, double finish)
    {
    }
}

/// <summary>One of those with the fewest requests under way.</summary>
internal readonly struct FewestSharing(SharingReplicas replicas, CountLevels levels, BalancerDraws draws) : IChooser
{
    public int Choose(double at)
    {
        replicas.FinishUntil(at);
        return levels.Least(draws);
    }

    public void Taken(int replica, double finish)
    {
    }
}
