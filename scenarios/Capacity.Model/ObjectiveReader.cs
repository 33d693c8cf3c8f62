namespace Capacity.Model;

/// <summary>Reads one objective: <c>{ metric: latency.p99, under: 400ms, except: 1m }</c>.</summary>
internal sealed class ObjectiveReader(List<Diagnostic> diagnostics)
{
    /// <summary>The metrics as the scenario file writes them, in the order of <see cref="ObjectiveMetric"/>.</summary>
    public static readonly IReadOnlyList<string> Metrics =
        [.. Enum.GetValues<ObjectiveMetric>().Select(m => new Objective(m, 0).Name)];

    private static readonly string[] HourUnits = ["replica-hours", "replica-hour"];
    private readonly Quantity _quantity = new(diagnostics);
    private readonly Words _words = new(diagnostics);

    /// <summary>Reads an objective.</summary>
    /// <returns>Null, with a diagnostic added, for what is none.</returns>
    public Objective? Read(YamlNode node)
    {
        int before = diagnostics.Count;
        var fields = new YamlFields(node, "an objective", diagnostics);
        YamlScalar? name = fields.RequireScalar("metric", "metric: latency.p99");
        YamlScalar? under = fields.RequireScalar("under", "under: 400ms");
        YamlScalar? except = fields.Scalar("except");
        fields.RejectOthers(OtherWords.OfObjectives);
        string? metric = _words.OneOf(name, "a metric", Metrics);
        double? excepted = _quantity.Duration(except);
        if (metric is null || under is null)
        {
            return null;
        }

        var kind = (ObjectiveMetric)Metrics.Index().First(m => m.Item == metric).Index;
        double? limit = kind switch
        {
            ObjectiveMetric.Errors => _quantity.Share(under),
            ObjectiveMetric.Replicas => _quantity.Count(under, "replicas", 1, 1_000_000),
            ObjectiveMetric.Cost => _quantity.Amount(under, "a cost", HourUnits, 0, 1e9),
            _ => _quantity.Duration(under, positive: true),
        };
        var objective = new Objective(kind, limit ?? 0, excepted ?? 0, under.At);
        if (except is not null && !objective.IsLatency)
        {
            fields.Report("CAP013", except.At, $"'except' belongs to latencies, not to '{metric}'",
                "remove it: this metric is judged over the whole run");
        }

        return diagnostics.Count == before ? objective : null;
    }
}
