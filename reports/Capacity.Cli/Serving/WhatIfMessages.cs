using System.Buffers;
using System.Text.Json;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim.WhatIf;

namespace Capacity.Cli.Serving;

/// <summary>What page and server tell each other, as JSON.</summary>
internal static class WhatIfMessages
{
    private const int ValuesMax = 200;

    /// <summary>Reads what a page asks for.</summary>
    /// <param name="utf8">Any bytes.</param>
    /// <param name="views">Measured runs that there are.</param>
    /// <returns>Null for what no page of ours sends.</returns>
    public static WhatIfRequest? Read(ReadOnlyMemory<byte> utf8, int views)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("seq", out JsonElement seq) || !seq.TryGetInt32(out int sequence)
                || !root.TryGetProperty("values", out JsonElement given) || given.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var values = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (JsonProperty value in given.EnumerateObject().Take(ValuesMax))
            {
                if (value.Value.ValueKind == JsonValueKind.Number && value.Value.TryGetDouble(out double number)
                    && double.IsFinite(number))
                {
                    values[value.Name] = number;
                }
            }

            int view = root.TryGetProperty("view", out JsonElement v) && v.ValueKind == JsonValueKind.Number
                && v.TryGetInt32(out int asked) && asked >= 0 && asked < views ? asked : WhatIfSubject.LaunchView;
            string focus = root.TryGetProperty("focus", out JsonElement f) && f.ValueKind == JsonValueKind.String
                ? f.GetString()! : "";
            bool pin = root.TryGetProperty("pin", out JsonElement p) && p.ValueKind == JsonValueKind.True;
            return new WhatIfRequest(sequence, pin, view, values, focus);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>What the page is about: the first message.</summary>
    public static byte[] Hello(WhatIfSubject subject) => Write(json =>
    {
        Scenario scenario = subject.Loaded.Scenario;
        json.WriteString("type", "hello");
        json.WriteString("version", CapacityProgram.Version);
        json.WriteString("scenario", scenario.Name);
        json.WriteString("shows", scenario.Shows);
        json.WriteString("service", scenario.Target.Service);
        json.WriteString("command", subject.Command);
        json.WriteNumber("target", Verdict.Target);
        json.WriteNumber("smells", WhatIfAgenda.SmellLaunches);
        json.WriteStartArray("knobs");
        foreach (Knob knob in subject.Knobs.All)
        {
            json.WriteStartObject();
            json.WriteString("id", knob.Id);
            json.WriteString("group", knob.Group);
            json.WriteString("name", knob.Name);
            json.WriteString("unit", knob.Unit.ToString().ToLowerInvariant());
            json.WriteString("place", knob.Place);
            json.WriteNumber("value", knob.Value);
            json.WriteBoolean("fixed", knob.StopsOnly);
            Numbers(json, "stops", knob.Stops);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("objectives");
        foreach (Objective objective in scenario.Objectives)
        {
            json.WriteStartObject();
            json.WriteString("name", objective.Name);
            Number(json, "limit", objective.Limit);
            Number(json, "except", objective.Except);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("measured");
        foreach (MeasuredRun measured in subject.Measured)
        {
            Measured(json, measured, scenario.Rehearsal.Speed);
        }

        json.WriteEndArray();
    });

    /// <summary>What launches of a case say, or the beginning of its first one.</summary>
    /// <param name="request">Whose.</param>
    /// <param name="turned">The case.</param>
    /// <param name="s">What they say.</param>
    /// <param name="isLast">Whether no more launches of it are planned.</param>
    /// <param name="seconds">Wall time of this answer's simulation.</param>
    public static byte[] Result(
        WhatIfRequest request, WhatIfCase turned, WhatIfSummary s, bool isLast, double seconds) => Write(json =>
    {
        (double low, double high) = s.Launches > 0 ? Wilson.Interval(s.Passed, s.Launches) : (0, 1);
        bool decided = s.Launches > 0 && WhatIfAgenda.IsDecided(s.Passed, s.Launches);
        json.WriteString("type", "result");
        json.WriteNumber("seq", request.Sequence);
        json.WriteBoolean("pin", request.IsPin);
        json.WriteNumber("view", request.View);
        json.WriteBoolean("last", isLast || decided);
        json.WriteBoolean("decided", decided);
        json.WriteNumber("launches", s.Launches);
        json.WriteNumber("passed", s.Passed);
        Number(json, "low", low);
        Number(json, "high", high);
        Number(json, "ms", seconds * 1e3);
        Number(json, "over", s.SecondsOver);
        Number(json, "overHigh", s.SecondsOverHigh);
        Number(json, "worst", s.WorstP99);
        Number(json, "errors", s.Errors);
        Number(json, "cost", s.ReplicaHours);
        Number(json, "actions", s.Actions);
        json.WriteNumber("requests", s.Requests);
        json.WriteStartArray("held");
        foreach (int held in s.Held)
        {
            json.WriteNumberValue(held);
        }

        json.WriteEndArray();
        Number(json, "step", s.Step);
        Number(json, "duration", s.Duration);
        Number(json, "until", s.Until);
        Numbers(json, "offered", s.Offered);
        Numbers(json, "ready", s.Ready.Median);
        Numbers(json, "readyLow", s.Ready.Low);
        Numbers(json, "readyHigh", s.Ready.High);
        Numbers(json, "p50", s.P50);
        Numbers(json, "p95", s.P95);
        Numbers(json, "p99", s.P99.Median);
        Numbers(json, "p99Low", s.P99.Low);
        Numbers(json, "p99High", s.P99.High);
        Edits(json, turned);
    });

    /// <summary>What would happen along one slider.</summary>
    public static byte[] Track(WhatIfRequest request, Knob knob, IReadOnlyList<Scent> scents) => Write(json =>
    {
        json.WriteString("type", "track");
        json.WriteNumber("seq", request.Sequence);
        json.WriteString("knob", knob.Id);
        json.WriteStartArray("scents");
        foreach (Scent scent in scents)
        {
            json.WriteStringValue(scent switch
            {
                Scent.Go => "go",
                Scent.AtRisk => "risk",
                Scent.NoGo => "nogo",
                _ => "",
            });
        }

        json.WriteEndArray();
    });

    /// <summary>Every track is there.</summary>
    public static byte[] Calm(int sequence) => Write(json =>
    {
        json.WriteString("type", "calm");
        json.WriteNumber("seq", sequence);
    });

    private static void Edits(Utf8JsonWriter json, WhatIfCase turned)
    {
        json.WriteStartArray("changes");
        foreach (Sim.Tuning.PolicyChange change in turned.Changes)
        {
            json.WriteStartObject();
            json.WriteString("file", change.File);
            json.WriteString("title", change.Title);
            json.WriteString("detail", change.Detail);
            json.WriteString("snippet", change.Snippet);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("settings");
        foreach (string setting in turned.Settings)
        {
            json.WriteStringValue(setting);
        }

        json.WriteEndArray();
    }

    private static void Measured(Utf8JsonWriter json, MeasuredRun measured, double speed)
    {
        RunResult run = measured.Run;
        json.WriteStartObject();
        json.WriteString("name", measured.Name);
        json.WriteBoolean("simulated", run.Provenance == Provenance.Simulated);
        Number(json, "speed", measured.IsRehearsal ? speed : 1);
        Number(json, "step", run.Step);
        Number(json, "duration", run.Duration);
        Number(json, "cost", run.ReplicaHours);
        Number(json, "errors", run.Totals.FailedShare);
        Numbers(json, "offered", run.Series.Offered);
        Numbers(json, "ready", [.. run.Series.Ready.Select(r => (double)r)]);
        Numbers(json, "p50", run.Series.P50);
        Numbers(json, "p99", run.Series.P99);
        json.WriteStartArray("actions");
        foreach (ScaleAction action in run.ScaleActions)
        {
            json.WriteStartObject();
            Number(json, "at", action.At);
            json.WriteNumber("from", action.From);
            json.WriteNumber("to", action.To);
            json.WriteString("alert", action.Alert);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static byte[] Write(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(16 << 10);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
        {
            if (double.IsFinite(value))
            {
                json.WriteNumberValue(Short(value));
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, Short(value));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Five digits are more than a chart shows, and half the bytes.</summary>
    private static decimal Short(double value)
    {
        if (value == 0 || Math.Abs(value) < 1e-12)
        {
            return 0;
        }

        int digits = 4 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return Math.Abs(value) >= 1e15 ? 0 : (decimal)Math.Round(value, Math.Clamp(digits, 0, 12));
    }
}
