using Capacity.Model;
using Capacity.Sim.Requests.Calendar;

namespace Capacity.Sim.Requests;

/// <summary>Serves all requests of a run, from one change of the cluster to the next.</summary>
/// <remarks>
/// A stretch is worked off in stages (draw, serve, count), each a loop without calls over arrays in the first cache.
/// With retries a stretch is cut into windows as short as the shortest pause, so that whoever fails in one of them
/// sends again in a later one. What the recursion cannot do goes through a calendar of events instead.
/// </remarks>
internal sealed class RequestEngine
{
    private readonly IRequestSource _source;
    private readonly UserPopulation? _users;
    private readonly OverheadTimes _userOverhead;
    private readonly RequestBatch _batch = new();
    private readonly RequestBatch _single = RequestBatch.OfAttempts();
    private readonly RequestBatch _again = RequestBatch.OfAttempts();
    private readonly Answers _answers;
    private readonly SharingReplicas? _sharing;
    private readonly ReplicaConditions? _conditions; // null: nothing ever breaks
    private readonly RequestCalendar? _calendar;
    private readonly ReplicaLoads? _loads;
    private readonly ArrivalCounts _offered;
    private readonly bool _servesInTurn;
    private int _cursor;
    private double _now;

    public RequestEngine(
        EngineSettings settings, IRequestSource source, UserPopulation? users, OverheadTimes userOverhead)
    {
        _source = source;
        _users = users;
        _userOverhead = userOverhead;
        _answers = new Answers(settings);
        _single.OfUsers = true;
        _servesInTurn = settings.Service is { Balancer: Balancer.RoundRobin, Cores: null };
        _conditions = settings.ReplicasBreak ? new ReplicaConditions(settings.Service.WarmUp) : null;
        _loads = settings.MeasuresLoads ? new ReplicaLoads(_conditions) : null;
        Queues = new ReplicaQueues(settings.Service, settings.Seed, conditions: _conditions);
        _offered = new ArrivalCounts(settings.Step, settings.Duration);
        if (RequestCalendar.IsNeeded(settings))
        {
            _calendar = new RequestCalendar(settings, source, users, userOverhead, _answers, _conditions)
            {
                Offered = at => Offer([at]),
                Loads = _loads,
            };
            return;
        }

        _sharing = settings.Service.Cores is { } cores
            ? new SharingReplicas(cores, settings.Service, settings.Seed, Finished, _conditions)
            : null;
    }

    public ReplicaQueues Queues { get; }

    public Answers Answers => _answers;

    public ScrapeCounters Counters => _answers.Counters;

    public StepRecorder Recorder => _answers.Recorder;

    public FailureCounts Failures => _answers.Failures;

    /// <summary>The circuit breaker of the callers; null without one.</summary>
    public CircuitBreaker? Breaker => _calendar?.Breaker;

    /// <summary>Attempts that were not the first.</summary>
    public long Retries => _answers.Retries?.Count ?? 0;

    /// <summary>Arrivals by step; the last entry holds those after the end.</summary>
    public long[] Offered => _offered.BySteps;

    /// <summary>Starts a replica, idle and with counters at zero, not yet in rotation.</summary>
    /// <param name="replica">The next index; replicas are added in order.</param>
    /// <param name="scrapePhase">Its scrapes are at k · interval + phase, seconds.</param>
    /// <param name="from">Seconds.</param>
    public void AddReplica(int replica, double scrapePhase, double from)
    {
        _answers.AddReplica(replica, scrapePhase, from);
        Queues.Reset(replica, from);
        _sharing?.Reset(replica, from);
        _conditions?.Reset(replica);
        _calendar?.Add(replica, from);
    }

    /// <summary>Puts a replica into rotation.</summary>
    public void Join(int replica)
    {
        Queues.Join(replica);
        _calendar?.Join(replica, _now);
        Rotated();
    }

    /// <summary>A replica is cold: it has just joined the rotation. Only where replicas break.</summary>
    public void Warm(int replica, double now) => _conditions!.Warm(replica, now);

    /// <summary>A replica needs longer for what arrives from now on. Only where replicas break.</summary>
    /// <param name="replica">Its index.</param>
    /// <param name="factor">On the service time; 1 is healthy.</param>
    public void Slow(int replica, double factor) => _conditions!.Slow(replica, factor);

