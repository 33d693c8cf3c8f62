using Capacity.Model;

namespace Capacity.Sim.Requests.Calendar;

/// <summary>Chooses among the replicas in rotation that are below a limit; with the same draws as the others.</summary>
internal sealed class CalendarBalancer(ServiceModel service, ulong seed)
{
    private readonly BalancerDraws _draws = new(seed);
    private readonly KeptConnections _connections = new(service.Connections);
    private readonly List<CalendarReplica> _rotation = [];
    private readonly List<CalendarReplica> _choice = [];
    private int[] _indices = [];
    private long _turn;

    /// <summary>The replicas in rotation, in the order in which they joined.</summary>
    public IReadOnlyList<CalendarReplica> Rotation => _rotation;

    /// <summary>Puts one at the end of the rotation.</summary>
    public void Join(CalendarReplica replica)
    {
        _rotation.Add(replica);
        replica.InRotation = true;
        _indices = [.. _rotation.Select(r => r.Index)];
    }

    /// <summary>Takes one out.</summary>
    public void Leave(CalendarReplica replica)
    {
        _rotation.Remove(replica);
        replica.InRotation = false;
        _connections.Close(replica.Index);
        _indices = [.. _rotation.Select(r => r.Index)];
    }

    /// <summary>Chooses.</summary>
    /// <param name="limit">Only replicas with fewer requests count.</param>
    /// <returns>Null when there are none.</returns>
    public CalendarReplica? Choose(int limit)
    {
        if (service.Balancer == Balancer.RoundRobin)
        {
            return InTurn(limit);
        }

        List<CalendarReplica> among = limit == int.MaxValue ? _rotation : Below(limit);
        if (among.Count == 0)
        {
            return null;
        }

        switch (service.Balancer)
        {
            case Balancer.Random:
                return among[_draws.Below(among.Count)];
            case Balancer.PowerOfTwo:
                (int one, int other) = _draws.Pair(among.Count);
                other += other >= one && among.Count > 1 ? 1 : 0;
                return among[other].Count < among[one].Count ? among[other] : among[one];
            case Balancer.Connections:
                int index = _connections.ReplicaOf(_draws.Below(_connections.Count), _indices);
                return _rotation[Array.IndexOf(_indices, index)];
            default:
                return Fewest(among);
        }
    }

    private CalendarReplica? InTurn(int limit)
    {
        int count = _rotation.Count;
        for (int passed = 0; passed < count; passed++)
        {
            CalendarReplica replica = _rotation[(int)((_turn + passed) % count)];
            if (replica.Count < limit)
            {
                _turn += passed + 1;
                return replica;
            }
        }

        return null;
    }

    private List<CalendarReplica> Below(int limit)
    {
        _choice.Clear();
        foreach (CalendarReplica replica in _rotation)
        {
            if (replica.Count < limit)
            {
                _choice.Add(replica);
            }
        }

        return _choice;
    }

    /// <summary>Any of those with the fewest.</summary>
    private CalendarReplica Fewest(List<CalendarReplica> among)
    {
        int least = int.MaxValue;
        int ties = 0;
        foreach (CalendarReplica replica in among)
        {
            ties = replica.Count < least ? 1 : replica.Count == least ? ties + 1 : ties;
            least = Math.Min(least, replica.Count);
        }

        int which = _draws.Below(ties);
        foreach (CalendarReplica replica in among)
        {
            if (replica.Count == least && which-- == 0)
            {
                return replica;
            }
        }

        return among[^1];
    }
}
