using System.Globalization;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>The users of all closed stages: each sends, waits for the answer, thinks, and sends again.</summary>
internal sealed class UserCrowd
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<User, double> _waiting = new();
    private readonly double[] _shareUpTo;
    private int _active;

    public UserCrowd(LoadSettings settings)
    {
        double sum = 0;
        _shareUpTo = [.. settings.Requests.Select(r => sum += r.Share)];
        foreach (UserPhase phase in settings.Plan.Users)
        {
            for (int i = 0; i < phase.Users.Count; i++)
            {
                string cause = string.Create(CultureInfo.InvariantCulture, $"user-{phase.First + _active++}");
                _waiting.Enqueue(new User(phase, new RandomSource(settings.Seed, cause)), phase.From);
            }
        }
    }

    /// <summary>
    /// Called, on any thread, when a user has become due earlier than the last answer of <see cref="SendDue"/> said.
    /// </summary>
    public required Action Changed { get; init; }

    /// <summary>Whether any user will send again.</summary>
    public bool AnyActive => Volatile.Read(ref _active) > 0;

    /// <summary>Sends the requests of all users that are due.</summary>
    /// <returns>When the next user is due; infinity when none is waiting.</returns>
    public double SendDue(double now, RequestSender sender)
    {
        while (true)
        {
            User? user;
            double due;
            lock (_gate)
            {
                if (!_waiting.TryPeek(out user, out due))
                {
                    return double.PositiveInfinity;
                }

                if (due > now)
                {
                    return due;
                }

                _waiting.Dequeue();
            }

            if (due >= user.Phase.To || user.Sent == user.Phase.Users.Iterations)
            {
                Leave();
                continue;
            }

            user.Sent++;
            sender.Send(KindOf(user.Chance.NextUnit()), due, user.Chance.NextUnit(), end => Think(user, end));
        }
    }

    private void Think(User user, double answered)
    {
        double due = answered + user.Phase.Users.Think.Quantile(user.Chance.NextUnit());
        if (due >= user.Phase.To || user.Sent == user.Phase.Users.Iterations)
        {
            Leave();
            return;
        }

        lock (_gate)
        {
            _waiting.Enqueue(user, due);
        }

        Changed();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _active) == 0)
        {
            Changed();
        }
    }

    private int KindOf(double unit)
    {
        double mark = unit * _shareUpTo[^1];
        int kind = 0;
        while (kind < _shareUpTo.Length - 1 && mark >= _shareUpTo[kind])
        {
            kind++;
        }

        return kind;
    }

    private sealed class User(UserPhase phase, RandomSource chance)
    {
        public UserPhase Phase { get; } = phase;

        public RandomSource Chance { get; } = chance;

        public int Sent { get; set; }
    }
}
