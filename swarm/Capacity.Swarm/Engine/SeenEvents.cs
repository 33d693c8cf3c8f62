namespace Capacity.Swarm.Engine;

/// <summary>The events of the last seconds, so that none counts twice when a broken stream is opened again.</summary>
/// <remarks>Their instants alone do not tell: of two things that happen at once the engine may report the later one
/// first, and both count.</remarks>
internal sealed class SeenEvents
{
    private const long Kept = 10_000_000_000; // nanoseconds
    private const long Margin = 2_000_000_000;

    private readonly Queue<EngineEvent> _order = new();
    private readonly HashSet<(long, string, string, string)> _keys = [];
    private long _first;
    private long _last;

    /// <summary>From when on a new stream must tell, nanoseconds since 1970; 0 before the first event.</summary>
    public long Since => Math.Max(_first, _last - Margin);

    /// <summary>Takes an event.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Add(EngineEvent happened)
    {
        if (happened.TimeNano == 0)
        {
            return true; // an engine that does not say when
        }

        if (!_keys.Add(KeyOf(happened)))
        {
            return false;
        }

        _first = _first == 0 ? happened.TimeNano : _first;
        _order.Enqueue(happened);
        _last = Math.Max(_last, happened.TimeNano);
        while (_order.Peek().TimeNano < _last - Kept)
        {
            _keys.Remove(KeyOf(_order.Dequeue()));
        }

        return true;
    }

    // The reader leaves null what the engine does not tell.
    private static (long Time, string Type, string Action, string Id) KeyOf(EngineEvent happened) =>
        (happened.TimeNano, happened.Type, happened.Action, happened.Actor is { } actor ? actor.Id : "");
}
