namespace Capacity.Cli.Serving;

/// <summary>Cases that have been simulated, the latest used first: undo and a slider's way back cost nothing.</summary>
/// <param name="launchesMax">Launches kept in all; the oldest cases are dropped beyond it. About 10 KB each.</param>
internal sealed class CaseCache(int launchesMax)
{
    private readonly Dictionary<string, LinkedListNode<TurnedLaunches>> _known = new(StringComparer.Ordinal);
    private readonly LinkedList<TurnedLaunches> _order = [];

    /// <summary>Cases that are kept.</summary>
    public int Count => _known.Count;

    /// <summary>The case of a key, prepared when it is not known.</summary>
    public TurnedLaunches Take(string key, Func<TurnedLaunches> prepare)
    {
        if (_known.TryGetValue(key, out LinkedListNode<TurnedLaunches>? node))
        {
            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value;
        }

        TurnedLaunches made = prepare();
        _known[key] = _order.AddFirst(made);
        for (int kept = _order.Sum(c => c.Launches.Count); kept > launchesMax && _order.Count > 1;)
        {
            TurnedLaunches last = _order.Last!.Value;
            kept -= last.Launches.Count;
            _order.RemoveLast();
            _known.Remove(last.Key);
        }

        return made;
    }
}
