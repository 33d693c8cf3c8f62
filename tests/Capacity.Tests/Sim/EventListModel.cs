using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Sim;

/// <summary>What changes in the cluster of a small model.</summary>
/// <param name="At">Seconds.</param>
/// <param name="Replica">Which replica.</param>
/// <param name="Joins">Whether it joins the rotation; otherwise it is stopped.</param>
internal sealed record ClusterChange(double At, int Replica, bool Joins)
{
    /// <summary>It ends at once; it stays in the rotation until it <see cref="Leaves"/>.</summary>
    public bool Crashes { get; init; }

    /// <summary>One that has crashed leaves the rotation.</summary>
    public bool Leaves { get; init; }

    /// <summary>It needs so many times as long for what arrives from now on.</summary>
    public double? Factor { get; init; }
}

/// <summary>A small model: requests, replicas that come and go, a balancer, and clients.</summary>
internal sealed record SmallModel(
    double[] At, double[] Service, ServiceModel Replicas, ClientModel Client, double Overhead, double StopGrace,
    IReadOnlyList<ClusterChange> Changes, double Duration, ulong Seed)
{
    /// <summary>Whether replicas crash, or need longer than their law says.</summary>
    public bool Breaks { get; init; }
}

/// <summary>What became of the requests of a small model.</summary>
/// <param name="Latencies">Of the successes, ascending.</param>
/// <param name="Failed">Instants at which clients learnt that a request had failed for good, with the status.</param>
/// <param name="Work">Time from arrival to finish of everything that replicas finished, ascending.</param>
/// <param name="Retries">Attempts that were not the first.</param>
internal sealed record Outcome(
    IReadOnlyList<double> Latencies, IReadOnlyList<(double At, int Status)> Failed, IReadOnlyList<double> Work,
    long Retries);

/// <summary>The textbook way: a list of events, a queue per replica, nothing known in advance.</summary>
internal sealed partial class EventListModel
{
    private readonly SmallModel _model;
    private readonly PriorityQueue<Action<double>, (double At, int Order, long Number)> _events = new();
    private readonly List<Server> _servers = [];
    private readonly List<Server> _rotation = [];
    private readonly NaiveBalancer _balancer;
    private readonly RandomSource _jitter;
    private readonly SortedDictionary<int, int> _sent = [];
    private readonly SortedDictionary<int, int> _retried = [];
    private readonly List<double> _latencies = [];
    private readonly List<double> _work = [];
    private readonly List<(double At, int Status)> _failed = [];
    private readonly CircuitBreaker? _breaker;
    private readonly List<Attempt> _atProxy = [];
    private readonly List<Attempt> _backlog = [];
    private readonly List<Attempt> _forConnection = [];
    private readonly DrawnTimes? _dependency;
    private int _inside;
    private int _connected;
    private long _number;
    private long _retries;

    public EventListModel(SmallModel model)
    {
        _model = model;
        _balancer = new NaiveBalancer(model.Replicas, model.Seed);
        _jitter = new RandomSource(model.Seed, "retries");
        _breaker = model.Client.Breaker is { } breaker ? new CircuitBreaker(breaker) : null;
        _dependency = model.Replicas.Dependency is { } dependency
            ? new DrawnTimes(dependency.ServiceTime, model.Seed, "dependency")
            : null;
    }

    private int Places => _model.Replicas.Proxy?.PerReplica ?? int.MaxValue;

    private int Total => _model.Replicas.Proxy?.Total ?? int.MaxValue;

