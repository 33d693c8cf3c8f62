using System.Globalization;

namespace Capacity.Model;

/// <summary>Replaces single values of a scenario from the command line: <c>--set load[0].inject=500/s</c>.</summary>
/// <remarks>
/// A path is made of keys and, for entries of a list, numbers from 0 or the entry's own name:
/// <c>load[peak].inject</c>, <c>requests[browse].share</c>, <c>objectives[latency.p99].under</c>. The changed tree is
/// then
/// read as if the file had said so; what is wrong with a value is reported at the command line's text.
/// </remarks>
public static class ScenarioOverrides
{
    private const string Example = "write for example --set service.workers=16 or --set load[0].inject=500/s";
    private static readonly string[] NameKeys = ["stage", "name", "metric"];

    /// <summary>Reads a scenario's YAML and replaces one value.</summary>
    /// <param name="source">The scenario's text.</param>
    /// <param name="path">For example <c>rehearsal.speed</c>.</param>
    /// <param name="value">YAML: <c>30</c>, <c>500/s</c>, <c>{ p50: 8ms, p95: 20ms }</c>.</param>
    /// <returns>The changed tree, or YAML001 … YAML004, CAP037 or CAP038.</returns>
    public static Parsed<YamlNode> Apply(SourceText source, string path, string value)
    {
        Parsed<YamlNode> yaml = YamlText.Read(source);
        return yaml.TryGet(out YamlNode? root) ? Apply(root, $"{path}={value}") : yaml;
    }

    /// <summary>Replaces one value.</summary>
    /// <param name="root">The scenario's tree.</param>
    /// <param name="setting"><c>path=value</c>.</param>
    /// <returns>The changed tree; or CAP037 (not path=value), CAP038 (no such entry), or YAML001 … YAML004 of the
    /// value.</returns>
    public static Parsed<YamlNode> Apply(YamlNode root, string setting)
    {
        var text = new SourceText("--set", setting);
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || Steps(text, setting[..equals]) is not { Count: > 0 } steps)
        {
            return new Diagnostic("CAP037", new SourceSpan(text, 1, 1, Math.Max(1, setting.Length)),
                $"'{setting}' is not path=value", Example);
        }

        // The padding puts the value where it stands in the setting, so that its errors point at the right column.
        var padded = new SourceText("--set", new string(' ', equals + 1) + setting[(equals + 1)..]);
        Parsed<YamlNode> read = YamlText.Read(padded);
        if (!read.TryGet(out YamlNode? value))
        {
            return Parsed<YamlNode>.Failed([.. read.Diagnostics.Select(d => d.Code == "YAML002"
                ? new Diagnostic("CAP037", new SourceSpan(text, 1, equals + 1, 1), $"'{setting}' has no value", Example)
                : d with { At = d.At with { Source = text } })]);
        }

        return Replace(root, steps, 0, Moved(value, text));
    }

    private static Parsed<YamlNode> Replace(YamlNode node, List<Step> steps, int at, YamlNode value)
    {
        if (at == steps.Count)
        {
            return value;
        }

        Step step = steps[at];
        return step.IsEntry
            ? ReplaceEntry(node, steps, at, value)
            : node is YamlMap or YamlScalar { IsNull: true }
                ? ReplaceKey(node as YamlMap ?? new YamlMap(step.At, []), steps, at, value)
                : new Diagnostic("CAP038", step.At, $"there is no '{step.Text}' here: this is {node.Kind}",
                    node is YamlList ? "choose an entry first, as in load[0].inject" : "write a shorter path");
    }

    private static Parsed<YamlNode> ReplaceKey(YamlMap map, List<Step> steps, int at, YamlNode value)
    {
        Step step = steps[at];
        YamlNode child = map.Find(step.Text) ?? new YamlScalar(step.At, "", Plain: true);
        Parsed<YamlNode> changed = Replace(child, steps, at + 1, value);
        if (!changed.TryGet(out YamlNode? with))
        {
            return changed;
        }

        var entry = new YamlEntry(new YamlScalar(step.At, step.Text, Plain: true), with);
        bool known = map.Entries.Any(e => e.Key.Text == step.Text);
        return map with
        {
            Entries = known
                ? [.. map.Entries.Select(e => e.Key.Text == step.Text ? e with { Value = with } : e)]
                : [.. map.Entries, entry],
        };
    }

    private static Parsed<YamlNode> ReplaceEntry(YamlNode node, List<Step> steps, int at, YamlNode value)
    {
        Step step = steps[at];
        if (node is not YamlList list)
        {
            return new Diagnostic("CAP038", step.At,
                $"[{step.Text}] chooses an entry of a list, but this is {node.Kind}",
                "remove the brackets");
        }

        int index = int.TryParse(step.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : list.Items.Index().Where(i => NameOf(i.Item) == step.Text).Select(i => i.Index).FirstOrDefault(-1);
        if (index < 0 || index >= list.Items.Count)
        {
            string names =
                string.Join(", ", list.Items.Select(NameOf).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal));
            return new Diagnostic("CAP038", step.At,
                $"there is no entry [{step.Text}]: the list has {list.Items.Count}",
                names.Length == 0 ? "entries are counted from 0" : $"entries are counted from 0, or named: {names}");
        }

        Parsed<YamlNode> changed = Replace(list.Items[index], steps, at + 1, value);
        return changed.TryGet(out YamlNode? with)
            ? list with { Items = [.. list.Items.Select((item, i) => i == index ? with : item)] }
            : changed;
    }

    private static string NameOf(YamlNode node) => node is YamlMap map
        ? NameKeys.Select(k => map.Find(k)).OfType<YamlScalar>().FirstOrDefault()?.Text ?? ""
        : "";

    private static YamlNode Moved(YamlNode node, SourceText text)
    {
        SourceSpan at = node.At with { Source = text };
        return node switch
        {
            YamlScalar scalar => scalar with { At = at },
            YamlList list => new YamlList(at, [.. list.Items.Select(i => Moved(i, text))]),
            YamlMap map => new YamlMap(at,
                [.. map.Entries.Select(e => new YamlEntry((YamlScalar)Moved(e.Key, text), Moved(e.Value, text)))]),
            _ => node,
        };
    }

    /// <summary>Cuts <c>load[flash sale].inject</c> into its steps; null when it is no path.</summary>
    private static List<Step>? Steps(SourceText text, string path)
    {
        var steps = new List<Step>();
        int position = 0;
        while (position < path.Length)
        {
            bool bracket = path[position] == '[';
            int from = bracket || (path[position] == '.' && steps.Count > 0) ? position + 1 : position;
            int to = bracket ? path.IndexOf(']', from) : path.IndexOfAny(['.', '['], from);
            to = to < 0 && !bracket ? path.Length : to;
            if (to <= from || (bracket && steps.Count == 0) || (!bracket && from == position && steps.Count > 0))
            {
                return null;
            }

            steps.Add(new Step(path[from..to], bracket, new SourceSpan(text, 1, from + 1, to - from)));
            position = bracket ? to + 1 : to;
        }

        return steps;
    }

    private sealed record Step(string Text, bool IsEntry, SourceSpan At);
}
