using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>
/// What became of the runs of one step, or of a scenario's iterations, in memory that does not grow with their number.
/// </summary>
/// <remarks>
/// Threads record in parts of their own, as far as there are parts, so that they rarely wait for each other. What is in
/// the parts moves to the totals once per interval.
/// </remarks>
internal sealed class StepTally
{
    private static readonly int Parts = (int)System.Numerics.BitOperations.RoundUpToPowerOf2(
        (uint)Math.Clamp(Environment.ProcessorCount, 1, 16));

    private readonly Part[] _parts = [.. Enumerable.Range(0, Parts).Select(_ => new Part())];
    private readonly ScriptTally _owner;

    public StepTally(string name, ScriptTally owner) => (Name, _owner) = (name, owner);

    /// <summary>The step's name; of a scenario's iterations the scenario's.</summary>
    public string Name { get; }

    /// <summary>Everything so far, without what is still in the parts.</summary>
    public OutcomeTotals Total { get; } = new();

    /// <summary>What the last interval brought.</summary>
    public OutcomeTotals Interval { get; private set; } = new();

    /// <summary>Counts one run.</summary>
    /// <param name="now">Timestamp of its end.</param>
    /// <param name="began">Timestamp from which its time counts.</param>
    /// <param name="response">What became of it.</param>
    public void Record(long now, long began, IResponse response)
    {
        if (!_owner.Counts(now))
        {
            return;
        }

        Part part = _parts[Environment.CurrentManagedThreadId & (_parts.Length - 1)];
        double seconds = (now - began) * ScriptTally.SecondsPerTick;
        part.Gate.Enter();
        try
        {
            part.Totals.Record(seconds, response);
        }
        finally
        {
            part.Gate.Exit();
        }
    }

    /// <summary>Moves what the parts hold to the totals.</summary>
    /// <param name="interval">An empty one, to become <see cref="Interval"/>; the last one is given back
    /// empty.</param>
    public OutcomeTotals Collect(OutcomeTotals interval)
    {
        foreach (Part part in _parts)
        {
            OutcomeTotals full;
            lock (part.Gate)
            {
                (full, part.Totals, part.Spare) = (part.Totals, part.Spare, part.Totals);
            }

            interval.Add(full);
            full.Clear();
        }

        Total.Add(interval);
        OutcomeTotals last = Interval;
        Interval = interval;
        last.Clear();
        return last;
    }

    private sealed class Part
    {
        public Lock Gate { get; } = new();

        public OutcomeTotals Totals { get; set; } = new();

        public OutcomeTotals Spare { get; set; } = new();
    }
}

/// <summary>Counts of one status.</summary>
/// <param name="StatusCode">As the responses said.</param>
/// <param name="IsError">Whether they failed.</param>
/// <param name="Message">Message of the first of them.</param>
internal sealed record OutcomeKey(string StatusCode, bool IsError, string Message);

/// <summary>Times, bytes and counts by status. For one thread at a time.</summary>
internal sealed class OutcomeTotals
{
    /// <summary>More statuses than this are counted together.</summary>
    private const int StatusMax = 100;

    private readonly List<OutcomeKey> _keys = [];
    private readonly List<long> _counts = [];
    private int _last;

    public Recorder Ok { get; } = new();

    public Recorder Fail { get; } = new();

    public long Count => Ok.Count + Fail.Count;

    /// <summary>Counts by status, in the order in which they were first seen.</summary>
    public IEnumerable<(OutcomeKey Key, long Count)> Outcomes => _keys.Zip(_counts).Where(o => o.Second > 0);

    public void Record(double seconds, IResponse response)
    {
        (response.IsError ? Fail : Ok).Record(seconds, response.SizeBytes);
        _counts[PlaceOf(response.StatusCode, response.IsError, response.Message)]++;
    }

    public void Add(OutcomeTotals other)
    {
        Ok.Add(other.Ok);
        Fail.Add(other.Fail);
        for (int i = 0; i < other._keys.Count; i++)
        {
            if (other._counts[i] > 0)
            {
                OutcomeKey key = other._keys[i];
                _counts[PlaceOf(key.StatusCode, key.IsError, key.Message)] += other._counts[i];
            }
        }
    }

    public void Clear()
    {
        Ok.Clear();
        Fail.Clear();
        for (int i = 0; i < _counts.Count; i++)
        {
            _counts[i] = 0;
        }
    }

    private int PlaceOf(string status, bool isError, string message)
    {
        if (_last < _keys.Count && Is(_keys[_last], status, isError))
        {
            return _last;
        }

        for (int i = 0; i < _keys.Count; i++)
        {
            if (Is(_keys[i], status, isError))
            {
                return _last = i;
            }
        }

        if (_keys.Count >= StatusMax)
        {
            return Crowded(isError);
        }

        _keys.Add(new OutcomeKey(status, isError, message));
        _counts.Add(0);
        return _last = _keys.Count - 1;
    }

    /// <summary>The last status that failed alike: not in the method above, where its closure would cost each
    /// record.</summary>
    private int Crowded(bool isError) => Math.Max(0, _keys.FindLastIndex(k => k.IsError == isError));

    private static bool Is(OutcomeKey key, string status, bool isError) =>
        key.IsError == isError && (ReferenceEquals(key.StatusCode, status) || key.StatusCode == status);

    /// <summary>Times and bytes of the successes, or of the failures.</summary>
    internal sealed class Recorder
    {
        private LatencyHistogram? _latency;

        public long Count { get; private set; }

        public double SumSquares { get; private set; }

        public double MinSeconds { get; private set; } = double.PositiveInfinity;

        public long Bytes { get; private set; }

        public long MinBytes { get; private set; } = long.MaxValue;

        public long MaxBytes { get; private set; }

        public LatencyHistogram Latency => _latency ??= new LatencyHistogram();

        public void Record(double seconds, long bytes)
        {
            Count++;
            Latency.Record(seconds);
            SumSquares += seconds * seconds;
            MinSeconds = Math.Min(MinSeconds, seconds);
            Bytes += bytes;
            MinBytes = Math.Min(MinBytes, bytes);
            MaxBytes = Math.Max(MaxBytes, bytes);
        }

        public void Add(Recorder other)
        {
            if (other.Count == 0)
            {
                return;
            }

            Count += other.Count;
            Latency.Merge(other.Latency);
            SumSquares += other.SumSquares;
            MinSeconds = Math.Min(MinSeconds, other.MinSeconds);
            Bytes += other.Bytes;
            MinBytes = Math.Min(MinBytes, other.MinBytes);
            MaxBytes = Math.Max(MaxBytes, other.MaxBytes);
        }

        public void Clear()
        {
            if (Count > 0)
            {
                _latency = new LatencyHistogram();
            }

            (Count, SumSquares, MinSeconds) = (0, 0, double.PositiveInfinity);
            (Bytes, MinBytes, MaxBytes) = (0, long.MaxValue, 0);
        }
    }
}
