namespace Capacity.Model;

/// <summary>Reads what breaks: <c>faults</c>, <c>nodes</c>, and <c>warm_up</c> and <c>crash</c> of the
/// service.</summary>
internal sealed class FaultReader(List<Diagnostic> diagnostics)
{
    /// <summary>The parts of the loop by name, in the order of <see cref="LoopPart"/>.</summary>
    public static readonly string[] Parts = ["prometheus", "alertmanager", "scaler"];

    private const string Example = "write for example { at: 12m, crash: 1 }";
    private readonly Quantity _quantity = new(diagnostics);
    private readonly Words _words = new(diagnostics);

    /// <summary>Reads one fault.</summary>
    /// <returns>Null, with a diagnostic added, for what is none.</returns>
    public Fault? Read(YamlNode node)
    {
        int before = diagnostics.Count;
        var fields = new YamlFields(node, "a fault", diagnostics);
        YamlScalar? atNode = fields.RequireScalar("at", "at: 12m");
        YamlNode? crash = fields.Take("crash");
        YamlNode? slow = fields.Take("slow");
        YamlNode? lost = fields.Take("lose_node");
        YamlScalar? down = fields.Scalar("down");
        YamlScalar? lengthNode = fields.Scalar("for");
        fields.RejectOthers(OtherWords.OfFaults);
        YamlNode[] kinds = [.. new[] { crash, slow, lost, down }.OfType<YamlNode>()];
        if (diagnostics.Count == before && kinds.Length != 1)
        {
            fields.Report("CAP108", kinds.Length == 0 ? node.At with { Length = 1 } : kinds[1].At,
                "a fault is one of 'crash', 'slow', 'lose_node' and 'down'",
                kinds.Length == 0 ? Example : "make it two faults");
        }
        else if (diagnostics.Count == before && crash is null == lengthNode is null && lost is null)
        {
            fields.Report("CAP109", lengthNode?.At ?? node.At with { Length = 1 },
                crash is null ? "this fault needs its length" : "a crash has no length: others start in its place",
                crash is null ? "add for example for: 5m" : "write crash: { replicas: 1, restart: 30s }");
        }

        double? at = _quantity.Duration(atNode);
        double? length = _quantity.Duration(lengthNode, positive: true);
        if (diagnostics.Count != before || at is not { } when)
        {
            return null;
        }

        return crash is not null ? Crash(crash, when)
            : slow is not null ? Slow(slow, when, length ?? 1)
            : lost is not null ? Lost(lost, when, length)
            : _words.OneOf(down, "a part of the loop", Parts) is { } part
                ? new Fault.Outage(when, (LoopPart)Array.IndexOf(Parts, part), length ?? 1)
                : null;
    }

    /// <summary>Reads <c>nodes: { count: 3, capacity: 4 }</c>.</summary>
    public NodePool? Nodes(YamlNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var fields = new YamlFields(node, "the nodes", diagnostics);
        int? count = _quantity.Count(fields.RequireScalar("count", "count: 3"), "nodes", 1, 10_000);
        int? capacity = _quantity.Count(fields.Scalar("capacity"), "replicas on a node", 1, 10_000);
        fields.RejectOthers();
        return count is { } nodes ? new NodePool(nodes, capacity) : null;
    }

    /// <summary>Reads <c>warm_up: { factor: 3, for: 30s }</c> of the service.</summary>
    public WarmUp? WarmUp(YamlNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var fields = new YamlFields(node, "the warm-up", diagnostics);
        double? factor = _quantity.Amount(
            fields.RequireScalar("factor", "factor: 3"), "a factor", ["", "x"], 1, 1_000);
        double? length = _quantity.Duration(fields.RequireScalar("for", "for: 30s"), positive: true);
        fields.RejectOthers();
        return factor is { } times && length is { } seconds ? new WarmUp(times, seconds) : null;
    }

