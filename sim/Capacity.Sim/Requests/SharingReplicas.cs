using System.Runtime.CompilerServices;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>Replicas whose requests share their cores equally, as CPU-bound work does (processor sharing).</summary>
/// <remarks>
/// With n requests on c cores each gets min(1, c/n) of a core. A replica keeps its virtual time, which passes at that
/// pace, and its requests by the virtual time at which they finish; both are brought up to date only when somebody
/// looks at the replica.
/// </remarks>
internal sealed class SharingReplicas
{
    private readonly int _cores;
    private readonly Balancer _balancer;
    private readonly BalancerDraws _draws;
    private readonly KeptConnections _connections;
    private readonly CountLevels? _levels; // for least connections
    private readonly FinishHeap? _finishes; // likewise
    private readonly Action<RequestBatch, UserPopulation.User?> _finished;
    private readonly ReplicaConditions? _conditions; // null: nothing ever breaks
    private readonly RequestBatch _done = RequestBatch.OfAttempts();
    private readonly RequestBatch _ofUser = RequestBatch.OfAttempts();
    private SharedCores[] _replicas = [];
    private double[] _pace = []; // by how many share: the part of a core that each has
    private double[] _slowdown = []; // its inverse
    private Job[] _jobs = new Job[256];
    private int _free;
    private int[] _rotation = [];
    private int _turn;

    /// <summary>Starts without replicas.</summary>
    /// <param name="cores">Cores of one replica, ≥ 1.</param>
    /// <param name="service">The balancer.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="finished">Receives requests that have finished; a user's request comes alone.</param>
    /// <param name="conditions">How the replicas are; null: nothing ever breaks.</param>
    public SharingReplicas(
        int cores, ServiceModel service, ulong seed, Action<RequestBatch, UserPopulation.User?> finished,
        ReplicaConditions? conditions = null)
    {
        _conditions = conditions;
        _cores = cores;
        _balancer = service.Balancer;
        _draws = new BalancerDraws(seed);
        _connections = new KeptConnections(service.Connections);
        _finished = finished;
        _ofUser.OfUsers = true;
        if (_balancer == Balancer.LeastConnections)
        {
            _levels = new CountLevels();
            _finishes = new FinishHeap();
        }

        MakePaces(16);
        Link(0);
    }

    /// <summary>Starts a replica without requests.</summary>
    public void Reset(int replica, double from)
    {
        if (replica >= _replicas.Length)
        {
            int before = _replicas.Length;
            Array.Resize(ref _replicas, Math.Max(16, 2 * replica));
            Array.Fill(
                _replicas, new SharedCores { Next = double.PositiveInfinity }, before, _replicas.Length - before);
        }

        _replicas[replica] = new SharedCores(from);
        _levels?.Reset(replica);
        _finishes?.Add(replica);
    }

    /// <summary>The rotation has changed.</summary>
    public void Rotate(int[] rotation)
    {
        foreach (int gone in _rotation.Except(rotation))
        {
            _connections.Close(gone);
        }

        _rotation = rotation;
        _levels?.Rotate(rotation);
        _turn = rotation.Length == 0 ? 0 : _turn % rotation.Length;
    }

    /// <summary>Lets a replica that gets no more requests finish those it has.</summary>
    /// <returns>When the last one finishes, seconds; −∞ when it has none.</returns>
    public double Empty(int replica)
    {
        double last = double.NegativeInfinity;
        ref SharedCores sharing = ref _replicas[replica];
        while (sharing.Count > 0)
        {
            last = sharing.Next;
            Advance(replica, last);
        }

        Flush();
        return last;
    }

    /// <summary>Work that a replica has done for requests that it has not finished, seconds of one core.</summary>
    public double WorkUnderWay(int replica, double now)
    {
        ref SharedCores sharing = ref _replicas[replica];
        double reached = sharing.Virtual + ((now - sharing.Last) * _pace[sharing.Count]);
        double done = 0;
        for (int i = 0; i < sharing.Count; i++)
        {
            (double finish, int place) = sharing[i];
            ref Job job = ref _jobs[place];
            double work = job.Request.Service * (_conditions?.FactorAt(replica, job.At) ?? 1);
            done += Math.Max(0, work - Math.Max(0, finish - reached));
        }

        return done;
    }

    /// <summary>The next finish of all, seconds; +∞ when nothing is under way.</summary>
    public double NextFinish()
    {
        double next = double.PositiveInfinity;
        foreach (ref SharedCores sharing in _replicas.AsSpan())
        {
            next = Math.Min(next, sharing.Next);
        }

        return next;
    }

    /// <summary>Hands out everything that has finished by an instant.</summary>
    public void AdvanceTo(double until)
    {
        if (_finishes is not null)
        {
            FinishUntil(until);
        }

        for (int replica = 0; replica < _replicas.Length && _finishes is null; replica++)
        {
            if (_replicas[replica].Count > 0)
            {
                Advance(replica, until);
            }
        }

        Flush();
    }

