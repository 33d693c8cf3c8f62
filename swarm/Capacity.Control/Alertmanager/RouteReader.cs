using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>The map <c>route</c> → <see cref="Route"/>, with inherited settings filled in.</summary>
internal sealed class RouteReader(
    List<Diagnostic> diagnostics, IReadOnlyList<string> receivers, IReadOnlyList<string> timeIntervals)
{
    /// <summary>Reads the whole tree.</summary>
    public Route ReadRoot(YamlNode node) => Read(node, parent: null);

    /// <summary>Reads the three ways to write matchers, sorted as Alertmanager prints them.</summary>
    public static List<LabelMatcher> Matchers(
        YamlFields fields, List<Diagnostic> diagnostics, string equalKey, string regexKey, string listKey)
    {
        var matchers = new List<LabelMatcher>();
        matchers.AddRange(FromMap(fields, equalKey, text => LabelMatcher.Create(text.Key.Text, "=", Value(text))));
        matchers.AddRange(FromMap(fields, regexKey, text =>
            LabelMatcher.Create(text.Key.Text, "=~", $"^(?:{Value(text)})$")));
        foreach (YamlNode node in List(fields, listKey))
        {
            if (node is not YamlScalar text)
            {
                fields.Report("CAP012", node.At, $"an entry of '{listKey}' must be a text, but this is {node.Kind}",
                    "write '- name=\"value\"'");
                continue;
            }

            Parsed<IReadOnlyList<LabelMatcher>> parsed = LabelMatcher.Parse(text.Text, text.At);
            diagnostics.AddRange(parsed.Diagnostics);
            matchers.AddRange(parsed.TryGet(out IReadOnlyList<LabelMatcher>? read) ? read : []);
        }

        return [.. matchers.OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.Value, StringComparer.Ordinal)
            .ThenBy(m => Array.IndexOf(["=", "!=", "=~", "!~"], m.Operator))];
    }

    /// <summary>Reads a duration.</summary>
    /// <returns>Null when the key is absent or, with a diagnostic added, wrong.</returns>
    public static TimeSpan? Duration(YamlFields fields, string key, List<Diagnostic> diagnostics)
    {
        if (fields.Scalar(key) is not { } text)
        {
            return null;
        }

        Parsed<TimeSpan> duration = PrometheusDuration.Parse(text.Text, text.At);
        diagnostics.AddRange(duration.Diagnostics);
        return duration.TryGet(out TimeSpan value) ? value : null;
    }

    private static string Value(YamlEntry entry) => entry.Value is YamlScalar { IsNull: false } text ? text.Text : "";

    // A single text is taken for a list of one, as Alertmanager does.
    private static IReadOnlyList<YamlNode> List(YamlFields fields, string key) =>
        fields.Take(key) is YamlScalar one ? [one] : fields.List(key);

    private static IEnumerable<LabelMatcher> FromMap(YamlFields fields, string key,
        Func<YamlEntry, LabelMatcher?> create)
    {
        switch (fields.Take(key))
        {
            case null:
                yield break;
            case YamlMap map:
                foreach (YamlEntry entry in map.Entries)
                {
                    if (entry.Value is YamlScalar && create(entry) is { } matcher)
                    {
                        yield return matcher;
                    }
                    else
                    {
                        fields.Report("CAP081", entry.Value.At,
                            $"'{entry.Key.Text}' in '{key}' is not a value or regular expression",
                            "write 'label: value'");
                    }
                }

                break;
            case { } other:
                fields.Report("CAP012", other.At, $"'{key}' must be a map, but this is {other.Kind}",
                    "write 'label: value' lines");
                break;
        }
    }

    private Route Read(YamlNode node, Route? parent)
    {
        var fields = new YamlFields(node, parent is null ? "the root route" : "a route", diagnostics);
        List<LabelMatcher> matchers = Matchers(fields, diagnostics, "match", "match_re", "matchers");
        (List<string>? groupBy, bool all) = GroupBy(fields);
        var route = new Route
        {
            Receiver = ReceiverName(fields, parent),
            Matchers = matchers,
            Continue = ReceiverReader.Flag(fields, "continue", false),
            GroupBy = groupBy ?? parent?.GroupBy ?? [],
            GroupByAll = all || (groupBy is null && parent is { GroupByAll: true }),
            GroupWait = Duration(fields, "group_wait", diagnostics) ?? parent?.GroupWait ?? TimeSpan.FromSeconds(30),
            GroupInterval = NotZero(fields, "group_interval") ?? parent?.GroupInterval ?? TimeSpan.FromMinutes(5),
            RepeatInterval = NotZero(fields, "repeat_interval") ?? parent?.RepeatInterval ?? TimeSpan.FromHours(4),
            MuteTimeIntervals = IntervalNames(fields, "mute_time_intervals"),
            ActiveTimeIntervals = IntervalNames(fields, "active_time_intervals"),
            Key = (parent is null ? "" : parent.Key + "/") + "{" + string.Join(",", matchers) + "}",
            At = node.At,
        };
        if (parent is null && (matchers.Count > 0 || route.Continue
            || route.MuteTimeIntervals.Count + route.ActiveTimeIntervals.Count > 0))
        {
            fields.Report("CAP082", node.At with { Length = 1 }, "the root route must take every alert",
                "move matchers, continue and time intervals to a child");
        }

        route.Routes = [.. fields.List("routes").Select(child => Read(child, route))];
        fields.RejectOthers();
        return route;
    }

    private string ReceiverName(YamlFields fields, Route? parent)
    {
        YamlScalar? name = parent is null
            ? fields.RequireScalar("receiver", "receiver: team")
            : fields.Scalar("receiver");
        if (name is null)
        {
            return parent?.Receiver ?? "";
        }

        if (!receivers.Contains(name.Text, StringComparer.Ordinal))
        {
            string? near = Spelling.Nearest(name.Text, receivers);
            fields.Report("CAP080", name.At, $"receiver '{name.Text}' is not defined",
                near is null ? "add it under 'receivers'" : $"did you mean '{near}'?");
        }

        return name.Text;
    }

    private static (List<string>? Labels, bool All) GroupBy(YamlFields fields)
    {
        var labels = new List<string>();
        bool all = false;
        foreach (YamlNode node in List(fields, "group_by"))
        {
            string text = (node as YamlScalar)?.Text ?? "";
            all |= text == "...";
            if (text.Length == 0 || labels.Contains(text))
            {
                fields.Report("CAP083", node.At, $"'{text}' is empty or given twice in 'group_by'",
                    "give each label once");
            }

            labels.Add(text);
        }

        if (all && labels.Count > 1)
        {
            fields.Report("CAP083", fields.At with { Length = 1 }, "'group_by' has '...' beside other labels",
                "write '...' alone");
        }

        return (labels.Count == 0 || all ? null : labels, all);
    }

    private TimeSpan? NotZero(YamlFields fields, string key)
    {
        TimeSpan? duration = Duration(fields, key, diagnostics);
        if (duration == TimeSpan.Zero)
        {
            fields.Report("CAP083", fields.Scalar(key)!.At, $"'{key}' cannot be zero", "write for example 5m");
            return null;
        }

        return duration;
    }

    private List<string> IntervalNames(YamlFields fields, string key)
    {
        var names = new List<string>();
        foreach (YamlNode node in List(fields, key))
        {
            string name = (node as YamlScalar)?.Text ?? "";
            names.Add(name);
            if (!timeIntervals.Contains(name, StringComparer.Ordinal))
            {
                fields.Report("CAP080", node.At, $"time interval '{name}' is not defined",
                    "add it under 'time_intervals'");
            }
        }

        return names.FindAll(n => timeIntervals.Contains(n, StringComparer.Ordinal));
    }
}
