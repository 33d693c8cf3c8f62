namespace Capacity.Sim.Requests.Calendar;

/// <summary>
/// Requests event by event: slower than the recursion, and able to do what makes the future depend on the present:
/// circuit breakers, limits at the proxy, a dependency shared by all replicas, and retries where cores are shared.
/// </summary>
/// <remarks>Without any of these it gives every request the same fate as the recursion.</remarks>
internal sealed class RequestCalendar
{
    private const int Broken = 0;

    private readonly EngineSettings _settings;
    private readonly IRequestSource _source;
    private readonly UserPopulation? _users;
    private readonly OverheadTimes _userOverhead;
    private readonly Answers _answers;
    private readonly CalendarService _service;
    private readonly EventHeap _events = new();
    private readonly Queue<(double At, Attempt Attempt, int Stamp)> _patient = new(); // all wait equally long
    private readonly Stack<Attempt> _unused = new();
    private readonly DrawnTimes? _dependency;
    private readonly double _timeout;
    private readonly RequestBatch _open = new();
    private readonly RequestBatch _user = RequestBatch.OfAttempts();
    private readonly RequestBatch _done = RequestBatch.OfAttempts();
    private readonly RequestBatch _errors = RequestBatch.OfAttempts();
    private readonly List<(int Replica, double At)> _left = [];
    private int _cursor;
    private bool _drained; // of open requests
    private bool _ended;
    private double _folded;

    public RequestCalendar(
        EngineSettings settings, IRequestSource source, UserPopulation? users, OverheadTimes userOverhead,
        Answers answers, ReplicaConditions? conditions)
    {
        _settings = settings;
        _source = source;
        _users = users;
        _userOverhead = userOverhead;
        _answers = answers;
        _timeout = settings.Client.Timeout ?? double.PositiveInfinity;
        _service = new CalendarService(settings, _events, this, conditions);
        Breaker = settings.Client.Breaker is { } breaker ? new CircuitBreaker(breaker) : null;
        _dependency = settings.Service.Dependency is { } dependency
            ? new DrawnTimes(dependency.ServiceTime, settings.Seed, "dependency")
            : null;
    }

    /// <summary>Told of requests that are sent for the first time.</summary>
    public required Action<double> Offered { get; init; }

    /// <summary>Told of what replicas have finished; null when nobody asks.</summary>
    public ReplicaLoads? Loads { get; init; }

    /// <summary>The breaker of the callers; null without one.</summary>
    public CircuitBreaker? Breaker { get; }

    /// <summary>Whether a model needs it.</summary>
    public static bool IsNeeded(EngineSettings settings) =>
        settings.ByEvents || settings.Client.Breaker is not null
        || settings.Service is { Proxy: not null } or { Dependency: not null }
        || (settings.Service.Cores is not null && settings.Client.Retry is not null);

    /// <summary>Starts a replica, not yet in rotation.</summary>
    public void Add(int replica, double from) => _service.Add(replica, from);

    /// <summary>Puts a replica into rotation.</summary>
    public void Join(int replica, double now) => _service.Join(replica, now);

    /// <summary>Takes a replica out of rotation; it finishes what it has until it is cut off.</summary>
    /// <returns>Whether it has nothing; otherwise <see cref="TakeLeft"/> tells when it has nothing left.</returns>
    public bool Drain(int replica, double cut) => _service.Drain(replica, cut);

    /// <summary>A replica ends: what it has fails, and so does who comes until it leaves the rotation.</summary>
    public void Crash(int replica, double now)
    {
        _service.Crash(replica, now);
        Flush();
    }

    /// <summary>Takes a replica that has crashed out of rotation.</summary>
    public void Leave(int replica) => _service.Leave(replica);

    /// <summary>Work that a replica has done for attempts that it has not finished, in seconds of one worker or core.
    /// </summary>
    public double WorkUnderWay(int replica, double now) => _service.WorkUnderWay(replica, now);

