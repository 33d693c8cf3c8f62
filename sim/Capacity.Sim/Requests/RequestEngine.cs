using System.Numerics;

namespace Capacity.Sim.Requests;

/// <summary>What the engine has to know besides the requests.</summary>
/// <param name="Workers">Requests served at once by one replica; null lets them overlap freely.</param>
/// <param name="StopGrace">Seconds that a stopping replica gets to finish what it has.</param>
/// <param name="SeriesOfKind">The series of <c>http_server_resp_time</c> that each kind counts in.</param>
/// <param name="Series">How many series a replica has.</param>
/// <param name="ScrapeInterval">Seconds.</param>
/// <param name="Step">Length of a step of the result, seconds.</param>
/// <param name="Duration">Length of the run, seconds.</param>
internal sealed record EngineSettings(
    int? Workers, double StopGrace, int[] SeriesOfKind, int Series, double ScrapeInterval, double Step,
    double Duration);

/// <summary>Serves all requests of a run, from one change of the cluster to the next.</summary>
/// <remarks>
/// A stretch is worked off in stages (draw, serve, count), each a loop without calls over arrays in the first cache.
/// A request is counted when it arrives, because its finish is known then; only requests that take longer than the
/// stop grace wait in a heap, because their replica may be stopped under them.
/// </remarks>
internal sealed class RequestEngine
{
    private const int NotAvailable = 503;

    private readonly EngineSettings _settings;
    private readonly IRequestSource _source;
    private readonly UserPopulation? _users;
    private readonly OverheadTimes _userOverhead;
    private readonly RequestBatch _batch = new();
    private readonly RequestBatch _single = new();
    private readonly RequestBatch _late = new();
    private readonly PriorityQueue<LongRequest, double> _long = new();
    private double[] _cutAt = [];
    private int _cursor;
    private double _now;

    public RequestEngine(
        EngineSettings settings, IRequestSource source, UserPopulation? users, OverheadTimes userOverhead)
    {
        _settings = settings;
        _source = source;
        _users = users;
        _userOverhead = userOverhead;
        int steps = (int)Math.Ceiling(settings.Duration / settings.Step);
        Queues = new ReplicaQueues(settings.Workers);
        Counters = new ScrapeCounters(settings.Series, settings.ScrapeInterval, settings.Duration);
        Recorder = new StepRecorder(settings.SeriesOfKind.Length, settings.Step, steps);
        Offered = new long[steps + 1];
        Failures = new FailureCounts(settings.SeriesOfKind.Length, settings.Step, steps);
    }

    public ReplicaQueues Queues { get; }

    public ScrapeCounters Counters { get; }

    public StepRecorder Recorder { get; }

    public FailureCounts Failures { get; }

    /// <summary>Arrivals by step; the last entry holds those after the end.</summary>
    public long[] Offered { get; }

    /// <summary>Starts a replica, idle and with counters at zero, not yet in rotation.</summary>
    /// <param name="replica">The next index; replicas are added in order.</param>
    /// <param name="scrapePhase">Its scrapes are at k · interval + phase, seconds.</param>
    /// <param name="from">Seconds.</param>
    public void AddReplica(int replica, double scrapePhase, double from)
    {
        if (replica >= _cutAt.Length)
        {
            int before = _cutAt.Length;
            Array.Resize(ref _cutAt, Math.Max(16, 2 * replica));
            Array.Fill(_cutAt, double.PositiveInfinity, before, _cutAt.Length - before);
        }

        Queues.Reset(replica, from);
        Counters.Add(replica, scrapePhase, from);
    }

    /// <summary>Takes a replica out of rotation and lets it finish what it has, within the stop grace.</summary>
    /// <param name="replica">Its index.</param>
    /// <param name="now">Seconds; everything that arrived before has been served.</param>
    /// <returns>When it is gone, seconds.</returns>
    public double Drain(int replica, double now)
    {
        Queues.Leave(replica);
        _cutAt[replica] = now + _settings.StopGrace;
        return Math.Clamp(Queues.IdleAt(replica), now, _cutAt[replica]);
    }

    /// <summary>Serves everything that arrives before an instant.</summary>
    /// <param name="until">Seconds; not before the previous one. The cluster does not change in between.</param>
    public void AdvanceTo(double until)
    {
        while (true)
        {
            double user = _users?.NextAt ?? double.PositiveInfinity;
            ServeOpen(Math.Min(until, user));
            if (user >= until)
            {
                break;
            }

            ServeUser();
        }

        RecordLong(until);
        _now = until;
    }

    /// <summary>Lets everything that is under way finish. Nothing arrives any more.</summary>
    public void Complete()
    {
        RecordLong(double.PositiveInfinity);
        Recorder.Complete();
    }

