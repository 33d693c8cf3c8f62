namespace Capacity.Model;

/// <summary>Reads a scenario file, and reports every error of it at once.</summary>
public static class ScenarioReader
{
    private static readonly string[] Phases = ["seeded", "hashed"];

    /// <summary>Reads a scenario.</summary>
    /// <param name="source">The file's text; its path is the base of the paths in <c>target</c>.</param>
    /// <param name="settings">Values that replace those of the file, each as <c>path=value</c>; see
    /// <see cref="ScenarioOverrides"/>.</param>
    /// <param name="exists">Tells whether a file that <c>target</c> names exists; null does not ask.</param>
    /// <returns>A scenario, or YAML001 … YAML004 and CAP001 … CAP038, CAP100 … CAP120, CAP150 … CAP153;
    /// docs/diagnostics.md explains each.</returns>
    public static Parsed<Scenario> Read(
        SourceText source, IReadOnlyList<string>? settings = null, Func<string, bool>? exists = null)
    {
        Parsed<YamlNode> yaml = YamlText.Read(source);
        if (!yaml.TryGet(out YamlNode? root))
        {
            return Parsed<Scenario>.Failed(yaml.Diagnostics);
        }

        var diagnostics = new List<Diagnostic>(yaml.Diagnostics);
        foreach (string setting in settings ?? [])
        {
            Parsed<YamlNode> changed = ScenarioOverrides.Apply(root, setting);
            diagnostics.AddRange(changed.Diagnostics);
            root = changed.TryGet(out YamlNode? with) ? with : root;
        }

        Scenario? scenario = new Reading(source, diagnostics, exists).Whole(root);
        scenario = scenario is null ? null : scenario with { Settings = settings ?? [] };
        return Parsed<Scenario>.From(scenario,
            [.. diagnostics.OrderBy(d => d.At.Source != source).ThenBy(d => d.At.Line).ThenBy(d => d.At.Column)]);
    }

    private sealed class Reading(SourceText source, List<Diagnostic> diagnostics, Func<string, bool>? exists)
    {
        private readonly Quantity _quantity = new(diagnostics);
        private readonly Words _words = new(diagnostics);

        public Scenario? Whole(YamlNode root)
        {
            int before = diagnostics.Count;
            var fields = new YamlFields(root, "the scenario", diagnostics);
            if (root is not YamlMap)
            {
                return null;
            }

            Version(fields.RequireScalar("version", "version: 1"));
            string? name = Name(fields.RequireScalar("name", "name: flash-sale"));
            YamlNode? targetNode = fields.Require("target",
                "target: { service: shop_web, stack: docker-stack.yml, alertmanager: alertmanager.yml }");
            ScenarioTarget? target = targetNode is null ? null : Target(targetNode);
            string? phases = _words.OneOf(fields.Scalar("phases"), "a choice of phases", Phases);
            ArrivalSpacing spacing = new SpacingReader(diagnostics).Read(fields.Take("spacing"));
            var stages = new LoadStageReader(diagnostics, Open);
            LoadStage?[] load =
                [.. Filled(fields, "load", "- { stage: peak, inject: 700/s, during: 5m }").Select(stages.Read)];
            IReadOnlyList<RequestKind> requests = new RequestReader(diagnostics).Read(
                Filled(fields, "requests", "- { name: browse, share: 100%, service_time: 8ms }"));
            var services = new ServiceReader(diagnostics);
            ServiceModel service = fields.Take("service") is { } s ? services.Read(s) : new ServiceModel();
            ClientModel client = fields.Take("client") is { } c ? services.ReadClient(c) : new ClientModel();
            HttpSettings http = new RequestDetailsReader(diagnostics).Http(fields.Take("http"));
            PolicyModel policy = fields.Take("policy") is { } p ? new PolicyReader(diagnostics).Read(p)
                : new PolicyModel();
            if (policy.Obstacle(service) is ({ } code, { } message, { } hint))
            {
                fields.Report(code, fields.Take("policy")!.At with { Length = 1 }, message, hint);
            }

            IReadOnlyList<Objective?> objectives = Objectives(fields);
            Rehearsal rehearsal = fields.Take("rehearsal") is { } r ? ReadRehearsal(r) : new Rehearsal();
            var breaks = new FaultReader(diagnostics);
            IReadOnlyList<YamlNode> faultNodes = fields.List("faults");
            Fault?[] faults = [.. faultNodes.Select(breaks.Read)];
            NodePool? nodes = breaks.Nodes(fields.Take("nodes"));
            bool known = load.All(l => l is not (null or LoadStage.Replay { File.During: null }));
            breaks.Check(faultNodes, faults, nodes, known ? load.Sum(l => l!.During) : null);
            LoopDelays delays = fields.Take("delays") is { } d ? Delays(d) : new LoopDelays();
            fields.RejectOthers(OtherWords.OfScenarios);
            if (diagnostics.Skip(before).Any(d => d.Severity == Severity.Error) || name is null || target is null)
            {
                return null;
            }

            if (load.All(l => l is null || IsSilent(l)))
            {
                diagnostics.Add(new Diagnostic("CAP035", fields.Take("load")!.At with { Length = 1 },
                    "this load never sends a request", "add a stage with 'inject' or 'users'", Severity.Warning));
            }

            return new Scenario
            {
                Name = name,
                Shows = Shows(),
                Source = source,
                Target = target,
                Load = [.. load.OfType<LoadStage>()],
                HashedPhases = phases == "hashed",
                Spacing = spacing,
                Requests = requests,
                Service = service,
                Client = client,
                Http = http,
                Policy = policy,
                Objectives = [.. objectives.OfType<Objective>()],
                Rehearsal = rehearsal,
                Delays = delays,
                Faults = [.. faults.OfType<Fault>()],
                Nodes = nodes,
            };
        }

