using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>Runs iterations one after the other on the thread pool, without an allocation per iteration.</summary>
/// <remarks>
/// An iteration that ends at once is followed by the next in a loop; one that waits for an answer is gone on with where
/// its answer is noticed.
/// </remarks>
internal abstract class Runner : IThreadPoolWorkItem
{
    private readonly Action _resume;
    private ValueTaskAwaiter<IResponse> _awaiter;
    private ScenarioContext? _current;

    protected Runner() => _resume = Resume;

    /// <summary>Begins on a thread of the pool.</summary>
    public void Execute()
    {
        if (Begin(Stopwatch.GetTimestamp(), rested: true, out ScenarioContext? context, out long scheduled))
        {
            Drive(context, scheduled);
        }
    }

    /// <summary>What to run next.</summary>
    /// <param name="now">Timestamp.</param>
    /// <param name="rested">Whether others had their turn since the last iteration began.</param>
    /// <param name="next">Its context.</param>
    /// <param name="scheduled">Timestamp from which its time counts.</param>
    /// <returns><see langword="false"/> when this runner stops here.</returns>
    protected abstract bool Begin(
        long now, bool rested, [NotNullWhen(true)] out ScenarioContext? next, out long scheduled);

    private void Drive(ScenarioContext? context, long scheduled)
    {
        long now;
        do
        {
            context!.Begin(scheduled);
            IResponse response;
            try
            {
#pragma warning disable CA2012 // consumed once: here, or in Resume
                _awaiter = context.Run.Props.Body!(context).GetAwaiter();
#pragma warning restore CA2012
                if (!_awaiter.IsCompleted)
                {
                    _current = context;
                    _awaiter.UnsafeOnCompleted(_resume);
                    return;
                }

                response = _awaiter.GetResult();
            }
            catch (Exception problem)
            {
                response = Outcome(context, problem);
            }

            now = context.Run.Finish(context, response);
        }
        while (Begin(now, rested: false, out context, out scheduled));
    }

    private void Resume()
    {
        ScenarioContext context = _current!;
        IResponse response;
        try
        {
            response = _awaiter.GetResult();
        }
        catch (Exception problem)
        {
            response = Outcome(context, problem);
        }

        _awaiter = default;
        long now = context.Run.Finish(context, response);
        if (Begin(now, rested: true, out ScenarioContext? next, out long scheduled))
        {
            Drive(next, scheduled);
        }
    }

    private static IResponse Outcome(ScenarioContext context, Exception problem) =>
        problem is IterationEndedException && context.EndedBy is { } response
            ? response
            : Failure.Of<object>(problem, context);
}

/// <summary>Runs one iteration of an open workload, and is then free for another.</summary>
internal sealed class OpenRunner(LoadDriver driver, ScenarioContext context) : Runner
{
    private long _scheduled;
    private bool _begun;

    /// <summary>Begins as soon as a thread is free.</summary>
    /// <param name="scheduled">When it was due.</param>
    public void Launch(long scheduled)
    {
        _scheduled = scheduled;
        _begun = false;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    protected override bool Begin(
        long now, bool rested, [NotNullWhen(true)] out ScenarioContext? next, out long scheduled)
    {
        next = context;
        scheduled = _scheduled;
        if (_begun)
        {
            context.Run.Return(this);
            driver.Leave();
            return false;
        }

        _begun = true;
        context.Run.Tally.Late((now - _scheduled) * ScriptTally.SecondsPerTick);
        return true;
    }
}

/// <summary>One copy of a closed workload: iteration after iteration until its time is over.</summary>
internal sealed class CopyRunner : Runner
{
    private static readonly long Slice = Stopwatch.Frequency / 200; // 5 ms without a wait, then others have their turn
    private readonly Lock _gate = new();
    private readonly LoadDriver _driver;
    private readonly ScenarioContext[] _contexts;
    private readonly RandomSource _choice;
    private long _to;
    private long _sliceEnd;
    private bool _running;

    public CopyRunner(LoadDriver driver, int number, ulong seed)
    {
        _driver = driver;
        _contexts = [.. driver.Runs.Select(r => r.NewContext(number))];
        _choice = new RandomSource(seed, string.Create(CultureInfo.InvariantCulture, $"copy-{number}"));
    }

    /// <summary>Runs until a timestamp.</summary>
    /// <returns><see langword="false"/> when it still runs from before; it then goes on.</returns>
    public bool RunUntil(long to)
    {
        lock (_gate)
        {
            Volatile.Write(ref _to, to);
            if (_running)
            {
                return false;
            }

            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    protected override bool Begin(
        long now, bool rested, [NotNullWhen(true)] out ScenarioContext? next, out long scheduled)
    {
        scheduled = now;
        next = null;
        if (rested)
        {
            _sliceEnd = now + Slice;
        }
        else if (now >= _sliceEnd)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return false;
        }

        if ((now >= Volatile.Read(ref _to) || _driver.Stopped || !_driver.TakeIteration()) && Ends(now))
        {
            _driver.Leave();
            return false;
        }

        next = _contexts.Length == 1 ? _contexts[0] : _contexts[_driver.Choose(_choice.NextUnit())];
        return true;
    }

    /// <summary>Ends, unless more time was given in this very moment.</summary>
    private bool Ends(long now)
    {
        lock (_gate)
        {
            _running = now < _to && !_driver.Stopped && _driver.TakeIteration();
            return !_running;
        }
    }
}
