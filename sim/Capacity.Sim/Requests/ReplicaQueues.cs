using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>The queues of all replicas, and the balancer over those in rotation.</summary>
/// <remarks>
/// Round robin gives request n to the replica at place n mod count, in the order in which they joined. It has loops of
/// its own, the fastest.
/// </remarks>
internal sealed class ReplicaQueues
{
    private readonly int? _workers;
    private readonly Kernel _kernel;
    private readonly int _length; // numbers of state per replica
    private readonly AlignedNumbers _state = new();
    private int[] _rotation = [];
    private long _served;
    private readonly Balancer _balancer;
    private readonly int _queue;
    private readonly bool _isPlain; // no limits, and nothing ever breaks: there are loops for that
    private readonly LastStarts? _lastStarts; // for round robin with queues of a limited length, and no other limits
    private readonly DrawnTimes? _patience;
    private readonly ReplicaConditions? _conditions; // null: nothing ever breaks
    private readonly BalancerDraws _draws;
    private readonly KeptConnections _connections;
    private readonly (int[] One, int[] Other) _pairs = (new int[RequestBatch.Size], new int[RequestBatch.Size]);
    private double[] _ties = [];
    private readonly CountLevels _levels = new();
    private readonly DepartureWheel _departures = new();
    private readonly WaitingStretches? _stretches; // for power of two choices without limits
    private WaitingStarts[] _waiting = [];

    /// <summary>Starts without replicas.</summary>
    /// <param name="service">Workers, queue and balancer.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="portable">Uses the code for any processor, for the test that all give the same bits.</param>
    /// <param name="conditions">How the replicas are; null: nothing ever breaks.</param>
    public ReplicaQueues(
        ServiceModel service, ulong seed, bool portable = false, ReplicaConditions? conditions = null)
    {
        _conditions = conditions;
        int? workers = service.Workers;
        _workers = workers;
        _balancer = service.Balancer;
        _queue = service.Queue ?? int.MaxValue;
        _patience = service.QueueTimeout is { } law && workers is not null ? new DrawnTimes(law, seed, "patience")
            : null;
        _isPlain = _queue == int.MaxValue && _patience is null && conditions is null;
        _lastStarts = _balancer == Balancer.RoundRobin && workers is not null && _patience is null && conditions is null
            && _queue is > 0 and <= LastStarts.LongestQueue ? new LastStarts(_queue) : null;
        _stretches = _balancer == Balancer.PowerOfTwo && workers is not null && _isPlain ? new() : null;
        _draws = new BalancerDraws(seed);
        _connections = new KeptConnections(service.Connections);
        _kernel = workers is null ? Kernel.Overlapping
            : Avx512F.IsSupported && !portable ? workers <= 8 ? Kernel.Register512 : Kernel.Many512
            : Avx2.IsSupported && !portable ? workers <= 8 ? Kernel.Registers256 : Kernel.Many256
            : Kernel.Any;
        _length = workers is not { } count ? 1 : _kernel == Kernel.Any ? count : (count + 7) / 8 * 8;
    }

    private enum Kernel
    {
        Overlapping,
        Register512,
        Registers256,
        Many512,
        Many256,
        Any,
    }

    /// <summary>How many replicas receive requests.</summary>
    public int InRotation => _rotation.Length;

    /// <summary>The replicas that receive requests, in the order in which they joined.</summary>
    public int[] Rotation => _rotation;

    /// <summary>Makes a replica idle from an instant on, whatever it was before.</summary>
    /// <param name="replica">Any index ≥ 0.</param>
    /// <param name="from">Seconds; no request is served earlier.</param>
    public void Reset(int replica, double from)
    {
        int first = replica * _length;
        _state.Reserve(first + _length);
        Span<double> state = _state.Span(first, _length);
        state.Fill(double.PositiveInfinity);
        state[..Math.Min(state.Length, _workers ?? 1)].Fill(from);
        if (replica >= _waiting.Length)
        {
            Array.Resize(ref _waiting, Math.Max(16, 2 * replica));
        }

        _waiting[replica].Clear();
        _levels.Reset(replica);
        _stretches?.Reset(replica);
        _lastStarts?.Reset(replica);
    }

    /// <summary>A replica ends: what it has is gone, and with it what the balancer counts there.</summary>
    /// <param name="replica">Its index.</param>
    /// <param name="now">Seconds.</param>
    public void Crash(int replica, double now)
    {
        Reset(replica, now);
        _departures.Forget(replica);
        Rotated();
    }

    /// <summary>When the replica has finished everything it was given, seconds.</summary>
    public double IdleAt(int replica)
    {
        double last = double.NegativeInfinity;
        foreach (double free in _state.Span(replica * _length, _length))
        {
            last = double.IsPositiveInfinity(free) ? last : Math.Max(last, free);
        }

        return last;
    }