        private static bool IsSilent(LoadStage stage) => stage switch
        {
            LoadStage.Open open => open.ToRate == 0,
            LoadStage.Sine sine => sine.Mean == 0,
            LoadStage.Stairs stairs => stairs.Rates.All(r => r == 0),
            LoadStage.Spike spike => spike.Rate == 0,
            _ => stage is LoadStage.Pause,
        };

        private string Shows()
        {
            string first = source.Line(1).Trim();
            bool forEditors = first.Contains("yaml-language-server", StringComparison.Ordinal);
            return first.StartsWith('#') && !forEditors ? first.TrimStart('#').Trim() : "";
        }

        private void Version(YamlScalar? node)
        {
            if (node is not null && node.Text != "1")
            {
                diagnostics.Add(
                    new Diagnostic("CAP001", node.At, $"this program does not know version '{node.Text}' of scenarios",
                    "write version: 1"));
            }
        }

        private string? Name(YamlScalar? node)
        {
            if (node is null)
            {
                return null;
            }

            string text = node.Text;
            bool good = text.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(text[0])
                && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
            if (!good)
            {
                diagnostics.Add(new Diagnostic("CAP025", node.At, $"'{text}' cannot be the name of a folder of reports",
                    "use at most 64 of a-z, A-Z, 0-9, '-', '_' and '.', as in flash-sale"));
            }

            return good ? text : null;
        }

        private static IReadOnlyList<YamlNode> Filled(YamlFields fields, string key, string example)
        {
            if (fields.Require(key, $"{key}:, and below it {example}") is YamlList { Items.Count: 0 } empty)
            {
                fields.Report("CAP033", empty.At with { Length = 1 }, $"'{key}' is empty",
                    $"add for example {example}");
            }

            return fields.List(key);
        }

        private ScenarioTarget? Target(YamlNode node)
        {
            var fields = new YamlFields(node, "the target", diagnostics);
            YamlScalar? service = fields.RequireScalar("service", "service: shop_web");
            YamlScalar? stack = fields.RequireScalar("stack", "stack: docker-stack.yml");
            YamlScalar? prometheus = fields.Scalar("prometheus");
            YamlScalar? alertmanager = fields.RequireScalar("alertmanager", "alertmanager: alertmanager.yml");
            fields.RejectOthers();
            string? stackPath = Open(stack);
            string? prometheusPath = Open(prometheus);
            string? alertmanagerPath = Open(alertmanager);
            return service is null || stackPath is null || alertmanagerPath is null
                ? null
                : new ScenarioTarget(service.Text, stackPath, prometheusPath, alertmanagerPath,
                    stack!.At, prometheus?.At ?? default, alertmanager!.At);
        }

        private string? Open(YamlScalar? node)
        {
            if (node is null)
            {
                return null;
            }

            string path = ScenarioPath.Beside(source.Path, node.Text);
            if (exists is not null && !exists(path))
            {
                diagnostics.Add(new Diagnostic("CAP036", node.At, $"there is no file {path}",
                    "paths are relative to the scenario file"));
            }

            return path;
        }

        private IReadOnlyList<Objective?> Objectives(YamlFields fields)
        {
            IReadOnlyList<YamlNode> nodes = fields.List("objectives");
            IReadOnlyList<YamlNode> alias = fields.List("slo");
            if (fields.Has("objectives") && fields.Has("slo"))
            {
                fields.Report("CAP013", fields.Take("slo")?.At ?? fields.At,
                    "'slo' is another word for 'objectives': write one of them",
                    "move these entries to 'objectives'");
            }

            var reader = new ObjectiveReader(diagnostics);
            return [.. nodes.Concat(alias).Select(reader.Read)];
        }

        private Rehearsal ReadRehearsal(YamlNode node)
        {
            var fields = new YamlFields(node, "the rehearsal", diagnostics);
            var usual = new Rehearsal();
            double? speed = _quantity.Amount(fields.Scalar("speed"), "a speed", ["", "x"], 1, 1_000);
            YamlScalar? share = fields.Scalar("demand");
            double? demand = _quantity.Share(share, 100);
            fields.RejectOthers();
            if (demand == 0)
            {
                fields.Report("CAP023", share!.At, "a rehearsal without demand validates nothing",
                    "write for example 50%");
            }

            return new Rehearsal { Speed = speed ?? usual.Speed, Demand = demand ?? usual.Demand };
        }

        private LoopDelays Delays(YamlNode node)
        {
            var fields = new YamlFields(node, "the delays", diagnostics);
            var usual = new LoopDelays();
            var delays = new LoopDelays
            {
                Post = _quantity.Duration(fields.Scalar("post")) ?? usual.Post,
                Delivery = _quantity.Duration(fields.Scalar("delivery")) ?? usual.Delivery,
                Orchestrator = _quantity.Duration(fields.Scalar("orchestrator")) ?? usual.Orchestrator,
                Rotation = _quantity.Duration(fields.Scalar("rotation")) ?? usual.Rotation,
                Discovery = _quantity.Duration(fields.Scalar("discovery")) ?? usual.Discovery,
                Restart = _quantity.Duration(fields.Scalar("restart")) ?? usual.Restart,
                TimerDrift = _quantity.Duration(fields.Scalar("timer_drift")) ?? usual.TimerDrift,
            };
            fields.RejectOthers();
            return delays;
        }
    }
}
