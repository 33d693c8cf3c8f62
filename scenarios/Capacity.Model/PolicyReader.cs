using System.Text.Json.Nodes;
using static Capacity.Model.ScenarioSchema;

namespace Capacity.Model;

/// <summary>Reads <c>policy</c>.</summary>
internal sealed class PolicyReader(List<Diagnostic> diagnostics)
{
    private readonly Quantity _quantity = new(diagnostics);
    private readonly Words _words = new(diagnostics);

    /// <summary>The schema of <c>policy</c>.</summary>
    public static JsonObject Schema()
    {
        static (string, JsonNode)[] Shared() =>
        [
            ("utilization", Ref("share", "Target: busy share of a replica's workers or cores.")),
            ("requests", Ref("rate", "Instead: target of the requests per second of a replica.")),
            ("tolerance", Ref("share", "Share around the target within which nothing changes.")),
            ("min", Whole("Fewest replicas; without it the stack's label.", 0)),
            ("max", Whole("Most replicas; without it the stack's label.", 1)),
            ("sync", Ref("duration", "Between two looks; 15s by default.")),
            ("metrics_every", Ref("duration", "Between two measurements; 15s by default.")),
            ("metrics_lag", Ref("duration", "From a measurement until it can be seen; 5s by default.")),
        ];
        return Map("Who decides how many replicas there are. Simulated only.", [],
            ("use", OneOfWords("Which one is used, when there are several; step: alerts and docker-scaler.",
                [.. PolicyModel.Names])),
            ("hpa", Map("Kubernetes' HorizontalPodAutoscaler.", [],
            [
                .. Shared(), ("up_window", Ref("duration", "Stabilization upwards; none by default.")),
                ("down_window", Ref("duration", "Stabilization downwards; 5m by default.")),
            ])),
            ("target", Map("Keeps a metric at a target, with cool-downs.", [],
            [
                .. Shared(), ("out_cooldown", Ref("duration", "After a change upwards; 60s by default.")),
                ("in_cooldown", Ref("duration", "Before a change downwards; 5m by default.")),
            ])),
            ("schedule", List("A timetable; outside of it there are as many replicas as at the start.",
                Map("A stretch.", ["from", "until", "replicas"],
                    ("from", Ref("duration", "Since the start of the load.")),
                    ("until", Ref("duration", "Since the start of the load.")),
                    ("replicas", Whole("How many.", 0))), 1)));
    }

    /// <summary>Reads it.</summary>
    /// <returns>With CAP118 when it is not clear which policy is used.</returns>
    public PolicyModel Read(YamlNode node)
    {
        var usual = new PolicyModel();
        if (node is YamlScalar word)
        {
            string? name = _words.OneOf(word, "a policy", PolicyModel.Names);
            return usual with { Use = name is null ? PolicyKind.Step : Kind(name) };
        }

        var fields = new YamlFields(node, "the policy", diagnostics);
        string? use = _words.OneOf(fields.Scalar("use"), "a policy", PolicyModel.Names);
        YamlNode? hpa = fields.Take("hpa");
        YamlNode? target = fields.Take("target");
        IReadOnlyList<YamlNode> schedule = fields.List("schedule");
        fields.RejectOthers();
        string[] given =
        [
            .. new[] { (hpa is not null, "hpa"), (target is not null, "target"), (schedule.Count > 0, "schedule") }
                .Where(g => g.Item1).Select(g => g.Item2),
        ];
        if (use is null && given.Length != 1 && !fields.Has("use"))
        {
            fields.Report("CAP118", fields.At with { Length = 1 }, "it is not clear which policy is used",
                $"write use: {(given.Length > 0 ? given[0] : "hpa")}");
        }

        return new PolicyModel
        {
            Use = Kind(use ?? given.FirstOrDefault("step")),
            Hpa = hpa is null ? usual.Hpa : Metric(hpa, "the autoscaler", usual.Hpa, "up_window", "down_window"),
            Target = target is null
                ? usual.Target
                : Metric(target, "the target", usual.Target, "out_cooldown", "in_cooldown"),
            Schedule = [.. schedule.Select(Stretch).OfType<PlannedReplicas>()],
        };
    }

    private static PolicyKind Kind(string name) =>
        (PolicyKind)PolicyModel.Names.Index().First(n => n.Item == name).Index;

    private MetricPolicyModel Metric(YamlNode node, string what, MetricPolicyModel usual, string up, string down)
    {
        var fields = new YamlFields(node, what, diagnostics);
        YamlScalar? utilization = fields.Scalar("utilization");
        YamlScalar? requests = fields.Scalar("requests");
        YamlScalar? least = fields.Scalar("min");
        YamlScalar? most = fields.Scalar("max");
        double? share = _quantity.Share(utilization, 100);
        double? rate = _quantity.Rate(requests);
        var model = new MetricPolicyModel
        {
            Metric = requests is null ? ScalingMetric.Utilization : ScalingMetric.Requests,
            Target = share ?? rate ?? usual.Target,
            Tolerance = _quantity.Share(fields.Scalar("tolerance"), 100) ?? usual.Tolerance,
            Min = _quantity.Count(least, "min", 0, 100_000),
            Max = _quantity.Count(most, "max", 1, 100_000),
            Sync = Period(fields, "sync") ?? usual.Sync,
            Every = Period(fields, "metrics_every") ?? usual.Every,
            Lag = _quantity.Duration(fields.Scalar("metrics_lag")) ?? usual.Lag,
            UpWait = _quantity.Duration(fields.Scalar(up)) ?? usual.UpWait,
            DownWait = _quantity.Duration(fields.Scalar(down)) ?? usual.DownWait,
        };
        fields.RejectOthers();
        if (utilization is not null && requests is not null)
        {
            fields.Report("CAP118", requests.At, "'utilization' and 'requests' are two targets: write one of them",
                "utilization: 80%, or requests: 100/s");
        }
        else if (model.Target <= 0)
        {
            fields.Report("CAP023", (utilization ?? requests)!.At, "a target of zero cannot be kept",
                "write for example 80%, or 100/s");
        }

        if (model is { Min: { } min, Max: { } max } && min > max)
        {
            fields.Report("CAP118", least!.At, "'min' is above 'max'", "write min: 2 and max: 10, for example");
        }

        return model;
    }

    private double? Period(YamlFields fields, string key)
    {
        YamlScalar? node = fields.Scalar(key);
        double? seconds = _quantity.Duration(node, positive: true);
        if (seconds < 0.1)
        {
            fields.Report("CAP023", node!.At, $"'{key}' must be at least 100ms", "write for example 15s");
        }

        return seconds;
    }

    private PlannedReplicas? Stretch(YamlNode node)
    {
        var fields = new YamlFields(node, "the stretch", diagnostics);
        YamlScalar? start = fields.RequireScalar("from", "from: 10m");
        double? from = _quantity.Duration(start);
        double? until = _quantity.Duration(fields.RequireScalar("until", "until: 40m"));
        int? replicas = _quantity.Count(
            fields.RequireScalar("replicas", "replicas: 6"), "replicas", 0, 100_000);
        fields.RejectOthers();
        if (until <= from)
        {
            fields.Report("CAP118", start!.At, "this stretch ends before it begins", "write from: 10m and until: 40m");
        }

        return from is { } f && until is { } u && replicas is { } r ? new PlannedReplicas(f, u, r) : null;
    }
}
