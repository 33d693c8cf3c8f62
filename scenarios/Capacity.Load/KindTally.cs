using System.Runtime.CompilerServices;
using Capacity.Load.Http;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>Counts what becomes of one kind of request, in memory that does not grow.</summary>
internal sealed class KindTally
{
    private const int StatusMax = 1000;
    private readonly LatencyHistogram _latency = LatencyHistogram.Fine();
    private readonly LatencyHistogram _exchange = LatencyHistogram.Fine();
    private readonly LatencyHistogram _firstByte = LatencyHistogram.Fine();
    private readonly LatencyHistogram _service = new();
    private readonly long[] _statusCodes = new long[StatusMax];
    private readonly long[] _failures = new long[FailureNames.Count];
    private long _ok;
    private long _failed;
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
        _bytesSent += outcome.BytesSent;
        _bytesReceived += outcome.BytesReceived;
        if (outcome.Failure == FailureClass.None)
        {
            _ok++;
        }
        else
        {
            _failed++;
            _failures[(int)outcome.Failure]++;
        }

        if (outcome.Status != 0)
        {
            _latency.Record(outcome.End - outcome.At);
            _exchange.Record(outcome.End - outcome.Sent);
            _firstByte.Record(outcome.FirstByte - outcome.Sent);
            if (!double.IsNaN(outcome.Service))
            {
                _service.Record(outcome.Service);
            }
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
        for (int i = 0; i < _failures.Length; i++)
        {
            if (_failures[i] > 0)
            {
                failures.Add(FailureNames.Of((FailureClass)i), _failures[i]);
            }
        }

        return new KindResult(
            name, new RequestCounts(Scheduled, _ok, _failed, Dropped), _latency, _service, statusCodes)
        {
            Client = new ClientView(_exchange, _firstByte, failures, _bytesSent, _bytesReceived),
        };
    }
}
