using System.Net.WebSockets;
using Capacity.Reports;
using Capacity.Sim.WhatIf;

namespace Capacity.Cli.Serving;

/// <summary>One open page: takes its requests, simulates the newest, and answers as launches are done.</summary>
internal sealed class WhatIfSession : IDisposable
{
    private const int MessageBytesMax = 64 << 10;
    private const int LaunchesKept = 3_000;
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    private readonly WhatIfSubject _subject;
    private readonly WebSocket _socket;
    private readonly TimeProvider _clock;
    private readonly int _threads;
    private readonly long _began;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly CaseCache _cases = new(LaunchesKept);
    private readonly WhatIfAgenda _agenda;
    private CancellationTokenSource _job = new();
    private bool _told = true; // that everything is done
    private int _sequence;

    /// <summary>Prepares a session.</summary>
    /// <param name="subject">What the page is about.</param>
    /// <param name="socket">Stays the caller's.</param>
    /// <param name="threads">Launches at once.</param>
    /// <param name="clock">Tells the time.</param>
    public WhatIfSession(WhatIfSubject subject, WebSocket socket, int threads, TimeProvider clock)
    {
        _subject = subject;
        _socket = socket;
        _threads = threads;
        _clock = clock;
        _began = clock.GetTimestamp();
        _agenda = new WhatIfAgenda(subject.Knobs.All);
    }

    private TimeSpan Now => _clock.GetElapsedTime(_began);

    /// <summary>Serves the page until it goes away, sends what no page of ours sends, or the server stops.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task work = WorkAsync(end.Token);
        try
        {
            await SendAsync(WhatIfMessages.Hello(_subject), end.Token);
            await ReceiveAsync(end.Token);
        }
        catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or IOException)
        {
            // The page has gone, or the server stops: there is nobody to tell.
        }

        await end.CancelAsync();
        lock (_gate)
        {
            _job.Cancel();
        }

        await work;
        await CloseAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _job.Dispose();
        _signal.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken stop)
    {
        byte[] buffer = new byte[MessageBytesMax];
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult got = await _socket.ReceiveAsync(buffer.AsMemory(length), stop);
            length += got.Count;
            if (got.MessageType != WebSocketMessageType.Text || length == buffer.Length)
            {
                return;
            }

            if (got.EndOfMessage)
            {
                if (WhatIfMessages.Read(buffer.AsMemory(0, length), _subject.Measured.Count) is not { } request)
                {
                    return;
                }

                length = 0;
                Take(request);
            }
        }
    }

    private void Take(WhatIfRequest request)
    {
        lock (_gate)
        {
            if (_agenda.Take(request, Now))
            {
                _job.Cancel();
            }
        }

        _signal.Release();
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                WhatIfJob? job;
                TimeSpan? wait;
                CancellationToken given;
                lock (_gate)
                {
                    (job, wait) = _agenda.Next(Now);
                    if (_job.IsCancellationRequested)
                    {
                        _job.Dispose();
                        _job = new CancellationTokenSource();
                    }

                    given = _job.Token;
                }

                if (job is null)
                {
                    await RestAsync(wait, stop);
                }
                else if (await Task.Run(() => Do(job, given), stop) is { } message)
                {
                    await SendAsync(message, stop);
                }
            }
        }
        catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or IOException)
        {
            // As above; the receiving side ends the session.
        }
    }

    private async Task RestAsync(TimeSpan? wait, CancellationToken stop)
    {
        if (wait is null && !_told)
        {
            _told = true;
            await SendAsync(WhatIfMessages.Calm(_sequence), stop);
        }

        await _signal.WaitAsync(wait ?? Timeout.InfiniteTimeSpan, stop);
    }

    private byte[]? Do(WhatIfJob job, CancellationToken given) => job switch
    {
        WhatIfJob.Begin begin => Begin(begin, given),
        WhatIfJob.Simulate simulate => Simulate(simulate, given),
        WhatIfJob.Smell smell => Smell(smell, given),
        _ => null,
    };

    private byte[]? Begin(WhatIfJob.Begin job, CancellationToken given)
    {
        WhatIfRequest request = job.Request;
        TurnedLaunches turned = Launches(request.Values, request.View);
        long start = _clock.GetTimestamp();
        using var limit = new CancellationTokenSource(job.Limit, _clock);
        WhatIfSummary? beginning = turned.Launches.Begin(limit.Token, given);
        if (given.IsCancellationRequested && turned.Launches.Count == 0)
        {
            return null;
        }

        Note(request, turned);
        return beginning is null && turned.Launches.Count == 0 ? null : WhatIfMessages.Result(
            request, turned.Case, beginning ?? turned.Launches.Summarize(), isLast: false,
            _clock.GetElapsedTime(start).TotalSeconds);
    }

    private byte[]? Simulate(WhatIfJob.Simulate job, CancellationToken given)
    {
        WhatIfRequest request = job.Request;
        TurnedLaunches turned = Launches(request.Values, request.View);
        long start = _clock.GetTimestamp();
        if (!turned.Launches.Extend(job.Launches, _threads, given))
        {
            return null;
        }

        Note(request, turned);
        return WhatIfMessages.Result(
            request, turned.Case, turned.Launches.Summarize(), job.IsLast,
            _clock.GetElapsedTime(start).TotalSeconds);
    }

    private TurnedLaunches Launches(IReadOnlyDictionary<string, double> values, int view) =>
        _cases.Take(_subject.KeyOf(values, view), () => _subject.Prepare(values, view));

    private void Note(WhatIfRequest request, TurnedLaunches turned)
    {
        (_told, _sequence) = (false, request.IsPin ? _sequence : request.Sequence);
        lock (_gate)
        {
            _agenda.Done(request, turned.Launches.Count, turned.Launches.Passed);
        }
    }

    private byte[]? Smell(WhatIfJob.Smell job, CancellationToken given)
    {
        var values = new Dictionary<string, double>(job.Request.Values, StringComparer.Ordinal)
        {
            [job.Knob.Id] = job.Knob.Stops[job.Stop],
        };
        WhatIfLaunches launches = Launches(values, WhatIfSubject.LaunchView).Launches;
        int most = Math.Max(1, _threads - 1); // the browser, where the next move begins, keeps a processor
        if (!launches.Extend(WhatIfAgenda.SmellLaunches, most, given))
        {
            return null;
        }

        double share = (double)launches.Passed / launches.Count;
        Scent found = share >= Verdict.Target ? Scent.Go : share > 1 - Verdict.Target ? Scent.AtRisk : Scent.NoGo;
        lock (_gate)
        {
            return _agenda.Done(job, found) is { } track
                ? WhatIfMessages.Track(job.Request, job.Knob, track) : null;
        }
    }

    private async Task SendAsync(byte[] message, CancellationToken stop)
    {
        using var slow = CancellationTokenSource.CreateLinkedTokenSource(stop);
        slow.CancelAfter(SendTimeout);
        await _socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, slow.Token);
    }

    private async Task CloseAsync()
    {
        try
        {
            using var slow = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, slow.Token);
        }
        catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or IOException
            or ObjectDisposedException)
        {
            // It is closed already.
        }
    }
}
