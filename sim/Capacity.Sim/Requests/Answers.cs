namespace Capacity.Sim.Requests;

/// <summary>What came of the requests: counted by replica as its scrapes see it, and by client.</summary>
/// <remarks>
/// A request is counted when it arrives, because its finish is known then; only requests that take longer than the
/// stop grace wait in a heap, because their replica may be stopped under them. The client of a failed attempt learns
/// of it later; until then it waits in a heap of failures.
/// </remarks>
internal sealed class Answers
{
    /// <summary>The status of a request that nobody took.</summary>
    public const int NotAvailable = 503;

    private const int Broken = 0;

    private readonly EngineSettings _settings;
    private readonly double _timeout;
    private readonly RequestBatch _late = RequestBatch.OfAttempts();
    private readonly PriorityQueue<LongRequest, double> _long = new();
    private readonly PriorityQueue<Failure, (double At, long Number)> _failures = new();
    private readonly PriorityQueue<Failure, (double At, long Number)> _again = new();
    private readonly OneKindCounts? _oneKind; // null: there are several, or the processor cannot
    private double[] _cutAt = [];
    private long _number;

    public Answers(EngineSettings settings)
    {
        _settings = settings;
        _timeout = settings.Client.Timeout ?? double.PositiveInfinity;
        int steps = (int)Math.Ceiling(settings.Duration / settings.Step);
        Counters = new ScrapeCounters(settings.Series, settings.ScrapeInterval, settings.Duration);
        Recorder = new StepRecorder(settings.SeriesOfKind.Length, settings.Step, steps);
        _oneKind = OneKindCounts.IsSupported && settings.SeriesOfKind is [int series]
            ? new OneKindCounts(Counters, Recorder, series)
            : null;
        Failures = new FailureCounts(settings.SeriesOfKind.Length, settings.Step, steps);
        Retries = settings.Client.Retry is { } retry
            ? new ClientRetries(retry, settings.Seed, settings.Duration)
            : null;
    }

    public ScrapeCounters Counters { get; }

    public StepRecorder Recorder { get; }

    public FailureCounts Failures { get; }

    /// <summary>Failed attempts by cause.</summary>
    public AttemptCounts Attempts { get; } = new();

    /// <summary>Told of attempts that a replica finished, for tests.</summary>
    public Action<RequestBatch, int, int>? Served { get; set; }

    /// <summary>Told of attempts that were turned away: when they came and when they left, for tests.</summary>
    public Action<double, double>? TurnedAway { get; set; }

    /// <summary>Told of successes as their clients see them, for tests.</summary>
    public Action<RequestBatch, int, int>? Succeeded { get; set; }

    /// <summary>Null when clients do not send again.</summary>
    public ClientRetries? Retries { get; }

    /// <summary>When the next request is sent again, seconds; +∞ when none is.</summary>
    public double NextAgain =>
        _again.TryPeek(out _, out (double At, long Number) when) ? when.At : double.PositiveInfinity;

    /// <summary>A replica starts.</summary>
    public void AddReplica(int replica, double scrapePhase, double from)
    {
        if (replica >= _cutAt.Length)
        {
            int before = _cutAt.Length;
            Array.Resize(ref _cutAt, Math.Max(16, 2 * replica));
            Array.Fill(_cutAt, double.PositiveInfinity, before, _cutAt.Length - before);
        }

        Counters.Add(replica, scrapePhase, from);
    }

    /// <summary>What finishes later may be lost with its replica, seconds; where replicas break.</summary>
    public double CertainUntil { get; set; }

    /// <summary>A replica ends: what it has not finished fails now.</summary>
    public void Crash(int replica, double now)
    {
        if (_cutAt[replica] <= now)
        {
            return; // it was cut off before
        }

        _cutAt[replica] = now;
        if (Retries is not null)
        {
            FailWhatIsCut(replica, now);
        }
    }

    /// <summary>A replica is stopped: what it has not finished by then is cut off.</summary>
    /// <returns>When that is, seconds.</returns>
    public double Stop(int replica, double now)
    {
        double cut = now + _settings.StopGrace;
        _cutAt[replica] = cut;
        if (Retries is not null)
        {
            FailWhatIsCut(replica, cut);
        }

        return cut;
    }