    /// <summary>The replicas that have had nothing left since the last call, and since when, seconds.</summary>
    public IReadOnlyList<(int Replica, double At)> TakeLeft()
    {
        if (_left.Count == 0)
        {
            return [];
        }

        (int, double)[] left = [.. _left];
        _left.Clear();
        return left;
    }

    /// <summary>Lets everything happen that happens before an instant.</summary>
    public void AdvanceTo(double until)
    {
        while (true)
        {
            double open = NextOpen();
            double user = _ended ? double.PositiveInfinity : _users?.NextAt ?? double.PositiveInfinity;
            double sent = Math.Min(open, user);
            double planned = _events.NextAt;
            double givenUp = _patient.TryPeek(out (double At, Attempt Attempt, int Stamp) next)
                ? next.At
                : double.PositiveInfinity;
            double now = Math.Min(Math.Min(sent, planned), givenUp);
            if (!(now < until))
            {
                break;
            }

            if (planned == now && (_events.Next < Happening.SentAgain
                || (sent > now && (givenUp > now || _events.Next < Happening.GivenUp))))
            {
                Happen(_events.Take());
            }
            else if (open == now)
            {
                SendOpen();
            }
            else if (user == now)
            {
                SendUser();
            }
            else
            {
                _patient.Dequeue();
                GiveUp(next.Attempt, next.Stamp, now);
            }
        }

        Flush();
        _folded = double.IsPositiveInfinity(until) ? _folded : until;
    }

    /// <summary>Lets everything that is under way finish; nothing is sent any more.</summary>
    public void Complete()
    {
        _ended = true;
        AdvanceTo(double.PositiveInfinity);
        _service.Abandon(_folded);
        AdvanceTo(double.PositiveInfinity);
    }

    /// <summary>A replica has served an attempt.</summary>
    public void Finished(Attempt attempt, double at, int replica)
    {
        Put(_done, attempt, at, replica);
        double answered = at + attempt.Request.Overhead;
        if (!(answered - attempt.At > _timeout))
        {
            if (attempt.User is null && Breaker is null)
            {
                attempt.IsOver = true;
            }
            else
            {
                _events.Add(answered, Happening.Answered, attempt);
            }
        }

        Release(attempt);
    }

    /// <summary>An attempt is answered by an error, or its connection breaks.</summary>
    /// <param name="attempt">Which.</param>
    /// <param name="at">When it leaves the service, seconds.</param>
    /// <param name="status">HTTP status; 0 for a broken connection.</param>
    /// <param name="cause">Why.</param>
    /// <param name="replica">Which replica made the error; −1 when none answered.</param>
    public void Failed(Attempt attempt, double at, int status, FailureCause cause, int replica)
    {
        if (replica >= 0)
        {
            Put(_errors, attempt, at, replica);
        }
        else if (cause == FailureCause.Refused)
        {
            _answers.TurnedAway?.Invoke(attempt.At, at);
        }

        if (attempt.IsOver)
        {
            Release(attempt);
            return;
        }

        _events.Add(at + attempt.Request.Overhead, Happening.Refused, attempt, status, cause);
    }

    /// <summary>A replica that left the rotation has nothing left.</summary>
    public void Left(int replica, double at) => _left.Add((replica, at));

    private void Happen(in Planned planned)
    {
        if (planned.Attempt is { } attempt && attempt.Stamp != planned.Stamp)
        {
            return;
        }

        switch (planned.What)
        {
            case Happening.SentAgain when _ended:
                _answers.Failures.Add(planned.Attempt!.Request.Kind, planned.At, planned.Status);
                break;
            case Happening.SentAgain:
                Send(planned.Attempt!, planned.At);
                break;
            case Happening.Answered:
                Succeed(planned.Attempt!, planned.At);
                break;
            case Happening.Refused when !planned.Attempt!.IsOver:
                Fail(planned.Attempt, planned.At, planned.Status, planned.Cause);
                break;
            case Happening.Refused:
                break;
            default:
                _service.Happen(planned);
                break;
        }
    }

