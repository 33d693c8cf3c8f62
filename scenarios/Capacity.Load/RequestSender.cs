using System.Diagnostics;
using System.Globalization;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>Sends requests without waiting for their answers, and tells the tally what became of each.</summary>
internal sealed class RequestSender : IDisposable
{
    private const double BatchSeconds = 0.25;
    private const int CachedAddresses = 20_000; // milliseconds, that is service times up to 20 s
    private readonly LoadSettings _settings;
    private readonly LoadTally _tally;
    private readonly long _start;
    private readonly HttpMessageInvoker _client;
    private readonly HttpMethod[] _methods;
    private readonly Uri?[][] _addresses;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _timeOut = new();
    private double _batchEnd = double.NegativeInfinity;
    private int _inFlight = 1; // one for the thread that sends, until it says that nothing follows

    public RequestSender(LoadSettings settings, LoadTally tally, long start)
    {
        _settings = settings;
        _tally = tally;
        _start = start;
        _methods = [.. settings.Requests.Select(r => new HttpMethod(r.Method))];
        _addresses = [.. settings.Requests.Select(r =>
            new Uri?[r.Path.Contains(RequestKind.ServiceTimePlace, StringComparison.Ordinal) ? CachedAddresses : 1])];
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            MaxConnectionsPerServer = int.MaxValue,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            ConnectTimeout = settings.TimeOut,
        });
    }

    /// <summary>Requests without an answer yet.</summary>
    public int InFlight => Math.Max(0, Volatile.Read(ref _inFlight) - (_idle.Task.IsCompleted ? 0 : 1));

    /// <summary>Requests that were not sent because too many were in flight.</summary>
    public long Refused { get; private set; }

    /// <summary>Sends one request. Called by one thread only.</summary>
    /// <param name="kind">Index of its kind.</param>
    /// <param name="at">Scheduled instant, seconds since the start; its latency counts from here.</param>
    /// <param name="unit">Quantile of the kind's service law.</param>
    /// <param name="finished">Called with the instant of the end, if any; null when nobody waits.</param>
    public void Send(int kind, double at, double unit, Action<double>? finished)
    {
        double now = Now();
        if (_inFlight > _settings.InFlightMax)
        {
            Refused++;
            _tally.Refused(kind, at);
            finished?.Invoke(now);
            return;
        }

        if (now >= _batchEnd)
        {
            // Requests of a quarter of a second share one timer; a timer for each would cost more than its answer.
            _batchEnd = now + BatchSeconds;
            _timeOut = CancellationTokenSource.CreateLinkedTokenSource(_giveUp.Token);
            _timeOut.CancelAfter(_settings.TimeOut + TimeSpan.FromSeconds(BatchSeconds));
        }

        Interlocked.Increment(ref _inFlight);
        _tally.Sent(kind, at, now - at);
        _ = ExchangeAsync(kind, at, unit, finished, _timeOut.Token);
    }

    /// <summary>Nothing more is sent; waits for the answers of what was.</summary>
    /// <param name="stop">Begins the grace after which the rest is given up.</param>
    public async Task FinishAsync(CancellationToken stop)
    {
        LeaveFlight();
        using CancellationTokenRegistration hurry = stop.Register(() => _giveUp.CancelAfter(_settings.StopGrace));
        await _idle.Task;
    }

    public void Dispose()
    {
        _client.Dispose();
        _timeOut.Dispose();
        _giveUp.Dispose();
    }

    private async Task ExchangeAsync(
        int kind, double at, double unit, Action<double>? finished, CancellationToken timeOut)
    {
        double end = double.NaN;
        try
        {
            using var request = new HttpRequestMessage(_methods[kind], AddressOf(kind, unit))
            {
                Version = System.Net.HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using HttpResponseMessage response = await _client.SendAsync(request, timeOut);
            await response.Content.CopyToAsync(Stream.Null, timeOut);
            end = Now();
            double service = response.Headers.NonValidated.TryGetValues("Server-Timing", out var values)
                ? ServerTiming.Parse(values.ToString()).App
                : double.NaN;
            _tally.Answered(kind, end, end - at, (int)response.StatusCode, service);
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            _tally.GivenUp(kind);
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or OperationCanceledException)
        {
            end = Now();
            _tally.Broken(kind, end);
        }
        finally
        {
            finished?.Invoke(double.IsNaN(end) ? Now() : end);
            LeaveFlight();
        }
    }

    private void LeaveFlight()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0)
        {
            _idle.TrySetResult();
        }
    }

    private Uri AddressOf(int kind, double unit)
    {
        RequestKind asked = _settings.Requests[kind];
        Uri?[] known = _addresses[kind];
        if (known.Length == 1)
        {
            return known[0] ??= new Uri(_settings.Target, asked.Path);
        }

        long ms = (long)Math.Min(Math.Round(asked.ServiceTime.Quantile(unit) * 1000), int.MaxValue);
        return ms < known.Length ? known[ms] ??= Filled(asked.Path, ms) : Filled(asked.Path, ms);
    }

    private Uri Filled(string path, long ms) => new(_settings.Target, path.Replace(
        RequestKind.ServiceTimePlace, ms.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

    private double Now() => (double)(Stopwatch.GetTimestamp() - _start) / Stopwatch.Frequency;
}
