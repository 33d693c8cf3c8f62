using System.Diagnostics;
using Capacity.Model;

namespace Capacity.Sim.Requests.Calendar;

/// <summary>What the service does with attempts: proxy, replicas, and the dependency that they share.</summary>
/// <remarks>
/// The proxy imitates HAProxy: a request that no replica has a place for waits at the proxy, and goes to whichever
/// replica has a place first; beyond the limit of all connections it waits unseen, as in a listen backlog. A client
/// that gives up leaves its request where it is. A worker is held while its request waits for the dependency and uses
/// it; a request that shares cores does not use them meanwhile.
/// </remarks>
internal sealed class CalendarService
{
    private const int Broken = 0;
    private const int ServerError = 500;
    private const int NotAvailable = 503;

    private readonly ServiceModel _model;
    private readonly EventHeap _events;
    private readonly RequestCalendar _clients;
    private readonly CalendarBalancer _balancer;
    private readonly DrawnTimes? _patience;
    private readonly ReplicaConditions? _conditions; // null: nothing ever breaks
    private readonly List<CalendarReplica> _replicas = [];
    private readonly int _perReplica;
    private readonly int _total;
    private readonly int _queue;
    private readonly AttemptQueue _waiting = new(); // at the proxy
    private readonly AttemptQueue _backlog = new(); // not even there
    private readonly SharedDependency? _dependency;
    private int _inside;
    private bool _admits;

    public CalendarService(
        EngineSettings settings, EventHeap events, RequestCalendar clients, ReplicaConditions? conditions)
    {
        _conditions = conditions;
        _model = settings.Service;
        _events = events;
        _clients = clients;
        _balancer = new CalendarBalancer(_model, settings.Seed);
        _patience = _model.QueueTimeout is { } law && _model.Workers is not null
            ? new DrawnTimes(law, settings.Seed, "patience")
            : null;
        _perReplica = _model.Proxy?.PerReplica ?? int.MaxValue;
        _total = _model.Proxy?.Total ?? int.MaxValue;
        _queue = _model.Proxy?.Queue ?? int.MaxValue;
        _dependency = _model.Dependency is { } dependency ? new SharedDependency(dependency, events) : null;
    }

    /// <summary>Starts a replica, not yet in rotation.</summary>
    /// <param name="index">The next one, or a known one that begins anew.</param>
    /// <param name="from">Seconds.</param>
    public void Add(int index, double from)
    {
        while (_replicas.Count <= index)
        {
            _replicas.Add(new CalendarReplica(_replicas.Count, from));
        }

        _replicas[index] = new CalendarReplica(index, from);
    }

    /// <summary>Puts a replica into rotation; it takes what waits at the proxy.</summary>
    public void Join(int index, double now)
    {
        _balancer.Join(_replicas[index]);
        while (_replicas[index].Count < _perReplica && _waiting.Take() is { } next)
        {
            Enter(_replicas[index], next, now);
        }
    }

    /// <summary>Takes a replica out of rotation; it finishes what it has until it is cut off.</summary>
    /// <returns>Whether it has nothing; otherwise the clients are told when it has nothing left.</returns>
    public bool Drain(int index, double cut)
    {
        CalendarReplica replica = _replicas[index];
        _balancer.Leave(replica);
        replica.IsLeaving = true;
        if (replica.Count > 0 && !double.IsPositiveInfinity(cut))
        {
            _events.Add(cut, Happening.Cut, replica, replica.Stamp);
        }

        return replica.Count == 0;
    }

    /// <summary>A replica ends: what it has is cut off. While it is in rotation, it looks idle to the proxy, which
    /// sends there whoever waits; nobody answers them.</summary>
    public void Crash(int index, double now)
    {
        CalendarReplica replica = _replicas[index];
        replica.IsLeaving = false;
        CutOff(replica, now);
        while (replica.InRotation && _waiting.Take() is { } next)
        {
            Enter(replica, next, now);
        }
    }

