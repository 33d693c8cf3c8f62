using System.Globalization;
using System.Text.Json;
using Capacity.Model;

namespace Capacity.Cli.Limits;

/// <summary>The answer for people and for machines.</summary>
internal static class LimitOutput
{
    /// <summary>A few lines for a terminal.</summary>
    public static IEnumerable<string> Lines(LimitAnswer answer)
    {
        LimitFit fit = answer.Fit;
        string how = answer.Live ? "measured" : "simulated";
        string replicas = fit.Replicas == 1 ? "1 replica" : $"{fit.Replicas} replicas";
        string partial = answer.Partial ? ", stopped early" : "";
        yield return $"{answer.Scenario}  limit {Rate(answer.Limit.Rate)}  "
            + $"(95 %: {Rate(answer.Limit.Low)} to {Rate(answer.Limit.High)})  {how}, {replicas}{partial}";
        yield return $"  holds     {string.Join(", ", answer.Objectives.Select(Text))}";
        if (answer.Doubt is { } doubt)
        {
            yield return $"  not enough evidence: {doubt}";
        }

        if (answer.Measured is { } measured)
        {
            yield return $"  measured  {Rate(measured.Rate)} (95 %: {Rate(measured.Low)} to {Rate(measured.High)}) "
                + "by the probes below alone";
        }

        if (answer.Model is { } model)
        {
            yield return $"  model     {Rate(model.Rate)} (95 %: {Rate(model.Low)} to {Rate(model.High)}) "
                + "by simulation of the fit below";
        }

        if (double.IsFinite(answer.Knee))
        {
            yield return $"  knee      {Rate(answer.Knee)}: beyond it waiting grows faster than throughput";
        }

        string share = double.IsFinite(fit.Saturation) && double.IsFinite(answer.Limit.Rate)
            ? string.Create(CultureInfo.InvariantCulture,
            $"; the limit is {answer.Limit.Rate / fit.Saturation:0 %} of it")
            : "";
        string places = fit.Cores is { } cores ? $"{cores} cores per replica"
            : fit.Workers is { } workers ? $"{workers} workers per replica" : "workers without limit";
        yield return $"  saturates {(double.IsFinite(fit.Saturation) ? $"at {Rate(fit.Saturation)}" : "never")} "
            + $"({(fit.SaturationMeasured ? "measured" : "computed")}; {places}"
            + $"{(fit.WorkersMeasured ? ", measured" : "")}){share}";
        foreach ((string kind, ServiceLaw law) in fit.Laws)
        {
            yield return $"  service   {kind}: mean {DurationText.Format(law.MeanSeconds)}, {law} "
                + $"({(fit.Measured ? "measured" : "configured")})";
        }

        if (fit.Overhead.MeanSeconds > 0)
        {
            yield return $"  overhead  {fit.Overhead} per response";
        }

        foreach (LimitProbe p in answer.Curve.OrderBy(p => p.Rate))
        {
            string mark = p.Busy ? "?" : p.Holds ? "✓" : "✗";
            yield return $"  {mark} {Rate(p.Rate),12}  p50 {DurationText.Format(p.P50),-9} "
                + $"p95 {DurationText.Format(p.P95),-9} p99 {DurationText.Format(p.P99),-9} "
                + string.Create(CultureInfo.InvariantCulture, $"failed {p.Errors:0.##%}");
        }
    }

    /// <summary>One JSON object with a final newline; what is not known is null.</summary>
    public static byte[] ToUtf8(LimitAnswer answer, ulong seed)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 1);
            json.WriteString("scenario", answer.Scenario);
            json.WriteString("provenance", answer.Live ? "measured" : "simulated");
            json.WriteString("seed", seed.ToString(CultureInfo.InvariantCulture));
            json.WriteBoolean("partial", answer.Partial);
            Write(json, "limit", answer.Limit);
            Write(json, "measured", answer.Measured);
            Write(json, "model", answer.Model);
            json.WriteString("doubt", answer.Doubt);
            Number(json, "knee", answer.Knee);
            json.WriteStartArray("objectives");
            foreach (Objective objective in answer.Objectives)
            {
                json.WriteStringValue(Text(objective));
            }

            json.WriteEndArray();
            WriteFit(json, answer.Fit);
            json.WriteStartArray("probes");
            foreach (LimitProbe probe in answer.Curve)
            {
                json.WriteStartObject();
                Number(json, "rate", probe.Rate);
                json.WriteBoolean("holds", probe.Holds);
                json.WriteBoolean("generatorLimited", probe.Busy);
                Number(json, "mean", probe.Mean);
                Number(json, "p50", probe.P50);
                Number(json, "p95", probe.P95);
                Number(json, "p99", probe.P99);
                Number(json, "errors", probe.Errors);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>A rate as people read it.</summary>
    internal static string Rate(double rate) => double.IsNaN(rate) ? "none"
        : double.IsInfinity(rate) ? "no limit"
        : rate.ToString(rate < 100 ? "0.0#" : "#,0", CultureInfo.InvariantCulture) + "/s";

    private static string Text(Objective o) => o.IsLatency
        ? $"{o.Name} ≤ {DurationText.Format(o.Limit)}"
        : string.Create(CultureInfo.InvariantCulture, $"{o.Name} ≤ {o.Limit * 100:0.###} %");

    private static void WriteFit(Utf8JsonWriter json, LimitFit fit)
    {
        json.WriteStartObject("fit");
        json.WriteString("origin", fit.Measured ? "measured" : "configured");
        json.WriteNumber("replicas", fit.Replicas);
        Number(json, "workers", fit.Workers ?? double.NaN);
        Number(json, "cores", fit.Cores ?? double.NaN);
        json.WriteBoolean("workersMeasured", fit.WorkersMeasured);
        Number(json, "saturation", fit.Saturation);
        json.WriteBoolean("saturationMeasured", fit.SaturationMeasured);
        Number(json, "overhead", fit.Overhead.MeanSeconds);
        json.WriteStartArray("service");
        foreach ((string kind, ServiceLaw law) in fit.Laws)
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteString("law", law.ToString());
            Number(json, "mean", law.MeanSeconds);
            json.WriteStartArray("quantiles"); // as service_time: { quantiles: ... } of a scenario takes them
            foreach (double share in (double[])[0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999])
            {
                json.WriteStartArray();
                json.WriteNumberValue(share);
                json.WriteNumberValue(law.Quantile(share));
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, RateLimit? limit)
    {
        if (limit is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        Number(json, "rate", limit.Rate);
        Number(json, "low", limit.Low);
        Number(json, "high", limit.High);
        json.WriteEndObject();
    }

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
