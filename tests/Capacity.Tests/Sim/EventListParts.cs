using Capacity.Model;

namespace Capacity.Tests.Sim;

/// <content>What the events happen to, and the balancers.</content>
internal sealed partial class EventListModel
{
    private void CutOff(Server stopped, double cut)
    {
        List<Attempt> lost = [.. stopped.Serving.Concat(stopped.Waiting).OrderBy(a => a.SentAt)];
        foreach (Attempt attempt in lost)
        {
            attempt.Cut = true;
            _forConnection.Remove(attempt);
            Fail(attempt, cut + _model.Overhead, 0);
        }

        stopped.Serving.Clear();
        stopped.Waiting.Clear();
        foreach (Attempt attempt in lost)
        {
            Disconnect(attempt, cut);
            LeaveProxy(cut);
        }
    }

    private void Break(Server server, ClusterChange change, double now)
    {
        server.Factor = change.Factor ?? server.Factor;
        if (change.Leaves)
        {
            _rotation.Remove(server);
            _balancer.Left(server);
        }

        if (change.Crashes)
        {
            server.IsDown = true;
            CutOff(server, now);
            while (_rotation.Contains(server) && _atProxy.Count > 0)
            {
                Attempt next = _atProxy[0];
                _atProxy.RemoveAt(0);
                Enter(server, next, now);
            }
        }
    }

    private double WorkOf(Server server, Request request, double now)
    {
        double factor = server.Factor;
        if (_model.Replicas.WarmUp is { } warmUp && now < server.JoinedAt + warmUp.For)
        {
            factor *= 1 + ((warmUp.Factor - 1) * (server.JoinedAt + warmUp.For - now) / warmUp.For);
        }

        return request.Service * factor;
    }

    private void AfterWork(Server server, Attempt attempt, double now)
    {
        if (attempt.Cut)
        {
            return;
        }

        attempt.At = server;
        if (_model.Replicas.Dependency is not { } dependency)
        {
            Finish(server, attempt, now);
            return;
        }

        _forConnection.Add(attempt);
        Connect(now);
        if (dependency.Timeout is { } patience)
        {
            At(now + patience, 4, late =>
            {
                if (!attempt.Cut && (attempt.IsConnected || _forConnection.Remove(attempt)))
                {
                    Disconnect(attempt, late);
                    Fail(attempt, late + _model.Overhead, 500);
                    GiveBack(server, attempt, late);
                }
            });
        }
    }

    private void Connect(double now)
    {
        while (_forConnection.Count > 0 && _connected < _model.Replicas.Dependency!.Pool)
        {
            Attempt attempt = _forConnection[0];
            _forConnection.RemoveAt(0);
            attempt.IsConnected = true;
            _connected++;
            At(now + attempt.Request.Dependency, 0, answer =>
            {
                if (attempt.IsConnected)
                {
                    Disconnect(attempt, answer);
                    Finish(attempt.At!, attempt, answer);
                }
            });
        }
    }

    private void Disconnect(Attempt attempt, double now)
    {
        if (attempt.IsConnected)
        {
            attempt.IsConnected = false;
            _connected--;
            Connect(now);
        }
    }

    internal sealed class Server
    {
        public List<Attempt> Serving { get; } = [];

        public List<Attempt> Waiting { get; } = [];

        public long Plans { get; set; }

        public bool IsDown { get; set; }

        public double Factor { get; set; } = 1;

        public double JoinedAt { get; init; }

        public int Count => Serving.Count + Waiting.Count;

        private double _shared;

        /// <summary>Lets time pass for those who share the cores.</summary>
        public void Share(double now, int cores)
        {
            List<Attempt> sharing = [.. Serving.Where(a => !a.HasWorked)];
            foreach (Attempt attempt in sharing)
            {
                attempt.Left -= (now - _shared) / Math.Max(1, (double)sharing.Count / cores);
            }

            _shared = now;
        }
    }

    internal sealed class Request(double since, double service, double dependency)
    {
        public double Since { get; } = since;

        public double Service { get; } = service;

        public double Dependency { get; } = dependency;

        public int Attempts { get; set; }
    }

    internal sealed class Attempt(Request request, double sentAt)
    {
        public Request Request { get; } = request;

        public double SentAt { get; } = sentAt;

        public bool Over { get; set; }

        public bool Cut { get; set; }

        public bool NotSent { get; set; }

        public bool HasWorked { get; set; }

        public bool IsConnected { get; set; }

        public double Work { get; set; }

        public double Left { get; set; }

        public Server? At { get; set; }
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

        public Server Choose(List<Server> all, List<Server> rotation)
        {
            switch (service.Balancer)
            {
                case Balancer.LeastConnections:
                    List<Server> fewest = [.. rotation.Where(s => s.Count == rotation.Min(o => o.Count))];
                    return fewest[Below(fewest.Count)];
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
                    while (!rotation.Contains(all[(int)(_turn % all.Count)]))
                    {
                        _turn++;
                    }

                    return all[(int)(_turn++ % all.Count)];
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