    /// <summary>A replica ends: what it has fails, and who comes until it leaves the rotation is answered 503. Only
    /// where replicas break.</summary>
    /// <param name="replica">Its index.</param>
    /// <param name="now">Seconds; everything that arrived before has been served.</param>
    public void Crash(int replica, double now)
    {
        _conditions!.End(replica);
        _answers.Crash(replica, now);
        Queues.Crash(replica, now);
        _calendar?.Crash(replica, now);
        _sharing?.Empty(replica);
    }

    /// <summary>Takes a replica that has crashed out of rotation.</summary>
    public void Leave(int replica)
    {
        Queues.Leave(replica);
        _calendar?.Leave(replica);
        Rotated();
    }

    /// <summary>Takes a replica out of rotation and lets it finish what it has, within the stop grace.</summary>
    /// <param name="replica">Its index.</param>
    /// <param name="now">Seconds; everything that arrived before has been served.</param>
    /// <returns>When it is gone, seconds; NaN when only <see cref="TakeGone"/> will tell.</returns>
    public double Drain(int replica, double now)
    {
        Queues.Leave(replica);
        Rotated();
        double cut = _answers.Stop(replica, now);
        if (_calendar is not null)
        {
            return _calendar.Drain(replica, cut) ? now : double.NaN;
        }

        double idle = Queues.IdleAt(replica);
        if (_sharing is not null)
        {
            idle = _sharing.Empty(replica);
        }

        return Math.Clamp(idle, now, cut);
    }

    /// <summary>The replicas of which <see cref="Drain"/> did not know when they are gone, and are since the last call.
    /// </summary>
    public IReadOnlyList<(int Replica, double At)> TakeGone() => _calendar?.TakeLeft() ?? [];

    /// <summary>Serves everything that arrives before an instant.</summary>
    /// <param name="until">Seconds; not before the previous one. The cluster does not change in between.</param>
    public void AdvanceTo(double until)
    {
        _answers.CertainUntil = until;
        if (_calendar is not null)
        {
            _calendar.AdvanceTo(until);
        }
        else if (_answers.Retries is { } retries)
        {
            for (double from = _now; from < until;)
            {
                double to = Math.Min(until, from + retries.ShortestPause);
                ServeUntil(to);
                _answers.Settle(to);
                from = to;
            }
        }
        else
        {
            ServeUntil(until);
        }

        _sharing?.AdvanceTo(until);
        _answers.RecordLong(until, _now);
        _now = until;
    }

    /// <summary>Work that a replica has done so far, in seconds of one worker or core; measured only when the settings
    /// say so.</summary>
    public double WorkDone(int replica)
    {
        double given = _loads?.Work(replica) ?? 0;
        return _calendar is not null ? given + _calendar.WorkUnderWay(replica, _now)
            : _sharing is not null ? given + _sharing.WorkUnderWay(replica, _now)
            : given - Queues.WorkLeft(replica, _now);
    }

    /// <summary>When a replica finished its first request, seconds; NaN when it has not, or nobody measures.</summary>
    public double FirstFinish(int replica) => _loads?.FirstFinish(replica) ?? double.NaN;

    /// <summary>Requests that a replica was given so far; where cores are shared or a dependency is, those that it has
    /// finished.</summary>
    public long RequestsOf(int replica) => _loads?.Requests(replica) ?? 0;

    /// <summary>Lets everything that is under way finish. Nothing arrives any more.</summary>
    public void Complete()
    {
        _calendar?.Complete();
        _sharing?.AdvanceTo(double.PositiveInfinity);
        _users?.Complete(Failures);
        _answers.Complete(_now);
    }

    private void Rotated()
    {
        _sharing?.Rotate(Queues.Rotation);
        if (_servesInTurn)
        {
            Counters.Rotate(Queues.Rotation);
        }
    }

    private void ServeUntil(double until)
    {
        while (true)
        {
            double user = _users?.NextAt ?? double.PositiveInfinity;
            double next = Math.Min(until, user);
            if (_sharing is not null && _users is not null)
            {
                next = Math.Min(next, _sharing.NextFinish()); // may bring a user's next request
            }

            ServeOpen(next);
            if (_sharing is not null && _users is not null && next < until)
            {
                _sharing.AdvanceTo(next);
                user = _users.NextAt;
            }

            if (user <= next && user < until)
            {
                ServeUser();
            }
            else if (next >= until)
            {
                return;
            }
        }
    }