    /// <summary>Takes requests in order of arrival; none of them has finished yet.</summary>
    public void Serve(RequestBatch batch, int from, int to, UserPopulation.User? user)
    {
        switch (_balancer)
        {
            case Balancer.Random:
                ServeAsTheyAre(new AtRandom(_rotation, _draws), batch, from, to, user);
                break;
            case Balancer.Connections:
                ServeAsTheyAre(new ByConnection(_connections, _rotation, _draws), batch, from, to, user);
                break;
            case Balancer.LeastConnections:
                ServeAsTheyAre(new FewestSharing(this, _levels!, _draws), batch, from, to, user);
                break;
            case Balancer.PowerOfTwo:
                ServeAsTheyAre(new FewerOfTwoSharing(this, _rotation, _draws), batch, from, to, user);
                break;
            default:
                ServeAsTheyAre(new InTurn(_rotation, _turn), batch, from, to, user);
                _turn = (_turn + to - from) % _rotation.Length;
                break;
        }
    }

    private void ServeAsTheyAre<TChooser>(
        TChooser chooser, RequestBatch batch, int from, int to, UserPopulation.User? user)
        where TChooser : struct, IChooser
    {
        if (_conditions is null)
        {
            Serve(chooser, default(AllWell), batch, from, to, user);
        }
        else
        {
            Serve(chooser, new AsTheyAre(_conditions), batch, from, to, user);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Serve<TChooser, THealth>(
        TChooser chooser, THealth health, RequestBatch batch, int from, int to, UserPopulation.User? user)
        where TChooser : struct, IChooser
        where THealth : struct, IReplicaHealth
    {
        for (int i = from; i < to; i++)
        {
            double now = batch.At[i];
            int who = chooser.Choose(now);
            if (health.IsDown(who))
            {
                HandOut(Place(batch, i, user), -1, now);
                continue;
            }

            Advance(who, now);
            Insert(ref _replicas[who], now, health.Work(who, now, batch.Service[i]), Place(batch, i, user));
            if (_levels is not null)
            {
                _levels.Up(who);
                _finishes!.Set(who, _replicas[who].Next);
            }
        }
    }

    /// <summary>Finishes what has finished by an instant, where finishes are kept.</summary>
    public void FinishUntil(double until)
    {
        while (_finishes!.Least <= until && !double.IsPositiveInfinity(_finishes.Least))
        {
            int replica = _finishes.First;
            Advance(replica, _finishes.Least);
            _finishes.Set(replica, _replicas[replica].Next);
        }
    }

    /// <summary>Requests that a replica has under way at an instant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CountAt(int replica, double now)
    {
        Advance(replica, now);
        return _replicas[replica].Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance(int replica, double to)
    {
        unchecked
        {
            ref SharedCores sharing = ref _replicas[replica];
            while (sharing.Next <= to && sharing.Count > 0)
            {
                double finish = sharing.Next;
                Finish(sharing.Finish(_slowdown), replica, finish);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Insert(ref SharedCores sharing, double now, double work, int job)
    {
        if (sharing.Count == sharing.Room)
        {
            sharing.Grow();
            MakePaces(sharing.Room);
        }

        sharing.Add(now, work, job, _pace, _slowdown);
    }

    private void MakePaces(int most)
    {
        if (most >= _pace.Length)
        {
            _pace = [.. Enumerable.Range(0, most + 1).Select(n => n <= _cores ? 1 : (double)_cores / n)];
            _slowdown = [.. Enumerable.Range(0, most + 1).Select(n => n <= _cores ? 1 : (double)n / _cores)];
        }
    }

    private void Finish(int place, int replica, double finish)
    {
        _levels?.Down(replica);
        HandOut(place, replica, finish);
    }

    private void HandOut(int place, int replica, double finish)
    {
        ref Job job = ref _jobs[place];
        if (job.User is { } user)
        {
            _ofUser.Set(0, job.At, job.Request);
            _ofUser.Finish[0] = finish;
            _ofUser.Replica[0] = replica;
            _ofUser.Count = 1;
            Release(place);
            _finished(_ofUser, user);
            return;
        }

        int i = _done.Count++;
        _done.Set(i, job.At, job.Request);
        _done.Finish[i] = finish;
        _done.Replica[i] = replica;
        Release(place);
        if (_done.Count == RequestBatch.Size)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (_done.Count > 0)
        {
            _finished(_done, null);
            _done.Count = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Place(RequestBatch batch, int i, UserPopulation.User? user)
    {
        if (_free < 0)
        {
            Grow();
        }

        int place = _free;
        ref Job job = ref _jobs[place];
        _free = job.Next;
        job.At = batch.At[i];
        job.Request = batch.RequestAt(i);
        if (job.User != user)
        {
            job.User = user; // seldom: storing a reference costs more than comparing it
        }

        return place;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        int before = _jobs.Length;
        Array.Resize(ref _jobs, 2 * before);
        Link(before);
    }

    private void Release(int place)
    {
        _jobs[place].Next = _free;
        _free = place;
    }

    private void Link(int from)
    {
        for (int i = from; i < _jobs.Length; i++)
        {
            _jobs[i].Next = i + 1 < _jobs.Length ? i + 1 : -1;
        }

        _free = from;
    }

    private struct Job
    {
        public double At;
        public ClientRequest Request;
        public UserPopulation.User? User;
        public int Next;
    }
}
