using System.Diagnostics;

namespace Capacity.Load.Pacing;

/// <summary>
/// When the thread that sends should wake up for what is due, so that it is punctual where that is affordable.
/// </summary>
/// <remarks>
/// Sleeps end late, so one should end early and the rest be waited for awake: as long as sleeps lately overslept,
/// within a budget of a tenth of a core. The higher the rate, the less is left for each request. Where requests follow
/// each other faster than <see cref="Dense"/>, waking up for each (and waking the service for each) would cost more
/// than sending it: the thread then sleeps for <see cref="BundleSeconds"/> at least, takes answers as they come, and
/// sends together what has become due. Requests are then late by up to that, which is measured and reported like any
/// lateness. Answers that follow each other as fast need not wake it one by one either: it waits until a few have come,
/// for a tenth of their time and <see cref="GatherSeconds"/> at most, which then is in their times.
/// </remarks>
internal sealed class WakePlan
{
    /// <summary>Mean gap between requests below which they are bundled, seconds.</summary>
    public const double Dense = 100e-6;

    /// <summary>Shortest sleep then, seconds.</summary>
    public const double BundleSeconds = 300e-6;

    /// <summary>Longest wait for more answers, seconds.</summary>
    public const double GatherSeconds = 50e-6;

    private const double Share = 0.1; // of a core
    private const double GatherShare = 0.1; // of a response time
    private const int EnoughMost = 32;
    private const int EnoughOf = 2; // half of the requests under way: the service does not run dry meanwhile
    private const double SavedSeconds = 1e-3;
    private const double LongestSeconds = 60e-6;
    private const double StepSeconds = 0.25e-6;
    private const double Weight = 1.0 / 64; // of the last gap in the mean
    private const double GapMax = 64 * Dense; // after a pause a few requests tell what comes
    private static readonly long Longest = (long)(LongestSeconds * Stopwatch.Frequency);
    private static readonly long Step = Math.Max(1, (long)(StepSeconds * Stopwatch.Frequency));
    private static readonly long Bundle = (long)(BundleSeconds * Stopwatch.Frequency);
    private long _overslept = Longest / 2;
    private double _budget;
    private long _seen;
    private double _gap = GapMax;
    private double _last = double.NaN;
    private double _answerGap = GapMax;
    private long _answered;

    /// <summary>A request was due.</summary>
    /// <param name="at">When, seconds since the start of the run; at least as late as the one before.</param>
    public void Due(double at)
    {
        double gap = at - _last;
        _last = at;
        if (gap >= 0)
        {
            _gap += (Math.Min(gap, GapMax) - _gap) * Weight;
        }
    }

    /// <summary>Answers came.</summary>
    /// <param name="now">A <see cref="Stopwatch"/> timestamp.</param>
    /// <param name="count">How many.</param>
    public void Answered(long now, int count)
    {
        double gap = (double)(now - _answered) / Stopwatch.Frequency / Math.Max(1, count);
        _answered = now;
        _answerGap += (Math.Min(gap, GapMax) - _answerGap) * Math.Min(1, count * Weight);
    }

    /// <summary>How many answers end a wait at once.</summary>
    /// <param name="inFlight">Requests under way.</param>
    public int Enough(int inFlight) => _answerGap < Dense ? Math.Clamp(inFlight / EnoughOf, 1, EnoughMost) : 1;

    /// <summary>How long fewer answers need not end it, nanoseconds.</summary>
    /// <param name="inFlight">Requests under way; by Little's law they and the rate give the response time.</param>
    public long Gather(int inFlight) => (long)(Math.Min(GatherSeconds, _answerGap * inFlight * GatherShare) * 1e9);

    /// <summary>When to have woken up.</summary>
    /// <param name="now">A <see cref="Stopwatch"/> timestamp.</param>
    /// <param name="instant">When the next request is due; <see cref="long.MaxValue"/> is never.</param>
    public long Next(long now, long instant) => _gap < Dense ? Math.Max(instant, Hold(now)) : instant;

    /// <summary>Until when answers do not end a sleep: what is due by then leaves together.</summary>
    /// <param name="now">A <see cref="Stopwatch"/> timestamp.</param>
    public long Hold(long now) => _gap < Dense ? now + Bundle : now;

    /// <summary>Ticks to wake up early.</summary>
    /// <param name="now">A <see cref="Stopwatch"/> timestamp.</param>
    /// <param name="left">Ticks until the instant; negative when it is past.</param>
    public long Before(long now, long left)
    {
        if (_seen != 0)
        {
            _budget = Math.Min(_budget + ((now - _seen) * Share), SavedSeconds * Stopwatch.Frequency);
        }

        _seen = now;
        return _gap < Dense ? 0 : Math.Max(0, Math.Min(left, Math.Min(_overslept, (long)_budget)));
    }

    /// <summary>Takes what was waited awake from the budget.</summary>
    public void Spent(long ticks) => _budget -= ticks;

    /// <summary>Learns from a sleep that ended by itself.</summary>
    /// <param name="late">Ticks after the asked end.</param>
    /// <remarks>Moves by steps towards what was seen, four up for one down: it settles at the 80th
    /// percentile.</remarks>
    public void Learn(long late) =>
        _overslept = Math.Clamp(_overslept + (late > _overslept ? 4 * Step : -Step), 0, Longest);
}