    /// <summary>Counts attempts that were served.</summary>
    /// <param name="batch">With finish and replica.</param>
    /// <param name="from">The first.</param>
    /// <param name="to">Behind the last.</param>
    /// <param name="refused">How many of them no replica took.</param>
    /// <param name="folded">Seconds up to which scrapes have been read.</param>
    public void Count(RequestBatch batch, int from, int to, int refused, double folded)
    {
        if (refused > 0)
        {
            to = FailRefused(batch, from, to);
            if (from == to)
            {
                return;
            }
        }

        (double latest, double longest, double slowest) =
            _oneKind?.Prepare(batch, from, to) ?? BatchExtremes.Of(batch, from, to);
        bool anyLong = _settings.ReplicasBreak ? latest > CertainUntil : longest > _settings.StopGrace;
        if (_oneKind is not null && !anyLong && !(slowest > _timeout) && Counters.Fits(folded, latest)
            && Recorder.Fits(latest))
        {
            _oneKind.Count(batch, from, to);
            Served?.Invoke(batch, from, to);
            Succeeded?.Invoke(batch, from, to);
            return;
        }

        if (anyLong)
        {
            to = SetLongAside(batch, from, to);
        }

        Counters.Reserve(folded, latest);
        Counters.Record(batch, from, to, _settings.SeriesOfKind);
        Served?.Invoke(batch, from, to);
        if (slowest > _timeout)
        {
            to = FailTimedOut(batch, from, to);
        }

        Recorder.Reserve(latest);
        Recorder.Record(batch, from, to);
        Succeeded?.Invoke(batch, from, to);
    }

    /// <summary>Counts the long requests that have finished by now, and those whose replica was stopped.</summary>
    public void RecordLong(double until, double folded)
    {
        int count = 0;
        while (_long.TryPeek(out LongRequest request, out double finish) && finish <= until)
        {
            _long.Dequeue();
            if (finish > _cutAt[request.Replica])
            {
                if ((Retries is null || request.OfUser) && !request.TimedOut)
                {
                    Attempts.Add(FailureCause.CutOff);
                    Failures.Add(request.Kind, _cutAt[request.Replica] + request.Overhead, Broken);
                }

                continue;
            }

            request.CopyTo(_late, count);
            count++;
            if (count == RequestBatch.Size)
            {
                RecordFinished(_late, count, folded);
                count = 0;
            }
        }

        if (count > 0)
        {
            RecordFinished(_late, count, folded);
        }
    }

    /// <summary>Decides about the attempts whose clients have learnt before an instant that they failed.</summary>
    public void Settle(double until)
    {
        while (_failures.TryPeek(out Failure failure, out (double At, long Number) when) && when.At < until)
        {
            _failures.Dequeue();
            Attempts.Add(failure.Cause);
            if (Retries?.Next(failure.Request.Attempt, when.At) is { } again)
            {
                _again.Enqueue(failure, (again, _number++));
            }
            else
            {
                Failures.Add(failure.Request.Kind, when.At, failure.Status);
            }
        }
    }

    /// <summary>Takes the next attempt that is sent again.</summary>
    /// <param name="batch">Receives it as its only one.</param>
    public void TakeAgain(RequestBatch batch)
    {
        _again.TryDequeue(out Failure failure, out (double At, long Number) when);
        batch.Set(0, when.At, failure.Request with { Attempt = failure.Request.Attempt + 1 });
        batch.Count = 1;
    }

    /// <summary>The run is over: whoever waits to send again has failed.</summary>
    public void Complete(double folded)
    {
        RecordLong(double.PositiveInfinity, folded);
        while (_failures.TryDequeue(out Failure failure, out (double At, long Number) when))
        {
            Attempts.Add(failure.Cause);
            Failures.Add(failure.Request.Kind, when.At, failure.Status);
        }

        while (_again.TryDequeue(out Failure failure, out (double At, long Number) when))
        {
            Failures.Add(failure.Request.Kind, when.At, failure.Status);
        }

        Recorder.Complete();
    }

    /// <summary>What became of a single attempt of a user, whose failures are not counted here.</summary>
    /// <returns>When the user has an answer or learns of the failure, and its status; null for a success.</returns>
    public (double At, int? Failed) OutcomeOf(RequestBatch batch, bool refused)
    {
        double answered = batch.Finish[0] + batch.Overhead[0];
        return answered - batch.At[0] > _timeout ? (batch.At[0] + _timeout, Broken)
            : refused ? (answered, NotAvailable)
            : (answered, null);
    }

    /// <summary>Counts attempts that replicas have finished; those in time count for their clients, too.</summary>
    /// <param name="batch">With finish and replica; changed.</param>
    /// <param name="count">How many from the start.</param>
    /// <param name="folded">Seconds up to which scrapes have been read.</param>
    public void RecordFinished(RequestBatch batch, int count, double folded)
    {
        double latest = RecordAnswers(batch, count, folded, _settings.SeriesOfKind);
        Served?.Invoke(batch, 0, count);
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (!(batch.Finish[i] + batch.Overhead[i] - batch.At[i] > _timeout))
            {
                batch.Move(i, kept++);
            }
        }