    public Outcome Run()
    {
        for (int i = 0; i < _model.At.Length; i++)
        {
            var request = new Request(_model.At[i], _model.Service[i], _dependency?.Next() ?? 0);
            At(request.Since, 2, _ =>
            {
                int second = (int)request.Since;
                _sent[second] = _sent.GetValueOrDefault(second) + 1;
                Send(request, request.Since);
            });
        }

        foreach (ClusterChange change in _model.Changes)
        {
            At(change.At, 1, now => Change(change, now));
        }

        while (_events.TryDequeue(out Action<double>? happens, out (double At, int Order, long Number) when))
        {
            happens(when.At);
        }

        foreach (Attempt waits in _atProxy.Concat(_backlog).Where(a => !a.Over))
        {
            _failed.Add((_model.Duration, 503)); // nobody will ever take it
        }

        return new Outcome([.. _latencies.Order()], [.. _failed.Order()], [.. _work.Order()], _retries);
    }

    private void At(double when, int order, Action<double> what) => _events.Enqueue(what, (when, order, _number++));

    private void Change(ClusterChange change, double now)
    {
        if (change.Crashes || change.Leaves || change.Factor is not null)
        {
            Break(_servers[change.Replica], change, now);
            return;
        }

        if (change.Joins)
        {
            while (_servers.Count <= change.Replica)
            {
                _servers.Add(new Server { JoinedAt = now });
            }

            Server joined = _servers[change.Replica];
            _rotation.Add(joined);
            while (joined.Count < Places && _atProxy.Count > 0)
            {
                Attempt next = _atProxy[0];
                _atProxy.RemoveAt(0);
                Enter(joined, next, now);
            }

            return;
        }

        Server stopped = _servers[change.Replica];
        _rotation.Remove(stopped);
        _balancer.Left(stopped);
        At(now + _model.StopGrace, 3, cut => CutOff(stopped, cut));
    }

    private void Send(Request request, double now)
    {
        request.Attempts++;
        var attempt = new Attempt(request, now);
        if (_breaker is not null && !_breaker.Passes(now))
        {
            attempt.NotSent = true;
            Learn(attempt, now, 0);
            return;
        }

        if (_model.Client.Timeout is { } timeout)
        {
            At(now + timeout, 4, late => Fail(attempt, late, 0));
        }

        if (_rotation.Count == 0)
        {
            Fail(attempt, now + _model.Overhead, 503);
        }
        else if (_inside >= Total)
        {
            _backlog.Add(attempt);
        }
        else
        {
            Admit(attempt, now);
        }
    }

    private void Admit(Attempt attempt, double now)
    {
        _inside++;
        List<Server> withPlace = [.. _rotation.Where(s => s.Count < Places)];
        if (withPlace.Count > 0)
        {
            Enter(_balancer.Choose(_rotation, withPlace), attempt, now);
            return;
        }

        if (_rotation.Count == 0 || _atProxy.Count >= (_model.Replicas.Proxy?.Queue ?? int.MaxValue))
        {
            Fail(attempt, now + _model.Overhead, 503);
            LeaveProxy(now);
            return;
        }

        _atProxy.Add(attempt);
        if (_model.Replicas.Proxy?.QueueTimeout is { } patience)
        {
            At(now + patience, 4, late =>
            {
                if (_atProxy.Remove(attempt))
                {
                    Fail(attempt, late + _model.Overhead, 503);
                    LeaveProxy(late);
                }
            });
        }
    }

    private void LeaveProxy(double now)
    {
        _inside--;
        while (_inside < Total && _backlog.Count > 0)
        {
            Attempt next = _backlog[0];
            _backlog.RemoveAt(0);
            Admit(next, now);
        }
    }

    private void Enter(Server server, Attempt attempt, double now)
    {
        if (server.IsDown)
        {
            Fail(attempt, now + _model.Overhead, 503);
            LeaveProxy(now);
            return;
        }

        attempt.Work = WorkOf(server, attempt.Request, now);
        if (_model.Replicas.Cores is { } cores)
        {
            server.Share(now, cores);
            attempt.Left = attempt.Work;
            server.Serving.Add(attempt);
            PlanShare(server, now, cores);
            return;
        }

        if (server.Serving.Count >= (_model.Replicas.Workers ?? int.MaxValue)
            && server.Waiting.Count >= (_model.Replicas.Queue ?? int.MaxValue))
        {
            Fail(attempt, now + _model.Overhead, 503);
            LeaveProxy(now);
            return;
        }

        server.Waiting.Add(attempt);
        Start(server, now);
        if (_model.Replicas.QueueTimeout is ServiceLaw.Constant(double patience) && server.Waiting.Contains(attempt))
        {
            At(now + patience, 4, late =>
            {
                if (server.Waiting.Remove(attempt))
                {
                    Fail(attempt, late + _model.Overhead, 503);
                    GiveBack(server, late);
                }
            });
        }
    }

