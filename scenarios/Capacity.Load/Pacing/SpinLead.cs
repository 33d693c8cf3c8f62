using System.Diagnostics;

namespace Capacity.Load.Pacing;

/// <summary>
/// How long before an instant a sleep should end, so that the rest is waited for awake: as long as sleeps lately
/// overslept, within a budget of a tenth of a core. The higher the rate, the less is left for each request.
/// </summary>
internal sealed class SpinLead
{
    private const double Share = 0.1; // of a core
    private const double SavedSeconds = 1e-3;
    private const double LongestSeconds = 60e-6;
    private const double StepSeconds = 0.25e-6;
    private static readonly long Longest = (long)(LongestSeconds * Stopwatch.Frequency);
    private static readonly long Step = Math.Max(1, (long)(StepSeconds * Stopwatch.Frequency));
    private long _overslept = Longest / 2;
    private double _budget;
    private long _seen;

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
        return Math.Max(0, Math.Min(left, Math.Min(_overslept, (long)_budget)));
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
