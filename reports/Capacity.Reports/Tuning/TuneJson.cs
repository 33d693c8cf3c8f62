using System.Globalization;
using System.Text.Json;

namespace Capacity.Reports;

/// <summary>The answer of a search for machines.</summary>
public static class TuneJson
{
    /// <summary>Version of the form.</summary>
    public const int SchemaVersion = 1;

    /// <summary>One JSON object with a final newline; what is not known is null.</summary>
    public static byte[] ToUtf8(TuneReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteString("tuning", report.Scenario.Name);
            json.WriteString("toolVersion", report.ToolVersion);
            json.WriteString("seed", report.Seed.ToString(CultureInfo.InvariantCulture));
            json.WriteString("goal", report.Goal);
            json.WriteNumber("probability", report.Probability);
            json.WriteString("calibration", report.Calibration);
            json.WriteBoolean("calibrated", report.Calibrated);
            json.WriteString("answer", Word(report.Answer));
            json.WriteString("headline", report.Headline);
            json.WriteBoolean("partial", report.Partial);
            json.WriteNumber("searched", report.Searched);
            json.WriteNumber("ruledOut", report.RuledOut);
            json.WriteNumber("launches", report.Launches);
            json.WriteNumber("requests", report.Requests);
            json.WriteString("command", report.Command);
            Array(json, "suggestions", report.Suggestions, Write);
            Array(json, "knobs", report.Knobs, Write);
            Array(json, "policies", report.Points, Write);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, TuneSuggestion s)
    {
        json.WriteString("role", s.Role);
        json.WriteString("policy", s.Policy);
        json.WriteString("answer", Word(s.Answer));
        json.WriteNumber("passed", s.Passed);
        json.WriteNumber("total", s.Total);
        json.WriteNumber("low", s.Interval.Low);
        json.WriteNumber("high", s.Interval.High);
        Number(json, "replicaHours", s.Cost);
        Number(json, "badSeconds", s.Bad);
        Number(json, "scaleActions", s.Actions);
        Array(json, "edits", s.Edits, (w, e) =>
        {
            w.WriteString("file", e.File);
            w.WriteString("title", e.Title);
            w.WriteString("snippet", e.Snippet);
            w.WriteString("detail", e.Detail);
        });
        Array(json, "ifModelIsWrong", s.Doubts, (w, d) =>
        {
            w.WriteString("how", d.Name);
            w.WriteNumber("passed", d.Passed);
            w.WriteNumber("total", d.Total);
        });
    }

    private static void Write(Utf8JsonWriter json, TuneKnob k)
    {
        json.WriteString("id", k.Id);
        json.WriteString("name", k.Name);
        json.WriteString("place", k.Place);
        json.WriteString("unit", k.Unit);
        Number(json, "configured", k.Configured);
        Number(json, "suggested", k.Suggested);
        Number(json, "safeLow", k.SafeLow);
        Number(json, "safeHigh", k.SafeHigh);
        Number(json, "replicaHoursRange", k.CostRange);
        Number(json, "badSecondsRange", k.BadRange);
    }

    private static void Write(Utf8JsonWriter json, TunePoint p)
    {
        Number(json, "replicaHours", p.Cost);
        Number(json, "badSeconds", p.Bad);
        json.WriteNumber("passed", p.Passed);
        json.WriteNumber("launches", p.Launches);
        json.WriteBoolean("front", p.OnFront);
        if (p.OnFront)
        {
            json.WriteStartArray("changes");
            foreach (string change in p.Changes)
            {
                json.WriteStringValue(change);
            }

            json.WriteEndArray();
        }
    }

    private static void Array<T>(
        Utf8JsonWriter json, string name, IEnumerable<T> values, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T value in values)
        {
            json.WriteStartObject();
            write(json, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Word(TuneAnswer answer) => answer switch
    {
        TuneAnswer.Passes => "passes",
        TuneAnswer.Fails => "fails",
        _ => "unknown",
    };

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
