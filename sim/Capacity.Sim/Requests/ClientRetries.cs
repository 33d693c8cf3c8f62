using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>A request as its client sees it, whatever happens to its attempts.</summary>
/// <param name="Since">When it was sent first, seconds.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Service">Seconds for which each attempt holds a worker.</param>
/// <param name="Overhead">Seconds that each attempt takes besides.</param>
/// <param name="Attempt">How often it has been sent.</param>
internal readonly record struct ClientRequest(double Since, int Kind, double Service, double Overhead, int Attempt);

/// <summary>When failed requests are sent again: back-off with jitter, and a budget.</summary>
internal sealed class ClientRetries(RetryModel model, ulong seed, double duration)
{
    private readonly RandomSource _jitter = new(seed, "retries");
    private readonly long[] _sent = new long[(int)duration + 2]; // by second
    private readonly long[] _retried = new long[(int)duration + 2];

    /// <summary>No failure is answered by a retry sooner than this, seconds.</summary>
    public double ShortestPause => model.Backoff / 2;

    /// <summary>How many attempts were not the first.</summary>
    public long Count { get; private set; }

    /// <summary>Whether a request that has been sent so often may be sent again at all.</summary>
    public bool HasMore(int attempt) => attempt < model.Attempts;

    /// <summary>Counts requests that are sent for the first time.</summary>
    /// <param name="at">When, seconds, ascending.</param>
    public void Sent(ReadOnlySpan<double> at)
    {
        if (model.Budget is null)
        {
            return;
        }

        while (at.Length > 0)
        {
            int second = Second(at[0]);
            bool toTheEnd = second == _sent.Length - 1 || at[^1] < second + 1;
            int within = toTheEnd ? at.Length : ArrivalCounts.Before(at, second + 1);
            _sent[second] += within;
            at = at[within..];
        }
    }

    /// <summary>Decides about a failed request.</summary>
    /// <param name="attempt">How often it has been sent.</param>
    /// <param name="failed">When its client learnt of the failure, seconds; not before the previous one.</param>
    /// <returns>When it is sent again; null: it has failed for good.</returns>
    public double? Next(int attempt, double failed)
    {
        if (!HasMore(attempt) || !Spend(Second(failed)))
        {
            return null;
        }

        Count++;
        double pause = Math.Min(model.Max, model.Backoff * Math.Pow(2, Math.Min(attempt - 1, 60)));
        return failed + (pause * (0.5 + (0.5 * _jitter.NextUnit())));
    }

    private bool Spend(int second)
    {
        double allowed = model.Budget is { } share
            ? Math.Max(1, share * (second == 0 ? 0 : _sent[second - 1]))
            : double.PositiveInfinity;
        if (_retried[second] + 1 > allowed)
        {
            return false;
        }

        _retried[second]++;
        return true;
    }

    private int Second(double at) => Math.Min((int)at, _sent.Length - 1);
}
