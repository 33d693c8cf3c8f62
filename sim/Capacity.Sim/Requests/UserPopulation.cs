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

    /// <summary>Takes the next request.</summary>
    /// <param name="batch">Receives it as its only one, without overhead.</param>
    /// <returns>Whose it is.</returns>
    public User Take(RequestBatch batch)
    {
        _next.TryDequeue(out User? user, out (double At, int Number) when);
        double mark = user!.Random.NextUnit() * _shareUpTo[^1];
        int kind = 0;
        while (kind < _shareUpTo.Length - 1 && mark >= _shareUpTo[kind])
        {
            kind++;
        }

        _unit[0] = user.Random.NextUnit();
        batch.At[0] = when.At;
        batch.Kind[0] = kind;
        _services.Fill(_unit, batch.Kind, batch.Service);
        batch.Count = 1;
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
    }
}