    /// <summary>Takes a replica that has crashed out of rotation.</summary>
    public void Leave(int index) => _balancer.Leave(_replicas[index]);

    /// <summary>Work that a replica has done for attempts that it has not finished, in seconds of one worker or core.
    /// </summary>
    public double WorkUnderWay(int index, double now) => _replicas[index].WorkUnderWay(now, _model.Cores);

    /// <summary>An attempt arrives.</summary>
    public void Receive(Attempt attempt, double now)
    {
        attempt.AtServer = true;
        if (_balancer.Rotation.Count == 0)
        {
            TurnAway(attempt, now, FailureCause.Refused);
        }
        else if (_inside >= _total)
        {
            _backlog.Add(attempt);
        }
        else
        {
            Admit(attempt, now);
        }
    }

    /// <summary>Something that was planned happens.</summary>
    public void Happen(in Planned planned)
    {
        Attempt? attempt = planned.Attempt;
        double now = planned.At;
        switch (planned.What)
        {
            case Happening.WorkDone when attempt!.Replica is not null:
                AfterWork(attempt, now);
                break;
            case Happening.ShareDone when planned.Replica!.Stamp == planned.Stamp:
                Attempt done = planned.Replica.TakeShared(now);
                PlanShare(planned.Replica);
                AfterWork(done, now);
                break;
            case Happening.DependencyDone when attempt!.IsConnected:
                _dependency!.Leave(attempt, now);
                Finish(attempt, now);
                break;
            case Happening.DependencyTimedOut when _dependency!.IsAsked(attempt!):
                GiveUpDependency(attempt!, now);
                break;
            case Happening.QueueTimedOut when attempt!.Replica is { } at && attempt.In == at.Waiting:
                at.Waiting.Remove(attempt);
                at.Drop(attempt);
                TurnAway(attempt, now, FailureCause.Refused);
                LetIn(at, now);
                break;
            case Happening.ProxyTimedOut when attempt!.In == _waiting:
                _waiting.Remove(attempt);
                TurnAway(attempt, now, FailureCause.Shed);
                LeaveProxy(now);
                break;
            case Happening.Cut when planned.Replica!.Count > 0:
                CutOff(planned.Replica!, now);
                _clients.Left(planned.Replica!.Index, now);
                break;
            case Happening.WorkDone or Happening.ShareDone or Happening.DependencyDone
                or Happening.DependencyTimedOut or Happening.QueueTimedOut or Happening.ProxyTimedOut
                or Happening.Cut:
                break; // was called off
            default:
                throw new UnreachableException($"No rule for {planned.What}.");
        }
    }

    /// <summary>The run is over, and nobody will ever take those who still wait at the proxy.</summary>
    public void Abandon(double now)
    {
        while ((_waiting.Take() ?? _backlog.Take()) is { } left)
        {
            TurnAway(left, now, FailureCause.Shed);
        }
    }

    private void Admit(Attempt attempt, double now)
    {
        _inside++;
        if (_balancer.Choose(_perReplica) is { } replica)
        {
            Enter(replica, attempt, now);
        }
        else if (_balancer.Rotation.Count == 0 || _waiting.Count >= _queue)
        {
            TurnAway(attempt, now, _balancer.Rotation.Count == 0 ? FailureCause.Refused : FailureCause.Shed);
            LeaveProxy(now);
        }
        else
        {
            _waiting.Add(attempt);
            if (_model.Proxy?.QueueTimeout is { } patience)
            {
                _events.Add(now + patience, Happening.ProxyTimedOut, attempt);
            }
        }
    }

    /// <summary>One has left the proxy, so that one of the backlog can come in.</summary>
    private void LeaveProxy(double now)
    {
        _inside--;
        if (_admits)
        {
            return; // the loop below goes on
        }

        _admits = true;
        while (_inside < _total && _backlog.Take() is { } next)
        {
            Admit(next, now);
        }

        _admits = false;
    }