    /// <summary>Work that a replica has been given and not done by an instant, seconds. For a limited number of
    /// workers.
    /// </summary>
    public double WorkLeft(int replica, double now)
    {
        double left = 0;
        foreach (double free in _state.Span(replica * _length, _length))
        {
            left += double.IsPositiveInfinity(free) ? 0 : Math.Max(0, free - now);
        }

        return left;
    }

    /// <summary>Puts a replica at the end of the rotation.</summary>
    public void Join(int replica)
    {
        _rotation = [.. _rotation, replica];
        Rotated();
    }

    /// <summary>Takes a replica out of the rotation.</summary>
    public void Leave(int replica)
    {
        _rotation = [.. _rotation.Where(r => r != replica)];
        _connections.Close(replica);
        Rotated();
    }

    /// <summary>Serves requests in order of arrival.</summary>
    /// <param name="at">Arrivals, seconds, ascending.</param>
    /// <param name="service">Seconds for which a worker is held.</param>
    /// <param name="finish">Receives when the worker is done, or the request turned away.</param>
    /// <param name="replica">Receives who served it; −1 when its queue was full, or its wait too long.</param>
    /// <returns>How many were not served.</returns>
    public int Serve(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, Span<double> finish, Span<int> replica)
    {
        int next = (int)(_served % _rotation.Length);
        _served += at.Length;
        if (_balancer == Balancer.RoundRobin && (_isPlain || _lastStarts is not null))
        {
            return ServeInTurn(new Requests(at, service, finish, replica), next);
        }

        if (_balancer == Balancer.LeastConnections || (_balancer == Balancer.PowerOfTwo && _workers is null))
        {
            double span = at[^1] - at[0];
            if (at.Length > 16 && span > 0)
            {
                _departures.TakeUntil(at[0], _levels);
                _departures.Fit(at[0], at.Length / span);
            }
        }

        var requests = new Requests(at, service, finish, replica);
        return _balancer switch
        {
            Balancer.Random => Choose(new AtRandom(_rotation, _draws), requests, false),
            Balancer.Connections => Choose(new ByConnection(_connections, _rotation, _draws), requests, false),
            Balancer.LeastConnections when _isPlain => ServeFewest(requests),
            Balancer.LeastConnections => Choose(new Fewest(_levels, _departures, _draws), requests, false),
            Balancer.PowerOfTwo => ChooseOfTwo(requests),
            _ => Choose(new InTurn(_rotation, next), requests, false),
        };
    }

    private int ServeFewest(Requests requests) => _kernel switch
    {
        Kernel.Overlapping => ServeFewest<OverlappingWorkers>(requests),
        Kernel.Register512 => ServeFewest<EightWorkersIn512Bits>(requests),
        Kernel.Registers256 => ServeFewest<EightWorkersIn256Bits>(requests),
        Kernel.Many512 => ServeFewest<WorkersIn512Bits>(requests),
        Kernel.Many256 => ServeFewest<WorkersIn256Bits>(requests),
        _ => ServeFewest<AnyWorkers>(requests),
    };

    private int ServeFewest<TWorkers>(Requests requests)
        where TWorkers : IWorkers
    {
        if (_ties.Length < requests.At.Length)
        {
            _ties = new double[requests.At.Length];
        }

        Span<double> units = _ties.AsSpan(0, requests.At.Length);
        _draws.Fill(units);
        FewestLoop.Serve<TWorkers>(
            requests.At, requests.Service, units, requests.Finish, requests.Replica, ref _state.First, _length,
            _levels, _departures);
        return 0;
    }

    private int ChooseOfTwo(Requests requests) => _kernel switch
    {
        Kernel.Overlapping => ServeAsTheyAre<FewerOfTwoCounted, OverlappingWorkers>(
            new FewerOfTwoCounted(_rotation, _levels, _departures, _draws), requests, false),
        Kernel.Register512 => ChooseOfTwo<EightWorkersIn512Bits>(requests),
        Kernel.Registers256 => ChooseOfTwo<EightWorkersIn256Bits>(requests),
        Kernel.Many512 => ChooseOfTwo<WorkersIn512Bits>(requests),
        Kernel.Many256 => ChooseOfTwo<WorkersIn256Bits>(requests),
        _ => ChooseOfTwo<AnyWorkers>(requests),
    };

    private int ChooseOfTwo<TWorkers>(Requests requests)
        where TWorkers : IWorkers
    {
        int count = requests.At.Length;
        Two.Fill(_rotation, _draws, _pairs.One.AsSpan(0, count), _pairs.Other.AsSpan(0, count));
        if (_stretches is not null)
        {
            FewerOfTwoLoop.Serve<TWorkers>(
                requests.At, requests.Service, _pairs, requests.Finish, requests.Replica, ref _state.First, _length,
                _stretches);
            return 0;
        }

        return ServeAsTheyAre<FewerOfTwo<TWorkers>, TWorkers>(
            new FewerOfTwo<TWorkers>(_pairs, _state, _length, _workers!.Value, _waiting), requests, true);
    }