    private void ServeOpen(double until)
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
                Serve(_batch, _cursor, to);
                Count(_batch, _cursor, to);
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
        UserPopulation.User user = _users!.Take(_single);
        _userOverhead.Fill(_single.Overhead.AsSpan(0, 1));
        Serve(_single, 0, 1);
        double answered = _single.Finish[0] + _single.Overhead[0];
        Count(_single, 0, 1);
        _users.Answered(user, answered);
    }

    private void Serve(RequestBatch batch, int from, int to)
    {
        CountOffered(batch.At.AsSpan(from, to - from));
        if (Queues.InRotation > 0)
        {
            Queues.Serve(
                batch.At.AsSpan(from, to - from), batch.Service.AsSpan(from, to - from),
                batch.Finish.AsSpan(from, to - from), batch.Replica.AsSpan(from, to - from));
        }
        else
        {
            batch.At.AsSpan(from, to - from).CopyTo(batch.Finish.AsSpan(from));
        }
    }

    private void Count(RequestBatch batch, int from, int to)
    {
        if (Queues.InRotation == 0)
        {
            for (int i = from; i < to; i++)
            {
                Failures.Add(batch.Kind[i], batch.At[i] + batch.Overhead[i], NotAvailable);
            }

            return;
        }

        (double latest, double longest) = Extremes(batch, from, to);
        if (longest > _settings.StopGrace)
        {
            to = SetLongAside(batch, from, to);
        }

        Record(batch, from, to, latest);
    }

    private void Record(RequestBatch batch, int from, int to, double latest)
    {
        Counters.Reserve(_now, latest);
        Recorder.Reserve(latest);
        Counters.Record(batch, from, to, _settings.SeriesOfKind);
        Recorder.Record(batch, from, to);
    }

    /// <summary>The last answer, and the longest that a request spent with its replica.</summary>
    private static (double Latest, double Longest) Extremes(RequestBatch batch, int from, int to)
    {
        ReadOnlySpan<double> at = batch.At.AsSpan(from, to - from);
        ReadOnlySpan<double> finish = batch.Finish.AsSpan(from, to - from);
        ReadOnlySpan<double> overhead = batch.Overhead.AsSpan(from, to - from);
        Vector<double> latests = Vector<double>.Zero;
        Vector<double> longests = Vector<double>.Zero;
        int i = 0;
        for (; i <= at.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var done = new Vector<double>(finish[i..]);
            latests = Vector.Max(latests, done + new Vector<double>(overhead[i..]));
            longests = Vector.Max(longests, done - new Vector<double>(at[i..]));
        }

        double latest = 0;
        double longest = 0;
        for (int lane = 0; lane < Vector<double>.Count; lane++)
        {
            latest = Math.Max(latest, latests[lane]);
            longest = Math.Max(longest, longests[lane]);
        }

        for (; i < at.Length; i++)
        {
            latest = Math.Max(latest, finish[i] + overhead[i]);
            longest = Math.Max(longest, finish[i] - at[i]);
        }

        return (latest, longest);
    }

    private int SetLongAside(RequestBatch batch, int from, int to)
    {
        int kept = from;
        for (int i = from; i < to; i++)
        {
            if (batch.Finish[i] - batch.At[i] > _settings.StopGrace)
            {
                _long.Enqueue(LongRequest.Of(batch, i), batch.Finish[i]);
                continue;
            }

            LongRequest.Of(batch, i).CopyTo(batch, kept);
            kept++;
        }

        return kept;
    }

    /// <summary>Counts the long requests that have finished by now, and those whose replica was stopped.</summary>
    private void RecordLong(double until)
    {
        int count = 0;
        double latest = 0;
        while (_long.TryPeek(out LongRequest request, out double finish) && finish <= until)
        {
            _long.Dequeue();
            if (finish > _cutAt[request.Replica])
            {
                Failures.Add(request.Kind, _cutAt[request.Replica] + request.Overhead, 0);
                continue;
            }

            request.CopyTo(_late, count);
            latest = Math.Max(latest, finish + request.Overhead);
            count++;
            if (count == RequestBatch.Size)
            {
                Record(_late, 0, count, latest);
                count = 0;
            }
        }

        if (count > 0)
        {
            Record(_late, 0, count, latest);
        }
    }

    private void CountOffered(ReadOnlySpan<double> at)
    {
        while (at.Length > 0)
        {
            int step = Math.Min((int)(at[0] / _settings.Step), Offered.Length - 1);
            double end = step == Offered.Length - 1 ? double.PositiveInfinity : (step + 1) * _settings.Step;
            int within = at[^1] < end ? at.Length : Math.Max(1, LowerBound(at, end));
            Offered[step] += within;
            at = at[within..];
        }
    }

    private int FirstAtOrAfter(int from, double instant)
    {
        ReadOnlySpan<double> at = _batch.At.AsSpan(from, _batch.Count - from);
        return from + (at[^1] < instant ? at.Length : LowerBound(at, instant));
    }

    private static int LowerBound(ReadOnlySpan<double> ascending, double value)
    {
        int low = 0;
        int high = ascending.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = ascending[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private readonly record struct LongRequest(
        double At, double Service, double Overhead, double Finish, int Kind, int Replica)
    {
        public static LongRequest Of(RequestBatch batch, int i) => new(
            batch.At[i], batch.Service[i], batch.Overhead[i], batch.Finish[i], batch.Kind[i], batch.Replica[i]);

        public void CopyTo(RequestBatch batch, int i)
        {
            batch.At[i] = At;
            batch.Service[i] = Service;
            batch.Overhead[i] = Overhead;
            batch.Finish[i] = Finish;
            batch.Kind[i] = Kind;
            batch.Replica[i] = Replica;
        }
    }
}
