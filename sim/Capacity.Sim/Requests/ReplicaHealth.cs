using System.Runtime.CompilerServices;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>How the replicas are. Structs, so that loops without faults are compiled without a trace of them.</summary>
internal interface IReplicaHealth
{
    /// <summary>Whether nobody answers there.</summary>
    bool IsDown(int replica);

    /// <summary>Seconds for which the replica needs a worker.</summary>
    /// <param name="replica">Who.</param>
    /// <param name="at">Arrival, seconds.</param>
    /// <param name="service">Seconds that the request's law says.</param>
    double Work(int replica, double at, double service);
}

/// <summary>Nothing ever breaks.</summary>
internal readonly struct AllWell : IReplicaHealth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsDown(int replica) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Work(int replica, double at, double service) => service;
}

/// <summary>As the replicas are at the moment.</summary>
internal readonly struct AsTheyAre(ReplicaConditions conditions) : IReplicaHealth
{
    public bool IsDown(int replica) => conditions.IsDown(replica);

    public double Work(int replica, double at, double service) => service * conditions.FactorAt(replica, at);
}

/// <summary>Which replicas are down, slow or still cold.</summary>
/// <param name="warmUp">Slowness after joining; null: none.</param>
internal sealed class ReplicaConditions(WarmUp? warmUp)
{
    private Condition[] _conditions = [];

    /// <summary>A replica starts, in good health.</summary>
    public void Reset(int replica)
    {
        if (replica >= _conditions.Length)
        {
            Array.Resize(ref _conditions, Math.Max(16, 2 * replica));
        }

        _conditions[replica] = new Condition { Factor = 1 };
    }

    /// <summary>A replica has joined the rotation and is cold.</summary>
    public void Warm(int replica, double from) => _conditions[replica].WarmAt = from + (warmUp?.For ?? 0);

    /// <summary>A replica needs longer for what arrives from now on.</summary>
    public void Slow(int replica, double factor) => _conditions[replica].Factor = factor;

    /// <summary>Nobody answers there any more.</summary>
    public void End(int replica) => _conditions[replica].IsDown = true;

    /// <summary>Whether nobody answers there.</summary>
    public bool IsDown(int replica) => _conditions[replica].IsDown;

    /// <summary>What the service time of a request that arrives at an instant is multiplied with.</summary>
    public double FactorAt(int replica, double at)
    {
        ref Condition condition = ref _conditions[replica];
        double cold = condition.WarmAt - at; // seconds until it is warm
        return cold > 0 ? condition.Factor * (1 + ((warmUp!.Factor - 1) * cold / warmUp.For)) : condition.Factor;
    }

    private struct Condition
    {
        public double Factor;
        public double WarmAt;
        public bool IsDown;
    }
}