    private void Enter(CalendarReplica replica, Attempt attempt, double now)
    {
        attempt.Work = attempt.Request.Service * (_conditions?.FactorAt(replica.Index, now) ?? 1);
        if (_conditions?.IsDown(replica.Index) == true)
        {
            TurnAway(attempt, now, FailureCause.Refused);
            LeaveProxy(now);
        }
        else if (_model.Cores is { } cores)
        {
            replica.Take(attempt);
            replica.PassTo(now, cores);
            replica.Share(attempt);
            PlanShare(replica);
        }
        else if (_model.Workers is not { } workers || replica.Busy < workers)
        {
            replica.Take(attempt);
            Work(replica, attempt, now);
        }
        else if (replica.Waiting.Count >= (_model.Queue ?? int.MaxValue))
        {
            TurnAway(attempt, now, FailureCause.Refused);
            LeaveProxy(now);
        }
        else
        {
            replica.Take(attempt);
            replica.Waiting.Add(attempt);
            if (_patience is not null)
            {
                _events.Add(now + _patience.Next(), Happening.QueueTimedOut, attempt);
            }
        }
    }

    private void Work(CalendarReplica replica, Attempt attempt, double now)
    {
        replica.Busy++;
        attempt.WorkUntil = now + attempt.Work;
        _events.Add(attempt.WorkUntil, Happening.WorkDone, attempt);
    }

    private void PlanShare(CalendarReplica replica)
    {
        double next = replica.NextShare(_model.Cores!.Value);
        int stamp = replica.Restamp();
        if (!double.IsPositiveInfinity(next))
        {
            _events.Add(next, Happening.ShareDone, replica, stamp);
        }
    }

    private void AfterWork(Attempt attempt, double now)
    {
        if (_dependency is null)
        {
            Finish(attempt, now);
        }
        else
        {
            _dependency.Ask(attempt, now);
        }
    }

    private void GiveUpDependency(Attempt attempt, double now)
    {
        _dependency!.Leave(attempt, now);
        CalendarReplica replica = attempt.Replica!;
        Free(replica, attempt, now);
        _clients.Failed(attempt, now, ServerError, FailureCause.Dependency, replica.Index);
        LetIn(replica, now);
    }

    private void Finish(Attempt attempt, double now)
    {
        CalendarReplica replica = attempt.Replica!;
        Free(replica, attempt, now);
        _clients.Finished(attempt, now, replica.Index);
        LetIn(replica, now);
    }

    /// <summary>A worker takes the next request.</summary>
    private void Free(CalendarReplica replica, Attempt attempt, double now)
    {
        replica.Drop(attempt);
        attempt.AtServer = false;
        if (_model.Cores is null)
        {
            replica.Busy--;
            if (replica.Waiting.Take() is { } next)
            {
                Work(replica, next, now);
            }
        }
    }

    /// <summary>The replica has a place, which one of the proxy's queue takes.</summary>
    private void LetIn(CalendarReplica replica, double now)
    {
        if (replica.InRotation && replica.Count < _perReplica && _waiting.Take() is { } next)
        {
            Enter(replica, next, now);
        }

        LeaveProxy(now);
        if (replica.IsLeaving && replica.Count == 0)
        {
            _clients.Left(replica.Index, now);
        }
    }

    private void CutOff(CalendarReplica replica, double now)
    {
        Attempt[] lost = [.. replica.All.OrderBy(a => a.At)];
        replica.Clear();
        foreach (Attempt attempt in lost)
        {
            attempt.Replica = null;
            attempt.In?.Remove(attempt);
        }

        int connected = lost.Count(a => a.IsConnected);
        foreach (Attempt attempt in lost)
        {
            attempt.IsConnected = false;
            attempt.AtServer = false;
            _clients.Failed(attempt, now, Broken, FailureCause.CutOff, -1);
        }

        _dependency?.Free(connected, now);

        for (int i = 0; i < lost.Length; i++)
        {
            LeaveProxy(now);
        }
    }

    private void TurnAway(Attempt attempt, double now, FailureCause cause)
    {
        attempt.AtServer = false;
        _clients.Failed(attempt, now, NotAvailable, cause, -1);
    }
}