    /// <summary>Reads <c>crash: { every: 2h, restart: 10s }</c> of the service.</summary>
    public RandomCrashes? Crashes(YamlNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var fields = new YamlFields(node, "the crashes", diagnostics);
        YamlScalar? everyNode = fields.RequireScalar("every", "every: 2h");
        double? every = _quantity.Duration(everyNode, positive: true);
        double? restart = _quantity.Duration(fields.Scalar("restart"));
        fields.RejectOthers();
        if (every < 1)
        {
            fields.Report("CAP023", everyNode!.At, "replicas that crash every second serve nothing",
                "write 1s or more");
        }

        return every is { } mean ? new RandomCrashes(mean, restart) : null;
    }

    /// <summary>Reports faults that cannot come, or need what the scenario does not have.</summary>
    /// <param name="nodes">The entries of <c>faults</c>.</param>
    /// <param name="faults">What they were read as.</param>
    /// <param name="pool">The scenario's nodes.</param>
    /// <param name="duration">Length of the load, seconds; null while a recording decides it.</param>
    public void Check(IReadOnlyList<YamlNode> nodes, IReadOnlyList<Fault?> faults, NodePool? pool, double? duration)
    {
        foreach ((YamlNode node, Fault? fault) in nodes.Zip(faults))
        {
            if (fault is Fault.LoseNode lost && (pool is null || lost.Nodes > pool.Count))
            {
                diagnostics.Add(new Diagnostic("CAP110", node.At with { Length = 1 },
                    pool is null ? "a node can only be lost when the scenario says how many there are"
                        : $"{lost.Nodes} nodes are lost, but there are {pool.Count}",
                    pool is null ? "add for example nodes: { count: 3, capacity: 4 }" : "lose fewer, or count more"));
            }

            if (fault?.At >= duration)
            {
                diagnostics.Add(new Diagnostic("CAP111", node.At with { Length = 1 },
                    $"this fault comes after the end of the load ({DurationText.Format(duration.Value)})",
                    "an earlier 'at'", Severity.Warning));
            }
        }
    }

    private Fault.Crash? Crash(YamlNode node, double at)
    {
        (int? count, YamlFields? fields) = CountOrMap(node, "the crash", "replicas", false);
        double? restart = _quantity.Duration(fields?.Scalar("restart"));
        fields?.RejectOthers();
        return count is { } replicas ? new Fault.Crash(at, replicas, restart) : null;
    }

    private Fault.Slow? Slow(YamlNode node, double at, double length)
    {
        (int? count, YamlFields? fields) = CountOrMap(node, "the slowness", "replicas", true);
        double? factor = _quantity.Amount(
            fields?.RequireScalar("factor", "factor: 4"), "a factor", ["", "x"], 0.01, 1_000);
        fields?.RejectOthers();
        return count is { } replicas && factor is { } times ? new Fault.Slow(at, replicas, times, length) : null;
    }

    private Fault.LoseNode? Lost(YamlNode node, double at, double? length)
    {
        (int? count, YamlFields? fields) = CountOrMap(node, "the loss", "nodes", false);
        double? detect = _quantity.Duration(fields?.Scalar("detect"));
        fields?.RejectOthers();
        return count is { } nodes
            ? new Fault.LoseNode(at, nodes, length, detect ?? Fault.LoseNode.UsualDetect)
            : null;
    }

    /// <summary><c>2</c>, or <c>{ replicas: 2, … }</c>, where the number may be left out.</summary>
    private (int? Count, YamlFields? Fields) CountOrMap(YamlNode node, string what, string key, bool mapOnly)
    {
        if (node is YamlScalar scalar && !mapOnly)
        {
            return (_quantity.Count(scalar, key, 1, 10_000), null);
        }

        var fields = new YamlFields(node, what, diagnostics);
        YamlScalar? count = fields.Scalar(key);
        return (count is null ? 1 : _quantity.Count(count, key, 1, 10_000), fields);
    }
}
