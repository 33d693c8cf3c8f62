using System.Text;
using System.Text.Json;
using Capacity.Cli.Checking;
using Capacity.Swarm.Drills;

namespace Capacity.Cli.Commands;

/// <summary>Results of drills as JSON.</summary>
internal static class DrillJson
{
    /// <summary>The result as one JSON object.</summary>
    /// <param name="result">What happened.</param>
    /// <param name="forecast">What was predicted; null when nothing was.</param>
    public static string Write(DrillResult result, DrillForecast? forecast) => Text(json =>
    {
        json.WriteString("drill", result.Drill.Name);
        json.WriteString("fault", result.Drill.Fault);
        json.WriteString("expected", result.Drill.Expected);
        json.WriteBoolean("met", result.Unmet.Count == 0);
        json.WriteStartArray("unmet");
        foreach (string unmet in result.Unmet)
        {
            json.WriteStringValue(unmet);
        }

        json.WriteEndArray();
        if (forecast is not null)
        {
            json.WriteStartObject("predicted");
            Forecast(json, forecast);
            json.WriteEndObject();
        }

        Seconds(json, "faultAt", result.FaultAt);
        Seconds(json, "repairedAt", result.RepairedAt);
        Seconds(json, "recoverySeconds", result.RecoverySeconds);
        json.WriteNumber("requests", result.Requests);
        json.WriteNumber("failed", result.Failed);
        json.WriteStartObject("failures");
        foreach ((string why, int many) in result.Failures.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(why, many);
        }

        json.WriteEndObject();
        Seconds(json, "outageSeconds", result.OutageSeconds);
        Seconds(json, "slowestSeconds", result.SlowestSeconds);
        json.WriteNumber("scaledMeanwhile", result.ScaledMeanwhile);
        Curve(json, result.Curve);
        json.WriteStartArray("events");
        foreach (DrillEvent happened in result.Events)
        {
            json.WriteStartObject();
            Seconds(json, "at", happened.At);
            json.WriteString("text", happened.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>A prediction as one JSON object.</summary>
    public static string Write(DrillForecast forecast) => Text(json => Forecast(json, forecast));

    private static void Forecast(Utf8JsonWriter json, DrillForecast forecast)
    {
        json.WriteNumber("launches", forecast.Launches);
        Range(json, "failed", forecast.Failed);
        Range(json, "recoverySeconds", forecast.Recovery);
        Curve(json, forecast.Curve);
    }

    private static void Range(Utf8JsonWriter json, string key, DrillRange? range)
    {
        if (range is null)
        {
            json.WriteNull(key);
            return;
        }

        json.WriteStartObject(key);
        Seconds(json, "p5", range.Low);
        Seconds(json, "p50", range.Middle);
        Seconds(json, "p95", range.High);
        json.WriteEndObject();
    }

    private static void Curve(Utf8JsonWriter json, IReadOnlyList<DrillStep> curve)
    {
        json.WriteStartArray("replicas");
        foreach (DrillStep step in curve)
        {
            json.WriteStartObject();
            Seconds(json, "sinceFault", step.Since);
            json.WriteNumber("wanted", step.Wanted);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Seconds(Utf8JsonWriter json, string key, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(key, Math.Round(value, 3));
        }
        else
        {
            json.WriteNull(key);
        }
    }

    private static string Text(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
