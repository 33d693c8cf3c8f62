using System.Net;
using System.Text;
using Capacity.Load.Pacing;
using Capacity.Model;
using Capacity.Timing;

namespace Capacity.Load.Http;

/// <summary>Requests through the framework's HTTP client: HTTP/2, TLS, redirects, cookies and proxies.</summary>
internal sealed class ClientPath : IRequestPath
{
    private const double BatchSeconds = 0.25;
    private readonly LoadSettings _settings;
    private readonly LoadTally _tally;
    private readonly RunClock _clock;
    private readonly HttpMessageInvoker _client;
    private readonly PreciseWait _wait = new();
    private readonly MessageTemplate[] _templates;
    private readonly AnswerCheck[] _checks;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly ManualResetEventSlim _idle = new();
    private CancellationTokenSource _timeOut = new();
    private double _batchEnd = double.NegativeInfinity;
    private int _inFlight = 1; // one for the thread that sends, until it says that nothing follows
    private long _refused;

    public ClientPath(LoadSettings settings, LoadTally tally, RunClock clock)
    {
        (_settings, _tally, _clock) = (settings, tally, clock);
        HttpSettings http = settings.Http;
        _templates = [.. settings.Requests.Select(r => new MessageTemplate(r, settings.Target, http.Http2))];
        _checks = [.. settings.Requests.Select(r => new AnswerCheck(r.Check))];
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = http.Proxy is not null,
            Proxy = http.Proxy is null ? null : new WebProxy(http.Proxy),
            UseCookies = http.Cookies,
            AllowAutoRedirect = http.Redirects,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = http.Connections ?? int.MaxValue,
            EnableMultipleHttp2Connections = http.Connections is null,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            ConnectTimeout = http.ConnectTimeout is { } limit ? TimeSpan.FromSeconds(limit) : settings.TimeOut,
        });
    }

    public int InFlight => Math.Max(0, Volatile.Read(ref _inFlight) - (_idle.IsSet ? 0 : 1));

    public PathCounts Counts => new(_refused, 0, 0, 0);

    public void Send(in Shot shot)
    {
        double now = _clock.Now;
        if (_inFlight > _settings.InFlightMax)
        {
            _refused++;
            _tally.Refused(shot.Kind, shot.At);
            shot.Finished?.Invoke(now);
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
        _tally.Sent(shot.Kind, shot.At, now - shot.At);
        _ = ExchangeAsync(shot, now, _timeOut.Token);
    }

    public void Until(long instant) => _wait.Until(instant);

    public bool TrySendNow(in Shot shot, double now) => false;

    public void Wake() => _wait.Wake();

    public void Finish(CancellationToken stop)
    {
        LeaveFlight();
        using CancellationTokenRegistration hurry = stop.Register(() => _giveUp.CancelAfter(_settings.StopGrace));
        _idle.Wait(CancellationToken.None);
    }

    public void Dispose()
    {
        _client.Dispose();
        _timeOut.Dispose();
        _giveUp.Dispose();
        _idle.Dispose();
        _wait.Dispose();
    }

    private async Task ExchangeAsync(Shot shot, double sent, CancellationToken timeOut)
    {
        double end = double.NaN;
        double firstByte = double.NaN;
        try
        {
            using HttpRequestMessage request = _templates[shot.Kind].Message(shot.Unit);
            using HttpResponseMessage response = await _client.SendAsync(request, timeOut);
            firstByte = _clock.Now;
            AnswerCheck check = _checks[shot.Kind];
            byte[] body = [];
            if (check.CaptureMax > 0)
            {
                await response.Content.LoadIntoBufferAsync(check.CaptureMax, timeOut);
                body = await response.Content.ReadAsByteArrayAsync(timeOut);
            }
            else
            {
                await response.Content.CopyToAsync(Stream.Null, timeOut);
            }

            end = _clock.Now;
            double service = response.Headers.NonValidated.TryGetValues("Server-Timing", out var values)
                ? ServerTiming.Parse(values.ToString()).App
                : double.NaN;
            int status = (int)response.StatusCode;
            long received = Math.Max(body.Length, response.Content.Headers.ContentLength ?? 0);
            _tally.Finished(new Outcome(shot.Kind, shot.At, sent, firstByte, end, status,
                check.Judge(status, check.NeedsHead ? HeadOf(response) : [], body), service, 0, received));
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            _tally.GivenUp(shot.Kind);
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or OperationCanceledException)
        {
            end = _clock.Now;
            _tally.Finished(new Outcome(shot.Kind, shot.At, sent, firstByte, end, 0,
                ClassOf(problem, !double.IsNaN(firstByte)), double.NaN, 0, 0));
        }
        finally
        {
            shot.Finished?.Invoke(double.IsNaN(end) ? _clock.Now : end);
            LeaveFlight();
        }
    }

    private static FailureClass ClassOf(Exception problem, bool begun) => problem switch
    {
        OperationCanceledException => FailureClass.Timeout,
        HttpRequestException e => e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => FailureClass.NameUnknown,
            HttpRequestError.ConnectionError when e.InnerException is OperationCanceledException =>
                FailureClass.ConnectTimeout,
            HttpRequestError.ConnectionError when
                e.InnerException is System.Net.Sockets.SocketException { SocketErrorCode: var code } =>
                code == System.Net.Sockets.SocketError.ConnectionRefused
                    ? FailureClass.ConnectRefused
                    : FailureClass.ConnectFailed,
            HttpRequestError.ConnectionError => FailureClass.ConnectFailed,
            HttpRequestError.SecureConnectionError => FailureClass.Tls,
            HttpRequestError.ResponseEnded => begun ? FailureClass.CutOff : FailureClass.ClosedWithoutAnswer,
            HttpRequestError.ConfigurationLimitExceeded => begun
                ? FailureClass.BodyTooLarge
                : FailureClass.HeaderTooLarge,
            _ => ClassOfCause(e, begun),
        },
        _ => ClassOfCause(problem, begun),
    };

    private static FailureClass ClassOfCause(Exception problem, bool begun)
    {
        for (Exception? e = problem; e is not null; e = e.InnerException)
        {
            if (e is System.Net.Sockets.SocketException)
            {
                return FailureClass.Reset;
            }

            if (e is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded })
            {
                return begun ? FailureClass.CutOff : FailureClass.ClosedWithoutAnswer;
            }
        }

        return FailureClass.Protocol;
    }

    /// <summary>Status line and headers in the form that checks read.</summary>
    private static byte[] HeadOf(HttpResponseMessage response)
    {
        var text = new StringBuilder("HTTP/1.1 000\r\n");
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in
            response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            text.Append(name).Append(": ").Append(values).Append("\r\n");
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    private void LeaveFlight()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0)
        {
            _idle.Set();
        }
    }
}
