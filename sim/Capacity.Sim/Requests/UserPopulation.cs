using System.Globalization;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>Closed users: each sends, waits for the answer, thinks, and sends again.</summary>
internal sealed class UserPopulation
{
    private const double ShortestTurn = 1e-4; // a user whose requests take no time still lets time pass

    private readonly double[] _shareUpTo;
    private readonly DurationTables _services;
    private readonly List<User> _users = [];
    private readonly PriorityQueue<User, (double At, int Number)> _next = new();
    private readonly double[] _unit = new double[1];

    /// <summary>All users wait for the start of their stage.</summary>
    /// <param name="input">What is simulated.</param>
    /// <param name="services">Service times kind by kind.</param>
    /// <param name="seed">Seed of the run.</param>
    public UserPopulation(SimulationInput input, DurationTables services, ulong seed)
    {
        double sum = 0;
        _shareUpTo = [.. input.Kinds.Select(k => sum += k.Share)];
        _services = services;
        foreach (UserPhase phase in input.Plan.Users)
        {
            for (int i = 0; i < phase.Users.Count; i++)
            {
                var user = new User(
                    _users.Count, phase.To, phase.Users.Iterations ?? int.MaxValue, phase.Users.Think,
                    new RandomSource(seed, string.Create(CultureInfo.InvariantCulture, $"user-{_users.Count}")));
                _users.Add(user);
                Schedule(user, phase.From);
            }
        }
    }

    /// <summary>When the next user sends, seconds; +∞ when none will.</summary>
    public double NextAt => _next.TryPeek(out _, out (double At, int Number) when) ? when.At : double.PositiveInfinity;

    /// <summary>Whether the next user has nothing to send, but learns then that an attempt has failed.</summary>
    public bool NextHasFailed => _next.TryPeek(out User? user, out _) && user.HasFailed;

    /// <summary>Takes the next request.</summary>
    /// <param name="batch">Receives it as its only one; without overhead when it is a first attempt.</param>
    /// <returns>Whose it is.</returns>
    public User Take(RequestBatch batch)
    {
        _next.TryDequeue(out User? user, out (double At, int Number) when);
        batch.Count = 1;
        if (user!.SendsAgain)
        {
            user.SendsAgain = false;
            batch.Set(0, when.At, user.Request with { Attempt = user.Request.Attempt + 1 });
            user.Request = batch.RequestAt(0);
            return user;
        }

        double mark = user.Random.NextUnit() * _shareUpTo[^1];
        int kind = 0;
        while (kind < _shareUpTo.Length - 1 && mark >= _shareUpTo[kind])
        {
            kind++;
        }

        _unit[0] = user.Random.NextUnit();
        batch.Set(0, when.At, new ClientRequest(when.At, kind, 0, 0, 1));
        _services.Fill(_unit, batch.Kind, batch.Service);
        user.Request = batch.RequestAt(0);
        user.Left--;
        user.SentAt = when.At;
        return user;
    }

    /// <summary>The user has an answer, thinks, and sends again.</summary>
    public void Answered(User user, double at)
    {
        double think = user.Think.Quantile(user.Random.NextUnit());
        Schedule(user, Math.Max(at + think, user.SentAt + ShortestTurn));
    }

    /// <summary>Keeps what the user sends, in case that it has to be sent again.</summary>
    public static void Remember(User user, ClientRequest request) => user.Request = request;

    /// <summary>The user will learn that an attempt failed.</summary>
    public void Failed(User user, double at, int status)
    {
        user.HasFailed = true;
        user.Status = status;
        _next.Enqueue(user, (at, user.Number));
    }

    /// <summary>The next user learns that an attempt has failed, and sends it again or goes on.</summary>
    public void Fail(ClientRetries retries, FailureCounts failures)
    {
        _next.TryDequeue(out User? user, out (double At, int Number) when);
        user!.HasFailed = false;
        if (retries.Next(user.Request.Attempt, when.At) is { } again)
        {
            user.SendsAgain = true;
            _next.Enqueue(user, (again, user.Number));
            return;
        }

        failures.Add(user.Request.Kind, when.At, user.Status);
        Answered(user, when.At);
    }

    /// <summary>The run is over: whoever has failed or waits to send again has failed for good.</summary>
    public void Complete(FailureCounts failures)
    {
        foreach ((User user, (double at, int _)) in _next.UnorderedItems)
        {
            if (user.HasFailed || user.SendsAgain)
            {
                failures.Add(user.Request.Kind, at, user.Status);
            }
        }
    }

    private void Schedule(User user, double at)
    {
        if (user.Left > 0 && at < user.Until)
        {
            _next.Enqueue(user, (at, user.Number));
        }
    }

    internal sealed class User(int number, double until, int iterations, ServiceLaw think, RandomSource random)
    {
        public int Number { get; } = number;

        public double Until { get; } = until;

        public ServiceLaw Think { get; } = think;

        public RandomSource Random { get; } = random;

        public int Left { get; set; } = iterations;

        public double SentAt { get; set; }

        /// <summary>What the user has sent last.</summary>
        public ClientRequest Request { get; set; }

        /// <summary>Whether the user's next instant is that of learning of a failure.</summary>
        public bool HasFailed { get; set; }

        /// <summary>Whether the user's next instant is that of sending the same again.</summary>
        public bool SendsAgain { get; set; }

        /// <summary>Why the last attempt failed.</summary>
        public int Status { get; set; }
    }
}
