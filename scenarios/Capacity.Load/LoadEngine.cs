using System.Diagnostics;
using Capacity.Load.Http;
using Capacity.Load.Pacing;
using Capacity.Model;

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
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Opens an io_uring, or answers null where the kernel refuses it.</summary>
    internal Func<Ring?> OpenRing { get; init; } = Ring.TryOpen;

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
        using RecordWriter? records = settings.Records is { } stream
            ? new RecordWriter(stream, settings.Requests)
            : null;
        var tally = new LoadTally(settings, RequestPaths.Shares(settings), records);
        var clock = new RunClock(start);
        using IRequestPath path = await RequestPaths.OpenAsync(settings, tally, clock, OpenRing, stop);
        var pacing = new PacingThread(settings, tally, path, clock, stop);
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        long began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(ProgressInterval);
        Task watch = progress is null ? Task.CompletedTask : WatchAsync(tally, path, clock, progress, timer);
        await pacing.RunAsync();
        TimeSpan wall = Stopwatch.GetElapsedTime(began);
        double cpuShare = wall > TimeSpan.Zero ? (Environment.CpuUsage.TotalTime - cpuBefore) / wall : 0;
        timer.Dispose();
        await watch;
        bool partial = pacing.Stopped;
        records?.Dispose();
        return tally.Result(partial ? Math.Clamp(pacing.Ended, 0, settings.Plan.Duration) : settings.Plan.Duration,
            partial, cpuShare, Events(path, records, partial, pacing.Ended));
    }

    private static async Task WatchAsync(
        LoadTally tally, IRequestPath path, RunClock clock, IProgress<LoadProgress> progress, PeriodicTimer timer)
    {
        while (await timer.WaitForNextTickAsync())
        {
            progress.Report(tally.Progress(clock.Now, path.InFlight));
        }
    }

    private List<RunEvent> Events(IRequestPath path, RecordWriter? records, bool partial, double ended)
    {
        var events = new List<RunEvent>();
        void Add(long count, string text)
        {
            if (count > 0)
            {
                events.Add(new RunEvent(settings.Plan.Duration, "load", $"{count} {text}"));
            }
        }

        if (path.Remark is { } remark)
        {
            events.Add(new RunEvent(0, "load", remark));
        }

        PathCounts counts = path.Counts;
        Add(counts.Refused,
            $"requests failed unsent: {settings.InFlightMax} were in flight already (dropped by client)");
        Add(counts.Waited, $"requests waited for one of the {settings.Http.Connections} connections");
        Add(counts.Resent, "requests were sent again, because a kept connection was closed under them");
        Add(records?.Lost ?? 0, "request records were left out: the file could not take them in time");
        if (records?.Failure is { } failure)
        {
            events.Add(new RunEvent(settings.Plan.Duration, "load", $"request records are cut off: {failure.Message}"));
        }

        if (partial)
        {
            events.Add(new RunEvent(ended, "load", "the load was stopped early"));
        }

        return events;
    }
}
