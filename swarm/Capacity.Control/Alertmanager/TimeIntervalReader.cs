using System.Globalization;
using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>One entry of <c>time_intervals</c> → <see cref="TimeIntervalSet"/>.</summary>
/// <remarks>Source: Alertmanager, timeinterval/timeinterval.go. Errors are CAP085.</remarks>
internal sealed class TimeIntervalReader(List<Diagnostic> diagnostics)
{
    private static readonly string[] Weekdays =
        ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    private static readonly string[] Months =
    [
        "", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
        "november", "december",
    ];

    /// <summary>Reads an entry.</summary>
    /// <returns>Null, with a diagnostic added, when it has no name.</returns>
    public TimeIntervalSet? Read(YamlNode node)
    {
        var fields = new YamlFields(node, "a time interval", diagnostics);
        YamlScalar? name = fields.RequireScalar("name", "name: weekends");
        var intervals = fields.List("time_intervals").Select(Interval).ToList();
        fields.RejectOthers();
        return name is null ? null : new TimeIntervalSet(name.Text, intervals);
    }

    private TimeInterval Interval(YamlNode node)
    {
        var fields = new YamlFields(node, "an interval", diagnostics);
        var interval = new TimeInterval
        {
            Minutes = [.. fields.List("times").Select(Times)],
            Weekdays = Ranges(fields, "weekdays", t => Array.IndexOf(Weekdays, t.ToLowerInvariant()), 0, 6),
            DaysOfMonth = Ranges(fields, "days_of_month", Number, -31, 31),
            Months = Ranges(fields, "months", Month, 1, 12),
            Years = Ranges(fields, "years", Number, 0, int.MaxValue),
            Location = Location(fields),
        };
        fields.RejectOthers();
        return interval;
    }

    private static int Month(string text) =>
        Array.IndexOf(Months, text.ToLowerInvariant()) is var month and > 0 ? month : Number(text);

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : int.MinValue;

    private (int From, int To) Times(YamlNode node)
    {
        var fields = new YamlFields(node, "a time range", diagnostics);
        int from = TimeOfDay(fields, "start_time");
        int to = TimeOfDay(fields, "end_time");
        fields.RejectOthers();
        if (from >= to && from >= 0 && to >= 0)
        {
            fields.Report("CAP085", node.At with { Length = 1 }, "start_time must be before end_time",
                "split a range that passes midnight in two");
        }

        return (from, to);
    }

    private static int TimeOfDay(YamlFields fields, string key)
    {
        if (fields.RequireScalar(key, $"{key}: 09:00") is not { } text)
        {
            return -1;
        }

        string[] parts = text.Text.Split(':');
        if (parts.Length == 2 && parts[0].Length == 2 && parts[1].Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int hour)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minute)
            && (hour < 24 ? minute < 60 : hour == 24 && minute == 0))
        {
            return (hour * 60) + minute;
        }

        fields.Report("CAP085", text.At, $"'{text.Text}' is not a time of day", "write for example '09:00' or '24:00'");
        return -1;
    }

    private static List<(int From, int To)> Ranges(YamlFields fields, string key, Func<string, int> read, int min,
        int max)
    {
        var ranges = new List<(int From, int To)>();
        foreach (YamlNode node in fields.List(key))
        {
            string text = (node as YamlScalar)?.Text ?? "";
            string[] ends = text.Split(':');
            int from = read(ends[0].Trim());
            int to = read(ends[^1].Trim());
            bool ordered = from <= to || (from > 0 && to < 0); // "1:-1" is the whole month
            if (ends.Length <= 2 && from >= min && to <= max && to >= min && ordered && !(from == 0 && min < 0))
            {
                ranges.Add((from, to));
            }
            else
            {
                fields.Report("CAP085", node.At, $"'{text}' is not a range of '{key}'",
                    "write 'from:to', for example 'monday:friday' or '1:5'");
            }
        }

        return ranges;
    }

    private static TimeZoneInfo Location(YamlFields fields)
    {
        if (fields.Scalar("location") is not { } text || text.Text is "UTC" or "Local" or "")
        {
            return TimeZoneInfo.Utc; // "Local" would make a run depend on the machine
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(text.Text, out TimeZoneInfo? zone))
        {
            return zone;
        }

        fields.Report("CAP085", text.At, $"unknown time zone '{text.Text}'", "write for example Europe/Paris");
        return TimeZoneInfo.Utc;
    }
}