    private double NextOpen()
    {
        if (_cursor == _open.Count && !_drained && !_ended)
        {
            _cursor = 0;
            _drained = !_source.Fill(_open);
            _open.Count = _drained ? 0 : _open.Count;
        }

        return _cursor < _open.Count && !_ended ? _open.At[_cursor] : double.PositiveInfinity;
    }

    private void SendOpen()
    {
        int i = _cursor++;
        Offered(_open.At[i]);
        Send(New(_open.RequestAt(i), null, _dependency?.Next() ?? 0), _open.At[i]);
    }

    private void SendUser()
    {
        UserPopulation.User user = _users!.Take(_user);
        _userOverhead.Fill(_user.Overhead.AsSpan(0, 1));
        Offered(_user.At[0]);
        Send(New(_user.RequestAt(0), user, _dependency?.Next() ?? 0), _user.At[0]);
    }

    private void Send(Attempt attempt, double now)
    {
        attempt.At = now;
        if (Breaker is not null && !Breaker.Passes(now))
        {
            Fail(attempt, now, Broken, FailureCause.Breaker);
            return;
        }

        if (!double.IsPositiveInfinity(_timeout))
        {
            _patient.Enqueue((now + _timeout, attempt, attempt.Stamp));
        }

        _service.Receive(attempt, now);
    }

    private void GiveUp(Attempt attempt, int stamp, double now)
    {
        if (attempt.Stamp == stamp && !attempt.IsOver)
        {
            Fail(attempt, now, Broken, FailureCause.TimedOut);
        }
    }

    private void Succeed(Attempt attempt, double now)
    {
        attempt.IsOver = true;
        Breaker?.Succeeded(now);
        if (attempt.User is { } user)
        {
            _users!.Answered(user, now);
        }

        Release(attempt);
    }

    private void Fail(Attempt attempt, double now, int status, FailureCause cause)
    {
        attempt.IsOver = true;
        _answers.Attempts.Add(cause);
        if (cause != FailureCause.Breaker)
        {
            Breaker?.Failed(now);
        }

        if (!_ended && _answers.Retries?.Next(attempt.Request.Attempt, now) is { } again)
        {
            ClientRequest request = attempt.Request with { Attempt = attempt.Request.Attempt + 1 };
            _events.Add(again, Happening.SentAgain, New(request, attempt.User, attempt.Dependency), status, cause);
        }
        else
        {
            _answers.Failures.Add(attempt.Request.Kind, now, status);
            if (attempt.User is { } user)
            {
                _users!.Answered(user, now);
            }
        }

        Release(attempt);
    }

    private Attempt New(ClientRequest request, UserPopulation.User? user, double dependency)
    {
        Attempt attempt = _unused.TryPop(out Attempt? used) ? used : new Attempt();
        attempt.Request = request;
        attempt.User = user;
        attempt.Dependency = dependency;
        attempt.AtServer = false;
        attempt.IsOver = false;
        attempt.WorkUntil = double.PositiveInfinity;
        return attempt;
    }

    /// <summary>When neither service nor client has to do with it any more, the object is used again.</summary>
    private void Release(Attempt attempt)
    {
        if (attempt.IsOver && !attempt.AtServer)
        {
            attempt.Stamp++;
            _unused.Push(attempt);
        }
    }

    private void Put(RequestBatch batch, Attempt attempt, double finish, int replica)
    {
        Loads?.Add(replica, attempt.Work, finish);
        int i = batch.Count++;
        batch.Set(i, attempt.At, attempt.Request);
        batch.Finish[i] = finish;
        batch.Replica[i] = replica;
        if (batch.Count == RequestBatch.Size)
        {
            Flush();
        }
    }

    private void Flush()
    {
        _answers.RecordFinished(_done, _done.Count, _folded);
        _answers.RecordErrors(_errors, _errors.Count, _folded);
        _done.Count = 0;
        _errors.Count = 0;
    }
}
