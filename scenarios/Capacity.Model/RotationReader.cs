using System.Text.Json.Nodes;
using static Capacity.Model.ScenarioSchema;

namespace Capacity.Model;

/// <summary>Reads <c>service.balancer</c>: a name, or how it chooses and how it learns of replicas.</summary>
internal sealed class RotationReader(List<Diagnostic> diagnostics)
{
    private static readonly string[] Settings = ["resolve", "check", "rise", "fall", "quiescence", "reload"];

    private readonly Quantity _quantity = new(diagnostics);
    private readonly Words _words = new(diagnostics);

    /// <summary>The schema of <c>service.balancer</c>.</summary>
    public static JsonObject Schema() => new()
    {
        ["description"] = "Which replica gets a request: a name, or settings. Simulated only.",
        ["anyOf"] = new JsonArray(
            OneOfWords("How it chooses.", [.. ServiceReader.Balancers]),
            Map("How it chooses, and how it learns which replicas there are.", [],
                ("kind", OneOfWords("How it chooses.", [.. ServiceReader.Balancers])),
                ("like", OneOfWords("Whose usual settings hold for what is not written.", [.. RotationModel.Names])),
                ("resolve", Ref("duration", "Between two look-ups of the replicas.")),
                ("check", Ref("duration", "Between two health checks of a replica.")),
                ("rise", Whole("Good checks in a row that a new replica needs; 0: none.", 0)),
                ("fall", Whole("Bad checks in a row after which a replica is out.", 1)),
                ("quiescence", new JsonObject
                {
                    ["description"] = "Time without changes until the configuration is written, and the longest wait.",
                    ["type"] = "array",
                    ["items"] = Ref("duration", "Least, and most."),
                    ["minItems"] = 2,
                    ["maxItems"] = 2,
                }),
                ("reload", Ref("duration", "From the written configuration until it holds.")))),
    };

    /// <summary>Reads it.</summary>
    /// <returns>How it chooses; and how it learns of replicas, null for the delay of the scenario's loop.</returns>
    public (string? Kind, RotationModel? Rotation) Read(YamlNode? node)
    {
        if (node is null or YamlScalar)
        {
            return (_words.OneOf((YamlScalar?)node, "a balancer", ServiceReader.Balancers), null);
        }

        var fields = new YamlFields(node, "the balancer", diagnostics);
        string? kind = _words.OneOf(fields.Scalar("kind"), "a balancer", ServiceReader.Balancers);
        string? like = _words.OneOf(fields.Scalar("like"), "a balancer whose settings are known", RotationModel.Names);
        RotationModel usual = like is null ? new RotationModel() : RotationModel.Like(like);
        (double min, double max) = Quiescence(fields, usual);
        var rotation = new RotationModel
        {
            Resolve = Period(fields, "resolve") ?? usual.Resolve,
            Check = Period(fields, "check") ?? usual.Check,
            Rise = _quantity.Count(fields.Scalar("rise"), "rise", 0, 100) ?? usual.Rise,
            Fall = _quantity.Count(fields.Scalar("fall"), "fall", 1, 100) ?? usual.Fall,
            QuietMin = min,
            QuietMax = max,
            Reload = _quantity.Duration(fields.Scalar("reload")) ?? usual.Reload,
        };
        bool onlyKind = like is null && !Settings.Any(fields.Has);
        fields.RejectOthers();
        if (rotation.Check is null && (fields.Take("rise") ?? fields.Take("fall")) is { } counted)
        {
            fields.Report("CAP120", counted.At, "'rise' and 'fall' count health checks, and this balancer makes none",
                "write also for example check: 1s");
        }

        return (kind, onlyKind ? null : rotation);
    }

    private (double Min, double Max) Quiescence(YamlFields fields, RotationModel usual)
    {
        if (!fields.Has("quiescence"))
        {
            return (usual.QuietMin, usual.QuietMax);
        }

        IReadOnlyList<YamlNode> bounds = fields.List("quiescence");
        double?[] seconds = [.. bounds.OfType<YamlScalar>().Select(b => _quantity.Duration(b))];
        if (seconds is [{ } min, { } max] && bounds.Count == 2 && min <= max)
        {
            return (min, max);
        }

        fields.Report("CAP120", fields.Take("quiescence")?.At ?? fields.At,
            "quiescence is the least and the most time to wait", "write quiescence: [5s, 20s]");
        return (usual.QuietMin, usual.QuietMax);
    }

    private double? Period(YamlFields fields, string key)
    {
        YamlScalar? node = fields.Scalar(key);
        double? seconds = _quantity.Duration(node, positive: true);
        if (seconds < 0.01)
        {
            fields.Report("CAP023", node!.At, $"'{key}' must be at least 10ms", "write for example 1s");
        }

        return seconds;
    }
}