    /// <summary>Serves what open sources send, and what is sent again.</summary>
    private void ServeOpen(double until)
    {
        for (double again = _answers.NextAgain; again < until; again = _answers.NextAgain)
        {
            ServeSource(again);
            _answers.TakeAgain(_again);
            Serve(_again, 0, 1);
        }

        ServeSource(until);
    }

    private void ServeSource(double until)
    {
        while (true)
        {
            if (_cursor == _batch.Count)
            {
                _cursor = 0;
                if (!_source.Fill(_batch))
                {
                    return;
                }
            }

            int to = FirstAtOrAfter(_cursor, until);
            if (to > _cursor)
            {
                Offer(_batch.At.AsSpan(_cursor, to - _cursor));
                Serve(_batch, _cursor, to);
                _cursor = to;
            }

            if (to < _batch.Count)
            {
                return;
            }
        }
    }

    private void ServeUser()
    {
        if (_users!.NextHasFailed)
        {
            _answers.Settle(_users.NextAt);
            _users.Fail(_answers.Retries!, Failures);
            return;
        }

        UserPopulation.User user = _users.Take(_single);
        if (user.Request.Attempt == 1)
        {
            _userOverhead.Fill(_single.Overhead.AsSpan(0, 1));
            Offer(_single.At.AsSpan(0, 1));
        }

        UserPopulation.Remember(user, _single.RequestAt(0));
        if (_sharing is not null && Queues.InRotation > 0)
        {
            _sharing.Serve(_single, 0, 1, user);
            return;
        }

        int refused = Take(_single, 0, 1);
        _loads?.Add(_single, 0, 1);
        (double at, int? failed) = _answers.OutcomeOf(_single, refused > 0);
        _answers.Count(_single, 0, 1, refused, _now);
        Tell(user, at, failed);
    }

    private void Tell(UserPopulation.User user, double at, int? failed)
    {
        if (failed is { } why)
        {
            _answers.Attempts.Add(why == Answers.NotAvailable ? FailureCause.Refused : FailureCause.TimedOut);
        }

        if (failed is { } status && _answers.Retries is not null)
        {
            _users!.Failed(user, at, status);
            return;
        }

        if (failed is { } last)
        {
            Failures.Add(user.Request.Kind, at, last);
        }

        _users!.Answered(user, at);
    }

    private void Serve(RequestBatch batch, int from, int to)
    {
        if (_sharing is not null && Queues.InRotation > 0)
        {
            _sharing.Serve(batch, from, to, null);
            return;
        }

        int refused = Take(batch, from, to);
        _loads?.Add(batch, from, to);
        _answers.Count(batch, from, to, refused, _now);
    }

    /// <summary>Gives requests to replicas.</summary>
    /// <returns>How many none took.</returns>
    private int Take(RequestBatch batch, int from, int to)
    {
        int count = to - from;
        if (Queues.InRotation > 0)
        {
            return Queues.Serve(
                batch.At.AsSpan(from, count), batch.Service.AsSpan(from, count), batch.Finish.AsSpan(from, count),
                batch.Replica.AsSpan(from, count));
        }

        batch.At.AsSpan(from, count).CopyTo(batch.Finish.AsSpan(from));
        batch.Replica.AsSpan(from, count).Fill(-1);
        return count;
    }

    /// <summary>Requests that shared their replica's cores have finished.</summary>
    private void Finished(RequestBatch batch, UserPopulation.User? user)
    {
        int refused = _conditions is null ? 0 : batch.Replica.AsSpan(0, batch.Count).Count(-1);
        if (user is not null)
        {
            (double at, int? failed) = _answers.OutcomeOf(batch, refused > 0);
            Tell(user, Math.Max(at, batch.Finish[0]), failed); // too late for a user who gave up: it is past
        }

        _loads?.Add(batch, 0, batch.Count);
        _answers.Count(batch, 0, batch.Count, refused, _now);
    }

    private void Offer(ReadOnlySpan<double> at)
    {
        _answers.Retries?.Sent(at);
        _offered.Add(at);
    }

    private int FirstAtOrAfter(int from, double instant)
    {
        ReadOnlySpan<double> at = _batch.At.AsSpan(from, _batch.Count - from);
        return from + (at[^1] < instant ? at.Length : ArrivalCounts.Before(at, instant));
    }
}
