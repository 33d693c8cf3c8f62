using System.Diagnostics;
using System.Globalization;
using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Sim.Cluster;

/// <summary>Breaks what a scenario's faults say, when they say it.</summary>
/// <remarks>Who is hit is drawn from a stream of its own, among those that serve at that instant.</remarks>
internal sealed class FaultInjection
{
    private readonly Timeline _changes;
    private readonly RequestEngine _engine;
    private readonly ReplicaSet _replicas;
    private readonly Instant _start;
    private readonly double _restart;
    private readonly RandomSource _random;
    private readonly PriorityQueue<Action<Instant>, (long Ticks, int Number)> _steps = new();
    private readonly Dictionary<int, Fault.Slow> _slow = [];
    private int _number;

    /// <summary>Plans the faults.</summary>
    /// <param name="input">What is simulated.</param>
    /// <param name="changes">Gets a <see cref="Change.Fault"/> for each step.</param>
    /// <param name="engine">Serves the requests.</param>
    /// <param name="replicas">The replicas.</param>
    /// <param name="start">The start of the run.</param>
    /// <param name="seed">Seed of the run.</param>
    public FaultInjection(
        SimulationInput input, Timeline changes, RequestEngine engine, ReplicaSet replicas, Instant start, ulong seed)
    {
        _changes = changes;
        _engine = engine;
        _replicas = replicas;
        _start = start;
        _restart = input.Loop.Delays.Restart;
        _random = new RandomSource(seed, "faults");
        foreach (Fault fault in input.Faults.Where(f => f is not Fault.Outage).OrderBy(f => f.At))
        {
            Plan(_start + TimeSpan.FromSeconds(fault.At), at => Begin(fault, at));
        }
    }

    /// <summary>Told of what happens, for the run's events.</summary>
    public required Action<Instant, string> Note { get; init; }

    /// <summary>Does the steps that are due.</summary>
    public void Apply(Instant now)
    {
        while (_steps.TryPeek(out _, out (long Ticks, int Number) when) && when.Ticks <= now.Ticks)
        {
            _steps.Dequeue()(now);
        }
    }

    private void Plan(Instant at, Action<Instant> step)
    {
        _steps.Enqueue(step, (at.Ticks, _number++));
        _changes.Add(at, Change.Fault);
    }

    private void Begin(Fault fault, Instant at)
    {
        switch (fault)
        {
            case Fault.Crash crash:
                foreach (Replica replica in Drawn(crash.Replicas))
                {
                    _replicas.Crash(replica, at, TimeSpan.FromSeconds(crash.Restart ?? _restart));
                }

                break;
            case Fault.Slow slow:
                List<Replica> slowed = Drawn(slow.Replicas);
                foreach (Replica replica in slowed)
                {
                    _slow[replica.Index] = slow;
                    _engine.Slow(replica.Index, slow.Factor);
                    Note(at, string.Create(
                        CultureInfo.InvariantCulture, $"replica {replica.Number} is slow: {slow.Factor:0.##} times"));
                }

                Plan(at + TimeSpan.FromSeconds(slow.For), then => Recover(slow, slowed, then));
                break;
            case Fault.LoseNode lost:
                List<int> nodes = Drawn(_replicas.NodesUp, lost.Nodes);
                foreach (int node in nodes)
                {
                    Note(at, string.Create(CultureInfo.InvariantCulture, $"node {node + 1} is lost"));
                    _replicas.Lose(node, at, TimeSpan.FromSeconds(lost.Detect));
                    if (lost.For is { } length)
                    {
                        Plan(at + TimeSpan.FromSeconds(length), then => Return(node, then));
                    }
                }

                break;
            default:
                throw new UnreachableException($"No rule for {fault}.");
        }
    }

    private void Recover(Fault.Slow slow, List<Replica> replicas, Instant at)
    {
        // Another fault may have slowed it since; that one ends later by itself.
        foreach (Replica replica in replicas.Where(r => !r.Crashed && ReferenceEquals(_slow[r.Index], slow)))
        {
            _engine.Slow(replica.Index, 1);
            Note(at, string.Create(CultureInfo.InvariantCulture, $"replica {replica.Number} is as fast as before"));
        }
    }

    private void Return(int node, Instant at)
    {
        Note(at, string.Create(CultureInfo.InvariantCulture, $"node {node + 1} is back"));
        _replicas.Return(node, at);
    }

    private List<Replica> Drawn(int count) => Drawn(_replicas.All.Where(r => r.InRotation && !r.Stopping), count);

    private List<T> Drawn<T>(IEnumerable<T> among, int count)
    {
        List<T> left = [.. among];
        var drawn = new List<T>();
        while (drawn.Count < count && left.Count > 0)
        {
            int place = _random.NextIndex(left.Count);
            drawn.Add(left[place]);
            left.RemoveAt(place);
        }

        return drawn;
    }
}
