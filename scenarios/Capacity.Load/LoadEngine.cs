using System.Diagnostics;
using Capacity.Model;
using Capacity.Timing;

namespace Capacity.Load;

/// <summary>
/// Drives real HTTP requests by a load plan: open arrivals at their scheduled instants whatever the service does, and
/// closed users one request after the other.
/// </summary>
/// <remarks>
/// One thread of its own does the pacing and never waits for an answer. Response times count from the scheduled
/// instant, so a service that freezes cannot hide the requests that would have come meanwhile. Memory does not grow
/// with the number of requests.
/// </remarks>
/// <param name="settings">What to send where.</param>
public sealed class LoadEngine(LoadSettings settings)
{
    private const int Batch = 256;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs the whole plan and waits for the last answers.</summary>
    /// <param name="start">The <see cref="Stopwatch"/> timestamp that is second 0; may lie a little ahead.</param>
    /// <param name="progress">Told four times per second; null when nobody looks.</param>
    /// <param name="stop">Ends the run early; what was measured so far is returned, marked as partial.</param>
    /// <returns>
    /// A measured run without replicas, alerts or scale actions. Requests that were never sent, and those given up
    /// after the stop, count as dropped.
    /// </returns>
    public async Task<RunResult> RunAsync(long start, IProgress<LoadProgress>? progress, CancellationToken stop)
    {
        var tally = new LoadTally(settings);
        using var sender = new RequestSender(settings, tally, start);
        using var pacing = new Pacing(settings, tally, sender, start, stop);
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        long began = Stopwatch.GetTimestamp();
        using var watching = new CancellationTokenSource();
        Task watch = progress is null ? Task.CompletedTask : WatchAsync(tally, sender, start, progress, watching.Token);
        await pacing.RunAsync();
        bool partial = stop.IsCancellationRequested;
        double ended = Stopwatch.GetElapsedTime(start).TotalSeconds;
        TimeSpan wall = Stopwatch.GetElapsedTime(began);
        double cpuShare = wall > TimeSpan.Zero ? (Environment.CpuUsage.TotalTime - cpuBefore) / wall : 0;
        await sender.FinishAsync(stop);
        await watching.CancelAsync();
        await watch;
        return tally.Result(partial ? Math.Clamp(ended, 0, settings.Plan.Duration) : settings.Plan.Duration,
            partial, cpuShare, Events(sender, partial, ended));
    }

    private static async Task WatchAsync(
        LoadTally tally, RequestSender sender, long start, IProgress<LoadProgress> progress, CancellationToken end)
    {
        using var timer = new PeriodicTimer(ProgressInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                progress.Report(tally.Progress(Stopwatch.GetElapsedTime(start).TotalSeconds, sender.InFlight));
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private List<RunEvent> Events(RequestSender sender, bool partial, double ended)
    {
        var events = new List<RunEvent>();
        if (sender.Refused > 0)
        {
            events.Add(new RunEvent(settings.Plan.Duration, "load",
                $"{sender.Refused} requests failed unsent: {settings.InFlightMax} were in flight already "
                + "(dropped by client)"));
        }

        if (partial)
        {
            events.Add(new RunEvent(ended, "load", "the load was stopped early"));
        }

        return events;
    }

    /// <summary>The thread that sends at scheduled instants.</summary>
    private sealed class Pacing : IDisposable
    {
        private readonly LoadTally _tally;
        private readonly RequestSender _sender;
        private readonly long _start;
        private readonly double _duration;
        private readonly CancellationToken _stop;
        private readonly PreciseWait _wait = new();
        private readonly UserCrowd _users;
        private readonly double[] _at = new double[Batch];
        private readonly int[] _kinds = new int[Batch];
        private readonly double[] _units = new double[Batch];
        private readonly RequestStream _stream;
        private int _next;
        private int _filled;

        public Pacing(LoadSettings settings, LoadTally tally, RequestSender sender, long start, CancellationToken stop)
        {
            (_tally, _sender, _start, _stop) = (tally, sender, start, stop);
            _duration = settings.Plan.Duration;
            _users = new UserCrowd(settings) { Changed = _wait.Wake };
            _stream = new RequestStream(
                settings.Plan.Open, settings.Spacing, [.. settings.Requests.Select(r => r.Share)], settings.Seed,
                settings.Plan.Recorded);
        }

        public async Task RunAsync()
        {
            var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var thread = new Thread(() =>
            {
                try
                {
                    Run();
                    over.SetResult();
                }
                catch (Exception problem)
                {
                    over.SetException(problem); // a mistake of ours: rethrown to whoever awaits the run
                }
            })
            { IsBackground = true, Name = "load pacing", Priority = ThreadPriority.AboveNormal };
            using CancellationTokenRegistration wake = _stop.Register(_wait.Wake);
            thread.Start();
            await over.Task;
        }

        public void Dispose() => _wait.Dispose();

        private void Run()
        {
            while (!_stop.IsCancellationRequested)
            {
                double now = Stopwatch.GetElapsedTime(_start).TotalSeconds;
                double open = SendOpen(now);
                double user = _users.SendDue(now, _sender);
                double next = Math.Min(open, user);
                if (double.IsPositiveInfinity(next) && !_users.AnyActive)
                {
                    // The plan may end with a pause; the run then lasts as long as the plan.
                    next = _duration;
                    if (now >= next)
                    {
                        return;
                    }
                }

                _wait.Until(double.IsPositiveInfinity(next)
                    ? long.MaxValue
                    : _start + (long)(next * Stopwatch.Frequency));
            }

            DropRest();
        }

        /// <summary>Sends what is due.</summary>
        /// <returns>When the next arrival is due; infinity after the last.</returns>
        private double SendOpen(double now)
        {
            while (true)
            {
                if (_next == _filled)
                {
                    _filled = _stream.Fill(_at, _kinds, _units);
                    _next = 0;
                    if (_filled == 0)
                    {
                        return double.PositiveInfinity;
                    }
                }

                if (_at[_next] > now)
                {
                    return _at[_next];
                }

                _sender.Send(_kinds[_next], _at[_next], _units[_next], null);
                _next++;
            }
        }

        private void DropRest()
        {
            while (_next < _filled)
            {
                _tally.Dropped(_kinds[_next++]);
                if (_next == _filled)
                {
                    _filled = _stream.Fill(_at, _kinds, _units);
                    _next = 0;
                }
            }
        }
    }
}
