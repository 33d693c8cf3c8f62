using Capacity.Model;

namespace Capacity.Tests.Sim;

/// <summary>What changes in the cluster of a small model.</summary>
/// <param name="At">Seconds.</param>
/// <param name="Replica">Which replica.</param>
/// <param name="Joins">Whether it joins the rotation; otherwise it is stopped.</param>
internal sealed record ClusterChange(double At, int Replica, bool Joins);

/// <summary>A small model: requests, replicas that come and go, a balancer, and clients.</summary>
internal sealed record SmallModel(
    double[] At, double[] Service, ServiceModel Replicas, ClientModel Client, double Overhead, double StopGrace,
    IReadOnlyList<ClusterChange> Changes, double Duration, ulong Seed);

/// <summary>What became of the requests of a small model.</summary>
/// <param name="Latencies">Of the successes, ascending.</param>
/// <param name="Failed">Instants at which clients learnt that a request had failed for good, with the status.</param>
/// <param name="Work">Time from arrival to finish of everything that replicas finished, ascending.</param>
/// <param name="Retries">Attempts that were not the first.</param>
internal sealed record Outcome(
    IReadOnlyList<double> Latencies, IReadOnlyList<(double At, int Status)> Failed, IReadOnlyList<double> Work,
    long Retries);

/// <summary>The textbook way: a list of events, a queue per replica, nothing known in advance.</summary>
internal sealed class EventListModel
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
    private long _number;
    private long _retries;

    public EventListModel(SmallModel model)
    {
        _model = model;
        _balancer = new NaiveBalancer(model.Replicas, model.Seed);
        _jitter = new RandomSource(model.Seed, "retries");
    }

    public Outcome Run()
    {
        for (int i = 0; i < _model.At.Length; i++)
        {
            var request = new Request(_model.At[i], _model.Service[i]);
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

        return new Outcome([.. _latencies.Order()], [.. _failed.Order()], [.. _work.Order()], _retries);
    }

    private void At(double when, int order, Action<double> what) => _events.Enqueue(what, (when, order, _number++));

    private void Change(ClusterChange change, double now)
    {
        if (change.Joins)
        {
            while (_servers.Count <= change.Replica)
            {
                _servers.Add(new Server());
            }

            _rotation.Add(_servers[change.Replica]);
            return;
        }

        Server stopped = _servers[change.Replica];
        _rotation.Remove(stopped);
        _balancer.Left(stopped);
        At(now + _model.StopGrace, 3, cut =>
        {
            foreach (Attempt attempt in stopped.Serving.Concat(stopped.Waiting).OrderBy(a => a.SentAt)
                .ToList())
            {
                attempt.Cut = true;
                Fail(attempt, cut + _model.Overhead, 0);
            }

            stopped.Serving.Clear();
            stopped.Waiting.Clear();
        });
    }

    private void Send(Request request, double now)
    {
        request.Attempts++;
        var attempt = new Attempt(request, now);
        if (_model.Client.Timeout is { } timeout)
        {
            At(now + timeout, 4, late => Fail(attempt, late, 0));
        }

        Server? server = _rotation.Count == 0 ? null : _balancer.Choose(_rotation);
        if (server is null || (server.Serving.Count >= (_model.Replicas.Workers ?? int.MaxValue)
            && server.Waiting.Count >= (_model.Replicas.Queue ?? int.MaxValue)))
        {
            Fail(attempt, now + _model.Overhead, 503);
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
            At(now + attempt.Request.Service, 0, finish => Finish(server, attempt, finish));
        }
    }

    private void Finish(Server server, Attempt attempt, double now)
    {
        if (attempt.Cut)
        {
            return;
        }

        server.Serving.Remove(attempt);
        _work.Add(now - attempt.SentAt);
        double answered = now + _model.Overhead;
        At(answered, 3, _ =>
        {
            if (!attempt.Over)
            {
                attempt.Over = true;
                _latencies.Add(answered - attempt.Request.Since);
            }
        });
        Start(server, now);
    }

    /// <summary>The client learns it at an instant, unless it has learnt something else by then.</summary>
    private void Fail(Attempt attempt, double when, int status) => At(when, 5, now =>
    {
        if (attempt.Over)
        {
            return;
        }

        attempt.Over = true;
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
    });

    internal sealed class Server
    {
        public List<Attempt> Serving { get; } = [];

        public List<Attempt> Waiting { get; } = [];

        public int Count => Serving.Count + Waiting.Count;
    }

    internal sealed class Request(double since, double service)
    {
        public double Since { get; } = since;

        public double Service { get; } = service;

        public int Attempts { get; set; }
    }

    internal sealed class Attempt(Request request, double sentAt)
    {
        public Request Request { get; } = request;

        public double SentAt { get; } = sentAt;

        public bool Over { get; set; }

        public bool Cut { get; set; }
    }

    /// <summary>Balancers that look at the queues as they are, with the same draws as the simulator.</summary>
    private sealed class NaiveBalancer(ServiceModel service, ulong seed)
    {
        private readonly BatchRandom _random = new(seed, "balancer");
        private readonly double[] _units = new double[1024];
        private readonly Dictionary<int, Server> _connections = [];
        private int _drawn = 1024;
        private long _turn;
        private int _opened;

        public void Left(Server server)
        {
            foreach (int connection in _connections.Where(c => c.Value == server).Select(c => c.Key).ToList())
            {
                _connections.Remove(connection);
            }

        }

        public Server Choose(List<Server> rotation)
        {
            switch (service.Balancer)
            {
                case Balancer.Random:
                    return rotation[Below(rotation.Count)];
                case Balancer.PowerOfTwo:
                    double drawn = NextUnit() * rotation.Count; // one number for both
                    int one = (int)drawn;
                    int other = (int)((drawn - one) * (rotation.Count - 1));
                    other += other >= one && rotation.Count > 1 ? 1 : 0;
                    return rotation[other].Count < rotation[one].Count ? rotation[other] : rotation[one];
                case Balancer.Connections:
                    int connection = Below(service.Connections);
                    if (!_connections.TryGetValue(connection, out Server? server))
                    {
                        _opened = _opened < rotation.Count ? _opened : 0;
                        server = rotation[_opened++];
                        _connections[connection] = server;
                    }

                    return server;
                default:
                    return rotation[(int)(_turn++ % rotation.Count)];
            }
        }

        private int Below(int count) => (int)(NextUnit() * count);

        private double NextUnit()
        {
            if (_drawn == _units.Length)
            {
                _random.FillUnits(_units);
                _drawn = 0;
            }

            return _units[_drawn++];
        }
    }
}
