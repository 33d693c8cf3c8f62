using Capacity.Model;

namespace Capacity.Control;

/// <summary>A stretch of time in which a part of the loop is down.</summary>
/// <param name="Part">Which.</param>
/// <param name="From">Since the start of the run.</param>
/// <param name="To">Since the start of the run; it is up again from here on.</param>
public sealed record LoopOutage(LoopPart Part, TimeSpan From, TimeSpan To);

/// <summary>When which part of the loop is down.</summary>
/// <param name="outages">May overlap; none is usual.</param>
/// <param name="start">The start of the run.</param>
internal sealed class LoopOutages(IReadOnlyList<LoopOutage> outages, Instant start)
{
    private readonly Queue<(Instant At, LoopPart Part)> _changes = new(
        outages.SelectMany(o => new[] { (At: start + o.From, o.Part), (At: start + o.To, o.Part) })
            .OrderBy(c => c.At).ThenBy(c => c.Part));

    /// <summary>When the next part fails or returns; never when none does.</summary>
    public Instant Next => _changes.TryPeek(out (Instant At, LoopPart Part) next) ? next.At : Instant.Never;

    /// <summary>Whether a part is down at an instant.</summary>
    public bool IsDown(LoopPart part, Instant at)
    {
        foreach (LoopOutage outage in outages)
        {
            if (outage.Part == part && start + outage.From <= at && at < start + outage.To)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the next change that is due.</summary>
    /// <param name="now">Up to and including this instant.</param>
    /// <param name="at">When.</param>
    /// <param name="part">Whose state may have changed; <see cref="IsDown"/> tells how.</param>
    public bool TryTake(Instant now, out Instant at, out LoopPart part)
    {
        bool any = _changes.TryPeek(out (Instant At, LoopPart Part) next) && next.At <= now
            && _changes.TryDequeue(out next);
        (at, part) = next;
        return any;
    }
}
