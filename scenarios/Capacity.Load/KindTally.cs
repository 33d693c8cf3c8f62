using System.Runtime.CompilerServices;
using Capacity.Load.Http;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>Counts what becomes of one kind of request, in memory that does not grow.</summary>
/// <remarks>
/// An answer that came in one piece has one duration from the sending, to its first byte and to its end; if it was sent
/// when it was due, that is its response time as well. Such durations are recorded once, and added to all histograms
/// that they belong to when somebody asks for the result.
/// </remarks>
internal sealed class KindTally
{
    private const int StatusMax = 1000;
    private readonly DurationCounts _punctual = new(); // sent when due, answered in one piece: all three are one
    private readonly DurationCounts _latency = new();
    private readonly DurationCounts _whole = new(); // answered in one piece: exchange and first byte
    private readonly DurationCounts _exchange = new();
    private readonly DurationCounts _firstByte = new();
    private readonly LatencyHistogram _service = new();
    private readonly long[] _statusCodes = new long[StatusMax];
    private readonly long[] _failures = new long[FailureNames.Count];
    private long _bytesSent;
    private long _bytesReceived;

    /// <summary>Requests that were due.</summary>
    public long Scheduled { get; set; }

    /// <summary>Requests that the end of the run cut off.</summary>
    public long Dropped { get; set; }

    /// <summary>A request is over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(in Outcome outcome)
    {
        _statusCodes[Math.Clamp(outcome.Status, 0, StatusMax - 1)]++;
        _failures[(int)outcome.Failure]++;
        _bytesSent += outcome.BytesSent;
        _bytesReceived += outcome.BytesReceived;
        if (outcome.Status != 0)
        {
            RecordAnswer(outcome);
        }
    }

    /// <summary>What was counted.</summary>
    /// <param name="name">The kind's name.</param>
    public KindResult Result(string name)
    {
        var statusCodes = new SortedDictionary<int, long>();
        for (int i = 0; i < _statusCodes.Length; i++)
        {
            if (_statusCodes[i] > 0)
            {
                statusCodes.Add(i, _statusCodes[i]);
            }
        }

        var failures = new SortedDictionary<string, long>(StringComparer.Ordinal);
        long failed = 0;
        for (int i = (int)FailureClass.None + 1; i < _failures.Length; i++)
        {
            if (_failures[i] > 0)
            {
                failures.Add(FailureNames.Of((FailureClass)i), _failures[i]);
                failed += _failures[i];
            }
        }

        long ok = _failures[(int)FailureClass.None];
        return new KindResult(name, new RequestCounts(Scheduled, ok, failed, Dropped), Sum(_punctual, _latency),
            _service, statusCodes)
        {
            Client = new ClientView(
                Sum(_punctual, _whole, _exchange), Sum(_punctual, _whole, _firstByte), failures, _bytesSent,
                _bytesReceived),
        };
    }

    private static LatencyHistogram Sum(params ReadOnlySpan<DurationCounts> parts)
    {
        var sum = LatencyHistogram.Fine();
        foreach (DurationCounts part in parts)
        {
            part.AddTo(sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RecordAnswer(in Outcome outcome)
    {
        double latency = outcome.End - outcome.At;
        bool whole = outcome.FirstByte >= outcome.End;
        if (whole && outcome.Sent <= outcome.At)
        {
            _punctual.Record(latency);
        }
        else
        {
            _latency.Record(latency);
            if (whole)
            {
                _whole.Record(outcome.End - outcome.Sent);
            }
            else
            {
                _exchange.Record(outcome.End - outcome.Sent);
                _firstByte.Record(outcome.FirstByte - outcome.Sent);
            }
        }

        if (!double.IsNaN(outcome.Service))
        {
            _service.Record(outcome.Service);
        }
    }
}