    private int Choose<TChooser>(TChooser chooser, Requests requests, bool keepsStarts)
        where TChooser : struct, IChooser => _kernel switch
        {
            Kernel.Overlapping => ServeAsTheyAre<TChooser, OverlappingWorkers>(chooser, requests, keepsStarts),
            Kernel.Register512 => ServeAsTheyAre<TChooser, EightWorkersIn512Bits>(chooser, requests, keepsStarts),
            Kernel.Registers256 => ServeAsTheyAre<TChooser, EightWorkersIn256Bits>(chooser, requests, keepsStarts),
            Kernel.Many512 => ServeAsTheyAre<TChooser, WorkersIn512Bits>(chooser, requests, keepsStarts),
            Kernel.Many256 => ServeAsTheyAre<TChooser, WorkersIn256Bits>(chooser, requests, keepsStarts),
            _ => ServeAsTheyAre<TChooser, AnyWorkers>(chooser, requests, keepsStarts),
        };

    private int ServeAsTheyAre<TChooser, TWorkers>(TChooser chooser, Requests requests, bool keepsStarts)
        where TChooser : struct, IChooser
        where TWorkers : IWorkers => _conditions is null
            ? Serve<TChooser, TWorkers, AllWell>(chooser, default, requests, keepsStarts)
            : Serve<TChooser, TWorkers, AsTheyAre>(chooser, new AsTheyAre(_conditions), requests, keepsStarts);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Serve<TChooser, TWorkers, THealth>(
        TChooser chooser, THealth health, Requests requests, bool keepsStarts)
        where TChooser : struct, IChooser
        where TWorkers : IWorkers
        where THealth : struct, IReplicaHealth
    {
        unchecked
        {
            ReadOnlySpan<double> at = requests.At;
            ReadOnlySpan<double> service = requests.Service[..at.Length];
            Span<double> finish = requests.Finish[..at.Length];
            Span<int> replica = requests.Replica[..at.Length];
            ref double first = ref _state.First;
            WaitingStarts[] waiting = _waiting;
            int length = _length;
            int queue = _queue;
            bool follows = keepsStarts || (queue != int.MaxValue && _workers is not null);
            DrawnTimes? patience = _patience;
            follows |= patience is not null;
            int refused = 0;
            for (int i = 0; i < at.Length; i++)
            {
                double now = at[i];
                int who = chooser.Choose(now);
                if (health.IsDown(who))
                {
                    finish[i] = now;
                    replica[i] = -1;
                    refused++;
                    continue;
                }

                ref double state = ref Unsafe.Add(ref first, who * length);
                if (follows && state > now) // no worker is free
                {
                    ref WaitingStarts starts = ref waiting[who];
                    if (starts.After(now) >= queue)
                    {
                        finish[i] = now;
                        replica[i] = -1;
                        refused++;
                        continue;
                    }

                    double leaves = patience is null ? double.PositiveInfinity : now + patience.Next();
                    starts.Add(double.MinNative(state, leaves));
                    if (leaves < state)
                    {
                        finish[i] = leaves;
                        replica[i] = -1;
                        refused++;
                        chooser.Taken(who, leaves);
                        continue;
                    }
                }

                double done = TWorkers.Serve(ref state, length, now, health.Work(who, now, service[i]));
                finish[i] = done;
                replica[i] = who;
                chooser.Taken(who, done);
            }

            return refused;
        }
    }

    private void Rotated()
    {
        if (_balancer is Balancer.LeastConnections or Balancer.PowerOfTwo)
        {
            _levels.Rotate(_rotation);
        }
    }

    private int ServeInTurn(Requests requests, int next) => _kernel switch
    {
        Kernel.Overlapping => ServeInTurn<OverlappingWorkers>(requests, next),
        Kernel.Register512 => ServeInTurn<EightWorkersIn512Bits>(requests, next),
        Kernel.Registers256 => ServeInTurn<EightWorkersIn256Bits>(requests, next),
        Kernel.Many512 => ServeInTurn<WorkersIn512Bits>(requests, next),
        Kernel.Many256 => ServeInTurn<WorkersIn256Bits>(requests, next),
        _ => ServeInTurn<AnyWorkers>(requests, next),
    };

    private int ServeInTurn<TWorkers>(Requests requests, int next)
        where TWorkers : IWorkers
    {
        if (_lastStarts is not null)
        {
            return InTurnLoop.Serve<TWorkers>(
                requests.At, requests.Service, requests.Finish, requests.Replica, ref _state.First, _length, _rotation,
                next, _lastStarts);
        }

        InTurnLoop.Serve<TWorkers>(
            requests.At, requests.Service, requests.Finish, requests.Replica, ref _state.First, _length, _rotation,
            next);
        return 0;
    }

    private readonly ref struct Requests(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, Span<double> finish, Span<int> replica)
    {
        public readonly ReadOnlySpan<double> At = at;
        public readonly ReadOnlySpan<double> Service = service;
        public readonly Span<double> Finish = finish;
        public readonly Span<int> Replica = replica;
    }
}
