namespace Capacity.Sim.Requests;

/// <summary>What each replica was given since the start of the run, for policies that look at it.</summary>
/// <param name="conditions">How the replicas are; null: nothing ever breaks.</param>
internal sealed class ReplicaLoads(ReplicaConditions? conditions = null)
{
    private double[] _work = [];
    private long[] _requests = [];
    private double[] _first = [];

    /// <summary>Seconds of work.</summary>
    public double Work(int replica) => replica < _work.Length ? _work[replica] : 0;

    /// <summary>Requests.</summary>
    public long Requests(int replica) => replica < _requests.Length ? _requests[replica] : 0;

    /// <summary>When the replica finished its first request, seconds; NaN: never.</summary>
    public double FirstFinish(int replica) =>
        replica < _first.Length && _requests[replica] > 0 ? _first[replica] : double.NaN;

    /// <summary>A replica was given a request.</summary>
    /// <param name="replica">Which.</param>
    /// <param name="work">Seconds of work.</param>
    /// <param name="finish">When it is finished, seconds.</param>
    public void Add(int replica, double work, double finish)
    {
        if (replica >= _work.Length)
        {
            Array.Resize(ref _work, Math.Max(16, 2 * replica));
            Array.Resize(ref _requests, _work.Length);
            Array.Resize(ref _first, _work.Length);
        }

        _first[replica] = _requests[replica] == 0 ? finish : Math.Min(_first[replica], finish);
        _work[replica] += work;
        _requests[replica]++;
    }

    /// <summary>Requests that were given to replicas; others have none.</summary>
    public void Add(RequestBatch batch, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            if (batch.Replica[i] >= 0)
            {
                double factor = conditions?.FactorAt(batch.Replica[i], batch.At[i]) ?? 1;
                Add(batch.Replica[i], batch.Service[i] * factor, batch.Finish[i]);
            }
        }
    }
}
