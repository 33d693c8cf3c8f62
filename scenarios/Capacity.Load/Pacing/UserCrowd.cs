using System.Globalization;
using System.Runtime.CompilerServices;
using Capacity.Load.Http;
using Capacity.Model;

namespace Capacity.Load.Pacing;

/// <summary>The users of all closed stages: each sends, waits for the answer, thinks, and sends again.</summary>
internal sealed class UserCrowd
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<User, double> _waiting = new();
    private readonly double[] _shareUpTo;
    private readonly IRequestPath _path;
    private int _active;

    public UserCrowd(LoadSettings settings, IRequestPath path)
    {
        _path = path;
        double sum = 0;
        _shareUpTo = [.. settings.Requests.Select(r => sum += r.Share)];
        foreach (UserPhase phase in settings.Plan.Users)
        {
            for (int i = 0; i < phase.Users.Count; i++)
            {
                string cause = string.Create(CultureInfo.InvariantCulture, $"user-{phase.First + _active++}");
                _waiting.Enqueue(new User(phase, new RandomSource(settings.Seed, cause), Think), phase.From);
            }
        }
    }

    /// <summary>Whether any user will send again.</summary>
    public bool AnyActive => Volatile.Read(ref _active) > 0;

    /// <summary>Sends the requests of all users that are due.</summary>
    /// <returns>When the next user is due; infinity when none is waiting.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double SendDue(double now)
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

            if (user.Drawn is null && IsOver(user, due))
            {
                Leave();
                continue;
            }

            _path.Send(Next(user, due));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Think(User user, double answered)
    {
        double due = answered + user.Phase.Users.Think.Quantile(user.Chance.NextUnit());
        if (IsOver(user, due))
        {
            Leave();
            return;
        }

        if (due <= answered)
        {
            Shot next = Next(user, due);
            if (_path.TrySendNow(next, answered))
            {
                return;
            }

            user.Drawn = next;
        }

        lock (_gate)
        {
            _waiting.Enqueue(user, due);
        }

        _path.Wake();
    }

    private static bool IsOver(User user, double due) =>
        due >= user.Phase.To || user.Sent == user.Phase.Users.Iterations;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Shot Next(User user, double due)
    {
        if (user.Drawn is { } drawn)
        {
            user.Drawn = null;
            return drawn;
        }

        user.Sent++;
        return new Shot(KindOf(user.Chance.NextUnit()), due, user.Chance.NextUnit(), user.Finished);
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _active) == 0)
        {
            _path.Wake();
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

    private sealed class User
    {
        public User(UserPhase phase, RandomSource chance, Action<User, double> think)
        {
            (Phase, Chance) = (phase, chance);
            Finished = end => think(this, end); // made once, not for every request
        }

        public UserPhase Phase { get; }

        public RandomSource Chance { get; }

        public Action<double> Finished { get; }

        public int Sent { get; set; }

        /// <summary>A request that was drawn and could not be sent at once.</summary>
        public Shot? Drawn { get; set; }
    }
}