    private void Start(Server server, double now)
    {
        while (server.Waiting.Count > 0 && server.Serving.Count < (_model.Replicas.Workers ?? int.MaxValue))
        {
            Attempt attempt = server.Waiting[0];
            server.Waiting.RemoveAt(0);
            server.Serving.Add(attempt);
            At(now + attempt.Work, 0, finish => AfterWork(server, attempt, finish));
        }
    }

    /// <summary>Plans for the first of those that share the cores; a later plan calls the earlier off.</summary>
    private void PlanShare(Server server, double now, int cores)
    {
        long plan = ++server.Plans;
        List<Attempt> sharing = [.. server.Serving.Where(a => !a.HasWorked)];
        if (sharing.Count == 0)
        {
            return;
        }

        Attempt first = sharing.MinBy(a => a.Left)!;
        At(now + (first.Left * Math.Max(1, (double)sharing.Count / cores)), 0, finish =>
        {
            if (plan == server.Plans && !first.Cut)
            {
                server.Share(finish, cores);
                first.HasWorked = true;
                PlanShare(server, finish, cores);
                AfterWork(server, first, finish);
            }
        });
    }

    private void Finish(Server server, Attempt attempt, double now)
    {
        _work.Add(now - attempt.SentAt);
        double answered = now + _model.Overhead;
        At(answered, 3, _ =>
        {
            if (!attempt.Over)
            {
                attempt.Over = true;
                _breaker?.Succeeded(answered);
                _latencies.Add(answered - attempt.Request.Since);
            }
        });
        GiveBack(server, attempt, now);
    }

    private void GiveBack(Server server, Attempt attempt, double now)
    {
        server.Serving.Remove(attempt);
        Start(server, now);
        GiveBack(server, now);
    }

    private void GiveBack(Server server, double now)
    {
        if (_rotation.Contains(server) && server.Count < Places && _atProxy.Count > 0)
        {
            Attempt next = _atProxy[0];
            _atProxy.RemoveAt(0);
            Enter(server, next, now);
        }

        LeaveProxy(now);
    }

    /// <summary>The client learns it at an instant, unless it has learnt something else by then.</summary>
    private void Fail(Attempt attempt, double when, int status) => At(when, 5, now => Learn(attempt, now, status));

    private void Learn(Attempt attempt, double now, int status)
    {
        if (attempt.Over)
        {
            return;
        }

        attempt.Over = true;
        if (!attempt.NotSent)
        {
            _breaker?.Failed(now);
        }

        int second = (int)now;
        double allowed = _model.Client.Retry?.Budget is { } share
            ? Math.Max(1, share * _sent.GetValueOrDefault(second - 1))
            : double.PositiveInfinity;
        if (now < _model.Duration && _model.Client.Retry is { } retry && attempt.Request.Attempts < retry.Attempts
            && _retried.GetValueOrDefault(second) + 1 <= allowed)
        {
            _retried[second] = _retried.GetValueOrDefault(second) + 1;
            double pause = Math.Min(retry.Max, retry.Backoff * Math.Pow(2, attempt.Request.Attempts - 1));
            double again = now + (pause * (0.5 + (0.5 * _jitter.NextUnit())));
            _retries++;
            if (again < _model.Duration)
            {
                At(again, 2, _ => Send(attempt.Request, again));
            }
            else
            {
                _failed.Add((again, status));
            }

            return;
        }

        _failed.Add((now, status));
    }
}
