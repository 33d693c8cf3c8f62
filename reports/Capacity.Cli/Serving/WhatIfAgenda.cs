using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim.WhatIf;

namespace Capacity.Cli.Serving;

/// <summary>What a page asks for: the case that it shows, or the one that it has pinned.</summary>
/// <param name="Sequence">The page's number of the request.</param>
/// <param name="IsPin">Whether it is the pinned case.</param>
/// <param name="View">See <see cref="WhatIfSubject.Prepare"/>.</param>
/// <param name="Values">Of knobs, by id.</param>
/// <param name="Focus">The knob that was turned last; empty for none.</param>
internal sealed record WhatIfRequest(
    int Sequence, bool IsPin, int View, IReadOnlyDictionary<string, double> Values, string Focus);

/// <summary>A piece of work that can be given up at any time.</summary>
internal abstract record WhatIfJob
{
    /// <summary>Simulate launches of a requested case until there are as many as wanted.</summary>
    /// <param name="Request">Whose.</param>
    /// <param name="Launches">In all, ≥ 1.</param>
    /// <param name="IsLast">Whether no more are planned.</param>
    public sealed record Simulate(WhatIfRequest Request, int Launches, bool IsLast) : WhatIfJob;

    /// <summary>Simulate the first launch of a requested case, and show its beginning when it takes longer than a move
    /// may.</summary>
    /// <param name="Request">Whose.</param>
    /// <param name="Limit">How long a move may take.</param>
    public sealed record Begin(WhatIfRequest Request, TimeSpan Limit) : WhatIfJob;

    /// <summary>Try one stop of a slider, the others as they are.</summary>
    /// <param name="Request">The case around it.</param>
    /// <param name="Knob">The slider.</param>
    /// <param name="Stop">Which of its stops.</param>
    public sealed record Smell(WhatIfRequest Request, Knob Knob, int Stop) : WhatIfJob;
}

/// <summary>What to do next for a page: the newest move first, then more launches of it, then the tracks.</summary>
/// <remarks>Pure: time is handed to it. One caller at a time.</remarks>
internal sealed class WhatIfAgenda(IReadOnlyList<Knob> knobs)
{
    /// <summary>Launches of a stop of a track.</summary>
    public const int SmellLaunches = 5;

    /// <summary>Launches of the pinned case.</summary>
    public const int PinLaunches = 24;

    private const int Decidable = 24; // launches from which the interval may end the search

    private static readonly int[] Levels = [8, 24, 50, 100];

    /// <summary>After a move: so long nothing else is simulated, so that the browser draws and the next move finds the
    /// processors free.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(120);

    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);

    /// <summary>What the simulation may take of the 100 ms from a move to its curves; the rest is the browser's.
    /// </summary>
    private static readonly TimeSpan MoveLimit = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<string, KnobScent> _scents = new(StringComparer.Ordinal);
    private WhatIfRequest? _now;
    private WhatIfRequest? _pin;
    private bool _nowBegun;
    private int _nowLaunches;
    private bool _nowDone;
    private int _pinLaunches;
    private TimeSpan _movedAt;

    /// <summary>The page asked for something.</summary>
    /// <param name="request">Takes the place of the one before it.</param>
    /// <param name="at">Now, from any fixed instant on.</param>
    /// <returns>Whether what is being done should be given up.</returns>
    public bool Take(WhatIfRequest request, TimeSpan at)
    {
        if (request.IsPin)
        {
            (_pin, _pinLaunches) = (request, 0);
            return false;
        }

        (_now, _nowBegun, _nowLaunches, _nowDone, _movedAt) = (request, false, 0, false, at);
        _scents.Clear();
        return true;
    }

    /// <summary>What to do next.</summary>
    /// <param name="at">Now.</param>
    /// <returns>A job; or none, and how long to wait for one, where null waits for a request.</returns>
    public (WhatIfJob? Job, TimeSpan? Wait) Next(TimeSpan at)
    {
        if (_now is null)
        {
            return (null, null);
        }

        if (_nowLaunches == 0)
        {
            return (_nowBegun || _now.View != WhatIfSubject.LaunchView
                ? new WhatIfJob.Simulate(_now, 1, IsLast: false) : new WhatIfJob.Begin(_now, MoveLimit), null);
        }

        if (_pin is not null && _pinLaunches == 0)
        {
            return (new WhatIfJob.Simulate(_pin, 1, IsLast: false), null);
        }

        bool shallow = !_nowDone && _nowLaunches < Decidable;
        WhatIfJob? job = shallow ? More() : _pin is not null && _pinLaunches < PinLaunches
            ? new WhatIfJob.Simulate(_pin, PinLaunches, IsLast: true) : !_nowDone ? More() : null;
        TimeSpan quiet = at - _movedAt;
        if (job is not null)
        {
            return quiet < Calm ? (null, Calm - quiet) : (job, null);
        }

        WhatIfJob? smell = _now.View == WhatIfSubject.LaunchView ? Smell(_now) : null;
        return smell is null ? (null, null) : quiet < Idle ? (null, Idle - quiet) : (smell, null);
    }

    /// <summary>Launches of a requested case are there.</summary>
    /// <param name="request">Whose; an old one is passed over.</param>
    /// <param name="launches">In all; 0 when there is only the beginning of one.</param>
    /// <param name="passed">Of them.</param>
    public void Done(WhatIfRequest request, int launches, int passed)
    {
        if (ReferenceEquals(request, _now))
        {
            (_nowBegun, _nowLaunches) = (true, launches);
            _nowDone = launches >= Levels[^1] || (launches >= Decidable && IsDecided(passed, launches));
        }
        else if (ReferenceEquals(request, _pin))
        {
            _pinLaunches = launches;
        }
    }

    /// <summary>A stop has been tried.</summary>
    /// <returns>The whole track, when it may be shown; null otherwise.</returns>
    public IReadOnlyList<Scent>? Done(WhatIfJob.Smell smell, Scent found)
    {
        if (!ReferenceEquals(smell.Request, _now))
        {
            return null;
        }

        KnobScent scent = ScentOf(smell.Knob);
        scent.Set(smell.Stop, found);
        return scent.Next() < 0 ? scent.Filled() : null;
    }

    /// <summary>Whether more launches would hardly change the answer.</summary>
    public static bool IsDecided(int passed, int launches)
    {
        (double low, double high) = Wilson.Interval(passed, launches);
        return low >= Verdict.Target || high < Verdict.Target;
    }

    private WhatIfJob.Simulate More()
    {
        int next = Array.Find(Levels, level => level > _nowLaunches);
        return new WhatIfJob.Simulate(_now!, next, next == Levels[^1]);
    }

    private WhatIfJob.Smell? Smell(WhatIfRequest around)
    {
        foreach (Knob knob in knobs.OrderBy(k => k.Id != around.Focus))
        {
            if (ScentOf(knob).Next() is >= 0 and var stop)
            {
                return new WhatIfJob.Smell(around, knob, stop);
            }
        }

        return null;
    }

    private KnobScent ScentOf(Knob knob) => _scents.TryGetValue(knob.Id, out KnobScent? scent)
        ? scent : _scents[knob.Id] = new KnobScent(knob.Stops.Count);
}
