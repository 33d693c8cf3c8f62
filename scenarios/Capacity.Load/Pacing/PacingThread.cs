using System.Runtime.CompilerServices;
using Capacity.Load.Http;
using Capacity.Model;

namespace Capacity.Load.Pacing;

/// <summary>The thread that sends at scheduled instants, and waits for the last answers.</summary>
internal sealed class PacingThread
{
    private const int Batch = 256;
    private readonly LoadTally _tally;
    private readonly IRequestPath _path;
    private readonly RunClock _clock;
    private readonly double _duration;
    private readonly CancellationToken _stop;
    private readonly UserCrowd _users;
    private readonly double[] _at = new double[Batch];
    private readonly int[] _kinds = new int[Batch];
    private readonly double[] _units = new double[Batch];
    private readonly RequestStream _stream;
    private int _next;
    private int _filled;

    public PacingThread(
        LoadSettings settings, LoadTally tally, IRequestPath path, RunClock clock, CancellationToken stop)
    {
        (_tally, _path, _clock, _stop) = (tally, path, clock, stop);
        _duration = settings.Plan.Duration;
        _users = new UserCrowd(settings, path);
        _stream = new RequestStream(
            settings.Plan.Open, settings.Spacing, [.. settings.Requests.Select(r => r.Share)], settings.Seed,
            settings.Plan.Recorded);
    }

    /// <summary>Second at which the last request had been sent, or the run was stopped.</summary>
    public double Ended { get; private set; }

    /// <summary>Whether the run was stopped before that.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Runs the plan on a thread of its own.</summary>
    public async Task RunAsync()
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                Run();
                Stopped = _stop.IsCancellationRequested;
                Ended = _clock.Now;
                _path.Finish(_stop);
                over.SetResult();
            }
            catch (Exception problem)
            {
                over.SetException(problem); // a mistake of ours: rethrown to whoever awaits the run
            }
        })
        { IsBackground = true, Name = "load pacing", Priority = ThreadPriority.AboveNormal };
        using CancellationTokenRegistration wake = _stop.Register(_path.Wake);
        thread.Start();
        await over.Task;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            double now = _clock.Now;
            double open = SendOpen(now);
            double user = _users.SendDue(now);
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

            _path.Until(_clock.At(next));
        }

        DropRest();
    }

    /// <summary>Sends what is due.</summary>
    /// <returns>When the next arrival is due; infinity after the last.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

            _path.Send(new Shot(_kinds[_next], _at[_next], _units[_next], null));
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
