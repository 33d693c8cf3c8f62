using System.Globalization;
using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>A schedule of alerts (YAML, JSON, or JSON in lines) → <see cref="ScheduledAlert"/>s.</summary>
public static class ReplayScheduleReader
{
    private const string Example = "{at: 30s, ends: 5m, labels: {alertname: Slow, service: web}}";

    /// <summary>Reads a schedule: a list, or a map with the list <c>alerts</c>, or one JSON object per line.</summary>
    /// <returns>Alerts in the order of their starts; or YAML00x, CAP01x (keys), AM001 (instant), AM002 (end before its
    /// start), AM003 (no labels). AM004 warns of an end without a start.</returns>
    public static Parsed<IReadOnlyList<ScheduledAlert>> Read(SourceText source)
    {
        var diagnostics = new List<Diagnostic>();
        var entries = new List<Entry>();
        foreach (YamlNode node in IsLines(source) ? Lines(source, diagnostics) : Document(source, diagnostics))
        {
            if (Read(node, diagnostics) is { } entry)
            {
                entries.Add(entry);
            }
        }

        if (IsLines(source))
        {
            diagnostics = [.. diagnostics.Select(d => InLines(d, source))];
        }

        IReadOnlyList<ScheduledAlert> alerts = Pair(entries, diagnostics);
        return Parsed<IReadOnlyList<ScheduledAlert>>.From(alerts, diagnostics);
    }

    private static bool IsLines(SourceText source)
    {
        string[] lines = [.. source.Text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
        return lines.Length > 0 && Array.TrueForAll(lines, l => l[0] == '{' && l[^1] == '}');
    }

    // Each line becomes an entry of a YAML list, two columns to the right.
    private static IEnumerable<YamlNode> Lines(SourceText source, List<Diagnostic> diagnostics)
    {
        IEnumerable<string> lines = source.Text.Split('\n').Select(l => l.Trim().Length == 0 ? "" : "- " + l.TrimEnd());
        return Document(new SourceText(source.Path, string.Join('\n', lines)), diagnostics);
    }

    private static Diagnostic InLines(Diagnostic found, SourceText source) => found with
    {
        At = found.At.Source is null
            ? found.At
            : found.At with { Source = source, Column = Math.Max(1, found.At.Column - 2) },
    };

    private static IEnumerable<YamlNode> Document(SourceText source, List<Diagnostic> diagnostics)
    {
        Parsed<YamlNode> yaml = YamlText.Read(source);
        diagnostics.AddRange(yaml.Diagnostics);
        if (!yaml.TryGet(out YamlNode? root))
        {
            return [];
        }

        if (root is YamlList list)
        {
            return list.Items;
        }

        var fields = new YamlFields(root, "a schedule of alerts", diagnostics);
        IReadOnlyList<YamlNode> items = fields.Require("alerts", $"alerts: [{Example}]") is null
            ? []
            : fields.List("alerts");
        fields.RejectOthers();
        return items;
    }

    private static Entry? Read(YamlNode node, List<Diagnostic> diagnostics)
    {
        var fields = new YamlFields(node, "a scheduled alert", diagnostics);
        TimeSpan? at = Time(fields.RequireScalar("at", "at: 30s"), diagnostics);
        YamlScalar? endsText = fields.Scalar("ends");
        TimeSpan? ends = Time(endsText, diagnostics);
        LabelSet labels = Labels(fields, "labels");
        LabelSet annotations = Labels(fields, "annotations");
        YamlScalar? status = fields.Scalar("status");
        fields.RejectOthers();
        if (labels.Count == 0 && node is YamlMap)
        {
            fields.Report("AM003", node.At with { Length = 1 }, "an alert needs labels",
                $"write for example {Example}");
        }

        if (ends < at)
        {
            fields.Report("AM002", endsText!.At, $"the alert ends at {endsText.Text}, before it starts",
                "'ends' counts from the beginning of the schedule, as 'at' does");
        }

        bool resolves = status?.Text == "resolved";
        if (status is not null && status.Text is not ("firing" or "resolved"))
        {
            fields.Report("CAP024", status.At, $"unknown status '{status.Text}'", "write firing or resolved");
        }

        return at is { } starts
            ? new Entry(starts, ends, resolves, labels, annotations, node.At with { Length = 1 })
            : null;
    }

    /// <summary>Joins entries with <c>status: resolved</c> to the start that they end.</summary>
    private static List<ScheduledAlert> Pair(List<Entry> entries, List<Diagnostic> diagnostics)
    {
        var alerts = new List<ScheduledAlert>();
        foreach (Entry entry in entries.OrderBy(e => e.At))
        {
            if (!entry.Resolves)
            {
                alerts.Add(new ScheduledAlert(entry.At, entry.Ends, entry.Labels, entry.Annotations));
                continue;
            }

            int open = alerts.FindLastIndex(a => a.Ends is null && a.Labels.Equals(entry.Labels));
            if (open >= 0)
            {
                alerts[open] = alerts[open] with { Ends = entry.At };
            }
            else
            {
                diagnostics.Add(new Diagnostic("AM004", entry.Place, "this ends an alert that has not started",
                    "give the labels with which it started", Severity.Warning));
            }
        }

        return alerts;
    }

    private static TimeSpan? Time(YamlScalar? text, List<Diagnostic> diagnostics)
    {
        if (text is null)
        {
            return null;
        }

        if (Duration(text.Text) is { } duration)
        {
            return duration;
        }

        diagnostics.Add(new Diagnostic("AM001", text.At, $"'{text.Text}' is not a time since the beginning",
            "write for example 90s, 1m30s or 1.5 (seconds)"));
        return null;
    }

    /// <summary>Reads <c>1m30s</c>, <c>250ms</c>, <c>1.5s</c> or seconds without a unit.</summary>
    /// <returns>At most 100 years; null when it is none of these.</returns>
    public static TimeSpan? Duration(string text)
    {
        const double SecondsMax = 100 * 365.0 * 24 * 3600;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out double seconds))
        {
            return seconds is >= 0 and <= SecondsMax ? TimeSpan.FromSeconds(seconds) : null;
        }

        bool read = PrometheusDuration.Parse(text).TryGet(out TimeSpan duration)
            || GoDuration.Parse(text, SourceSpan.None).TryGet(out duration);
        return read && duration.TotalSeconds <= SecondsMax ? duration : null;
    }

    private static LabelSet Labels(YamlFields fields, string key)
    {
        switch (fields.Take(key))
        {
            case null:
                return LabelSet.Empty;
            case YamlMap map:
                foreach (YamlEntry entry in map.Entries.Where(e => e.Value is not YamlScalar))
                {
                    fields.Report("CAP012", entry.Value.At, $"'{entry.Key.Text}' must be a single value",
                        "write 'name: value'");
                }

                return new LabelSet(map.Entries.Where(e => e.Value is YamlScalar { IsNull: false })
                    .Select(e => KeyValuePair.Create(e.Key.Text, ((YamlScalar)e.Value).Text)));
            case { } other:
                fields.Report("CAP012", other.At, $"'{key}' must be a map, but this is {other.Kind}",
                    "write 'name: value' pairs");
                return LabelSet.Empty;
        }
    }

    private sealed record Entry(
        TimeSpan At, TimeSpan? Ends, bool Resolves, LabelSet Labels, LabelSet Annotations, SourceSpan Place);
}
