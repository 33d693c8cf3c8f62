using System.Globalization;
using Capacity.Model;

namespace Capacity.Control.Labels;

/// <summary>Stack file (compose format version 3, YAML) → <see cref="StackFile"/>.</summary>
/// <remarks>
/// The file belongs to Docker: keys that the control loop does not use are accepted whatever they are.
/// Source: compose file reference, version 3.
/// </remarks>
public static class StackReader
{
    private static readonly Dictionary<string, string> NoVariables = new(StringComparer.Ordinal);

    /// <summary>Reads a stack file; variables without a default are empty.</summary>
    /// <returns>The services, or YAML001–YAML004, CAP010–CAP012 (shape), CAP060 (value) or CAP061 (duration).</returns>
    public static Parsed<StackFile> Read(SourceText source) => Read(source, NoVariables);

    /// <summary>Reads a stack file.</summary>
    /// <param name="source">The whole file.</param>
    /// <param name="variables">What <c>${NAME}</c> stands for.</param>
    public static Parsed<StackFile> Read(SourceText source, IReadOnlyDictionary<string, string> variables)
    {
        Parsed<YamlNode> yaml = YamlText.Read(source);
        if (!yaml.TryGet(out YamlNode? root))
        {
            return Parsed<StackFile>.Failed(yaml.Diagnostics);
        }

        var reading = new Reading(variables, [.. yaml.Diagnostics]);
        return Parsed<StackFile>.From(reading.File(root), reading.Diagnostics);
    }

    private sealed class Reading(IReadOnlyDictionary<string, string> variables, List<Diagnostic> diagnostics)
    {
        public List<Diagnostic> Diagnostics => diagnostics;

        public StackFile File(YamlNode root)
        {
            var file = new YamlFields(root, "a stack file", diagnostics);
            var services = new List<StackService>();
            switch (file.Require("services", "services:\\n  main:\\n    image: nginx"))
            {
                case YamlMap map:
                    services.AddRange(map.Entries.Select(Service));
                    break;
                case { } other:
                    file.Report("CAP012", other.At, $"'services' must be a map, but this is {other.Kind}",
                        "write 'name:' and its keys below");
                    break;
            }

            return new StackFile(services);
        }

        private StackService Service(YamlEntry entry)
        {
            var fields = new YamlFields(entry.Value, $"service '{entry.Key.Text}'", diagnostics);
            YamlFields? deploy = Sub(fields, "deploy");
            YamlFields? health = Sub(fields, "healthcheck");
            return new StackService
            {
                Name = entry.Key.Text,
                Labels = deploy is null ? [] : Pairs(deploy, "labels"),
                ContainerLabels = Pairs(fields, "labels"),
                Replicas = deploy is null ? 1 : Count(deploy, "replicas"),
                IsGlobal = deploy?.Scalar("mode") is { } mode && IsGlobal(mode, fields),
                HealthCheckInterval = health is null ? null : Duration(health, "interval"),
                HealthCheckStartPeriod = health is null ? null : Duration(health, "start_period"),
                StopGracePeriod = Duration(fields, "stop_grace_period"),
                Image = fields.Scalar("image") is { } image ? Replace(image) : null,
                Environment = Environment(fields),
                At = entry.Key.At,
            };
        }

        private bool IsGlobal(YamlScalar mode, YamlFields fields)
        {
            string text = Replace(mode);
            if (text is not ("global" or "replicated" or "global-job" or "replicated-job"))
            {
                fields.Report("CAP060", mode.At, $"unknown deploy mode '{text}'", "use replicated or global");
            }

            return text.StartsWith("global", StringComparison.Ordinal);
        }

        private YamlFields? Sub(YamlFields fields, string key) =>
            fields.Take(key) is { } node ? new YamlFields(node, $"'{key}'", diagnostics) : null;

        private int Count(YamlFields fields, string key)
        {
            if (fields.Scalar(key) is not { } node)
            {
                return 1;
            }

            if (int.TryParse(Replace(node), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            {
                return count;
            }

            fields.Report("CAP060", node.At, $"'{key}' must be a whole number ≥ 0, not '{node.Text}'",
                "write for example 4");
            return 1;
        }

        private TimeSpan? Duration(YamlFields fields, string key)
        {
            if (fields.Scalar(key) is not { } node)
            {
                return null;
            }

            Parsed<TimeSpan> duration = GoDuration.Parse(Replace(node), node.At);
            diagnostics.AddRange(duration.Diagnostics);
            return duration.TryGet(out TimeSpan value) ? value : null;
        }

        private Dictionary<string, string> Environment(YamlFields fields)
        {
            var environment = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (StackLabel pair in Pairs(fields, "environment"))
            {
                environment[pair.Key] = pair.Value;
            }

            return environment;
        }

        // Compose takes both a map and a list of "key=value".
        private List<StackLabel> Pairs(YamlFields fields, string key)
        {
            var pairs = new List<StackLabel>();
            switch (fields.Take(key))
            {
                case null:
                    break;
                case YamlMap map:
                    pairs.AddRange(map.Entries.Select(e => Pair(e, key)).OfType<StackLabel>());
                    break;
                case YamlList list:
                    pairs.AddRange(list.Items.Select(i => Pair(i, key)).OfType<StackLabel>());
                    break;
                case { } other:
                    fields.Report("CAP012", other.At, $"'{key}' must be a map or a list, but this is {other.Kind}",
                        "write '- key=value' lines");
                    break;
            }

            return pairs;
        }

        private StackLabel? Pair(YamlEntry entry, string key)
        {
            if (entry.Value is YamlScalar value)
            {
                return new StackLabel(entry.Key.Text, value.IsNull ? "" : Replace(value), entry.Key.At);
            }

            diagnostics.Add(new Diagnostic("CAP012", entry.Value.At,
                $"'{entry.Key.Text}' in '{key}' must be a single value, but this is {entry.Value.Kind}",
                    "write 'key: value'"));
            return null;
        }

        private StackLabel? Pair(YamlNode item, string key)
        {
            if (item is YamlScalar text)
            {
                string pair = Replace(text);
                int equals = pair.IndexOf('=', StringComparison.Ordinal);
                return equals < 0
                    ? new StackLabel(pair, "", text.At)
                    : new StackLabel(pair[..equals], pair[(equals + 1)..], text.At);
            }

            diagnostics.Add(new Diagnostic("CAP012", item.At,
                $"an entry of '{key}' must be 'key=value', but this is {item.Kind}", "write '- key=value'"));
            return null;
        }

        private string Replace(YamlScalar text) => ComposeVariables.Replace(text.Text, variables);
    }
}
