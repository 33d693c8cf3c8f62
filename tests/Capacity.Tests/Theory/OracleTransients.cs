using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Theory;

/// <summary>
/// Oracles of a load and of replicas that change: M_t/M/c(t), where c follows a schedule or a step policy. Exponential
/// work has no memory, so that each stretch with the same c starts anew with the requests that the one before left.
/// </summary>
internal sealed class OracleTransients
{
    /// <summary>How many requests one pass through the whole load has.</summary>
    private const double RequestsPerPass = 2_500;
    private const double Never = double.PositiveInfinity;
    private readonly double _mean;
    private readonly Dictionary<int, ReplicaQueues> _queues = [];
    private readonly RequestBatch _batch = new();
    private readonly SortedDictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly DurationTables _unit = new(new ServiceLaw.Exponential(1));
    private readonly BatchRandom _random;
    private readonly double[] _units = new double[RequestBatch.Size];
    private readonly double[] _exponentials = new double[RequestBatch.Size];
    private int _drawn = RequestBatch.Size;
    private long _arrived;
    private long _waited;

    private OracleTransients(Oracle oracle, ulong seed)
    {
        _mean = 1 / oracle["mu"];
        _random = new BatchRandom(seed, "transients");
    }

    /// <summary>One run by seed; null when the oracle is none of these.</summary>
    public static Func<double, ulong, Func<string, double?>>? Of(Oracle oracle) => oracle.Id switch
    {
        "transient_capacity_schedule" =>
            (requests, seed) => new OracleTransients(oracle, seed).Schedule(Passes(requests)),
        "closedloop_step_policy" =>
            (requests, seed) => new OracleTransients(oracle, seed).StepPolicy(oracle, Passes(requests)),
        _ => null,
    };

    private static int Passes(double requests) => (int)(requests / RequestsPerPass);

    private Func<string, double?> Schedule(int passes)
    {
        for (int pass = 0; pass < passes; pass++)
        {
            int left = 0;
            for (int to = 15; to <= 300; to += 15)
            {
                int workers = to <= 105 ? 5 : to <= 120 ? 7 : to <= 135 ? 9 : 11;
                left = Stretch(left, workers, to is > 60 and <= 180 ? 9 : 4, 15);
                Add(Name($"series_t{to}_EN"), left);
                Add(Name($"series_t{to}_P_all_busy"), left >= workers ? 1 : 0);
            }
        }

        return Mean(passes, []);
    }

    /// <summary>Every 15 s two replicas more or one fewer, by the requests per replica; then one look is skipped.
    /// </summary>
    private Func<string, double?> StepPolicy(Oracle oracle, int passes)
    {
        (int least, int most) = ((int)oracle["min"], (int)oracle["max"]);
        int every = (int)oracle["inspect_every_s"];
        for (int pass = 0; pass < passes; pass++)
        {
            int left = 0;
            int replicas = (int)oracle["start"];
            bool skips = false;
            double from = 0;
            for (int phase = 0; oracle.Parameters.ContainsKey($"profile_{phase}_seconds"); phase++)
            {
                double until = from + oracle[$"profile_{phase}_seconds"];
                for (double to = from + every; to <= until; to += every)
                {
                    left = Stretch(left, replicas, oracle[$"profile_{phase}_lambda_per_s"], every);
                    Add("E_replica_seconds", replicas * every);
                    (bool more, bool fewer) = (!skips && left >= replicas, !skips && left <= 0.3 * replicas);
                    replicas = more ? Math.Min(most, replicas + 2)
                        : fewer ? Math.Max(least, replicas - 1)
                        : replicas;
                    skips = more || fewer; // also when a bound left nothing to change
                    Add(Name($"series_t{(int)to}_EN"), left);
                    Add(Name($"series_t{(int)to}_E_replicas"), replicas);
                    Add(Name($"series_t{(int)to}_P_replicas_{replicas}"), 1);
                }

                from = until;
            }
        }

        return Mean(passes, new() { ["share_of_arrivals_that_wait"] = (double)_waited / _arrived });
    }

    private Func<string, double?> Mean(int passes, Dictionary<string, double> shares) => name =>
        shares.TryGetValue(name, out double share) ? share
        : _sums.TryGetValue(name, out double sum) ? sum / passes
        : name.Contains("_P_", StringComparison.Ordinal) ? 0
        : null;

    private static string Name(FormattableString text) => FormattableString.Invariant(text);

    private void Add(string name, double value) => _sums[name] = _sums.GetValueOrDefault(name) + value;

    /// <summary>Serves what is left from before and what arrives.</summary>
    /// <returns>How many are under way at the end.</returns>
    private int Stretch(int left, int workers, double rate, double length)
    {
        if (!_queues.TryGetValue(workers, out ReplicaQueues? queues))
        {
            queues = _queues[workers] = new ReplicaQueues(new ServiceModel { Workers = workers }, 1);
            queues.Reset(0, 0);
            queues.Join(0);
        }

        queues.Reset(0, 0);
        int after = 0;
        int old = left;
        double next = 0;
        while (old > 0 || next < Never)
        {
            int count = 0;
            for (; old > 0 && count < RequestBatch.Size; old--)
            {
                Put(count++, 0);
            }

            int first = count;
            while (count < RequestBatch.Size && old == 0)
            {
                next += Exponential(1 / rate);
                if (next >= length)
                {
                    next = Never;
                    break;
                }

                Put(count++, next);
            }

            queues.Serve(
                _batch.At.AsSpan(0, count), _batch.Service.AsSpan(0, count), _batch.Finish.AsSpan(0, count),
                _batch.Replica.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                after += _batch.Finish[i] > length ? 1 : 0;
                _arrived += i >= first ? 1 : 0;
                _waited += i >= first && _batch.Finish[i] - _batch.Service[i] > _batch.At[i] + 1e-9 ? 1 : 0;
            }
        }

        return after;
    }

    private void Put(int place, double at)
    {
        _batch.At[place] = at;
        _batch.Service[place] = Exponential(_mean);
    }

    private double Exponential(double mean)
    {
        if (_drawn == _units.Length)
        {
            _random.FillUnits(_units);
            _unit.Fill(_units, _batch.Kind, _exponentials);
            _drawn = 0;
        }

        return _exponentials[_drawn++] * mean;
    }
}
