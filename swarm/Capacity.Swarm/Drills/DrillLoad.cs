using System.Diagnostics;
using System.Globalization;

namespace Capacity.Swarm.Drills;

/// <summary>A modest open load for a drill: evenly spaced, whatever the service does.</summary>
internal sealed class DrillLoad : IAsyncDisposable
{
    /// <summary>Requests per second.</summary>
    public const int Rate = 20;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1000 })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };

    private readonly Uri _proxy;
    private readonly long _start;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<DrillRequest> _requests = [];
    private readonly Task _pacing;
    private int _delay = 20;

    /// <summary>Begins to send.</summary>
    /// <param name="proxy">Base address.</param>
    /// <param name="start">Timestamp of second 0.</param>
    public DrillLoad(Uri proxy, long start)
    {
        (_proxy, _start) = (proxy, start);
        _pacing = Task.Run(PaceAsync);
    }

    /// <summary>How long requests take from now on, milliseconds.</summary>
    public int Delay
    {
        get => Volatile.Read(ref _delay);
        set => Volatile.Write(ref _delay, value);
    }

    /// <summary>Those that are over.</summary>
    public IReadOnlyList<DrillRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Sends nothing more, and waits for the last answers.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _pacing;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task PaceAsync()
    {
        var open = new List<Task>();
        double first = Now();
        for (int i = 0; ; i++)
        {
            double at = first + ((double)i / Rate);
            await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, at - Now())), _stop.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested)
            {
                break;
            }

            open.RemoveAll(t => t.IsCompleted);
            open.Add(AskAsync(at));
        }

        await Task.WhenAll(open);
    }

    private async Task AskAsync(double at)
    {
        string failure = "";
        try
        {
            var address = new Uri(_proxy, string.Create(CultureInfo.InvariantCulture, $"/demo/hello?delay={Delay}"));
            using HttpResponseMessage answer = await _http.GetAsync(address);
            failure = answer.IsSuccessStatusCode ? ""
                : ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            failure = "connection";
        }
        catch (TaskCanceledException)
        {
            failure = "timeout";
        }

        lock (_gate)
        {
            _requests.Add(new DrillRequest(at, Now(), failure));
        }
    }

    private double Now() => Stopwatch.GetElapsedTime(_start).TotalSeconds;
}