        Recorder.Reserve(latest);
        Recorder.Record(batch, 0, kept);
        Succeeded?.Invoke(batch, 0, kept);
    }

    /// <summary>Counts attempts that replicas have answered by an error: their scrapes see them.</summary>
    public void RecordErrors(RequestBatch batch, int count, double folded) =>
        RecordAnswers(batch, count, folded, _settings.ErrorSeriesOfKind ?? _settings.SeriesOfKind);

    private double RecordAnswers(RequestBatch batch, int count, double folded, int[] seriesOfKind)
    {
        double latest = 0;
        for (int i = 0; i < count; i++)
        {
            latest = Math.Max(latest, batch.Finish[i] + batch.Overhead[i]);
        }

        Counters.Reserve(folded, latest);
        Counters.Record(batch, 0, count, seriesOfKind);
        return latest;
    }

    private int FailRefused(RequestBatch batch, int from, int to)
    {
        int kept = from;
        for (int i = from; i < to; i++)
        {
            if (batch.Replica[i] < 0)
            {
                double answered = batch.Finish[i] + batch.Overhead[i];
                double gaveUp = batch.At[i] + _timeout;
                TurnedAway?.Invoke(batch.At[i], batch.Finish[i]);
                Fail(batch, i, Math.Min(answered, gaveUp), answered <= gaveUp ? NotAvailable : Broken, -1, 0);
                continue;
            }

            batch.Move(i, kept++);
        }

        return kept;
    }

    private int FailTimedOut(RequestBatch batch, int from, int to)
    {
        int kept = from;
        for (int i = from; i < to; i++)
        {
            if (batch.Finish[i] + batch.Overhead[i] - batch.At[i] > _timeout)
            {
                Fail(batch, i, batch.At[i] + _timeout, Broken, -1, 0);
                continue;
            }

            batch.Move(i, kept++);
        }

        return kept;
    }

    private int SetLongAside(RequestBatch batch, int from, int to)
    {
        int kept = from;
        for (int i = from; i < to; i++)
        {
            if (_settings.ReplicasBreak
                ? batch.Finish[i] > CertainUntil
                : batch.Finish[i] - batch.At[i] > _settings.StopGrace)
            {
                bool timedOut = batch.Finish[i] + batch.Overhead[i] - batch.At[i] > _timeout;
                _long.Enqueue(LongRequest.Of(batch, i, timedOut), batch.Finish[i]);
                if (timedOut)
                {
                    Fail(batch, i, batch.At[i] + _timeout, Broken, batch.Replica[i], batch.Finish[i]);
                }

                continue;
            }

            batch.Move(i, kept++);
        }

        return kept;
    }

    private void Fail(RequestBatch batch, int i, double at, int status, int replica, double finish)
    {
        if (batch.OfUsers)
        {
            return; // the user's own outcome says so
        }

        FailureCause cause = status == NotAvailable ? FailureCause.Refused : FailureCause.TimedOut;
        if (Retries is null)
        {
            Attempts.Add(cause);
            Failures.Add(batch.Kind[i], at, status);
            return;
        }

        _failures.Enqueue(new Failure(batch.RequestAt(i), status, cause, replica, finish), (at, _number++));
    }

    /// <summary>What a stopped replica does not finish fails at the cut, unless its client gave up before.</summary>
    private void FailWhatIsCut(int replica, double cut)
    {
        (Failure Element, (double At, long Number) Priority)[] known = [.. _failures.UnorderedItems];
        _failures.Clear();
        foreach ((Failure failure, (double At, long Number) when) in known)
        {
            if (!(failure.Replica == replica && failure.Finish > cut && cut + failure.Request.Overhead < when.At))
            {
                _failures.Enqueue(failure, when);
            }
        }

        foreach (LongRequest request in _long.UnorderedItems
            .Where(l => l.Element.Replica == replica && l.Priority > cut && !l.Element.OfUser)
            .Select(l => l.Element).OrderBy(l => l.At))
        {
            double learnt = cut + request.Overhead;
            if (!request.TimedOut || learnt < request.At + _timeout)
            {
                _failures.Enqueue(
                    new Failure(request.Client, Broken, FailureCause.CutOff, replica, request.Finish),
                    (learnt, _number++));
            }
        }
    }

    /// <summary>A failed attempt; with replica and finish when the replica may be stopped before.</summary>
    private readonly record struct Failure(
        ClientRequest Request, int Status, FailureCause Cause, int Replica, double Finish);
}
