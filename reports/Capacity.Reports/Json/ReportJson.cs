using System.Text.Json;
using System.Text.Json.Serialization;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>How the project's records are written as JSON: camel case, NaN as null, in an order that never
/// changes.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(NumberConverter), typeof(SeedConverter), typeof(HistogramConverter), typeof(StatusCodesConverter),
        typeof(SharesConverter), typeof(ProvenanceConverter), typeof(MetricConverter), typeof(VerdictKindConverter),
        typeof(ObjectiveStateConverter), typeof(SeverityConverter), typeof(RegressionVerdictConverter),
        typeof(GateStateConverter), typeof(GateKindConverter), typeof(GateUnitConverter),
    ])]
[JsonSerializable(typeof(ChartPage))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(CheckReportDocument))]
[JsonSerializable(typeof(RegressionDocument))]
[JsonSerializable(typeof(Baseline))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <summary>Numbers: JSON has no NaN, so null stands for "no value".</summary>
internal sealed class NumberConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return double.NaN;
        }

        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double number)
            && double.IsFinite(number)
            ? number
            : throw new JsonException("A number or null is expected.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value == 0 ? 0 : value); // negative zero would be a difference without a meaning
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}

/// <summary>Seeds as strings: many readers of JSON lose the last digits of a 64-bit number.</summary>
internal sealed class SeedConverter : JsonConverter<ulong>
{
    /// <inheritdoc/>
    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        bool read = reader.TokenType switch
        {
            JsonTokenType.String => ulong.TryParse(reader.GetString(), System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture, out _),
            JsonTokenType.Number => reader.TryGetUInt64(out _),
            _ => false,
        };
        return !read ? throw new JsonException("A whole number from 0 to 18446744073709551615 is expected.")
            : reader.TokenType == JsonTokenType.Number ? reader.GetUInt64()
            : ulong.Parse(reader.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>measured or simulated.</summary>
internal sealed class ProvenanceConverter()
    : JsonStringEnumConverter<Provenance>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>latencyP99, errors, …</summary>
internal sealed class MetricConverter()
    : JsonStringEnumConverter<ObjectiveMetric>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>go, goWithConditions, noGo or inconclusive.</summary>
internal sealed class VerdictKindConverter()
    : JsonStringEnumConverter<VerdictKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>met, atRisk or missed.</summary>
internal sealed class ObjectiveStateConverter()
    : JsonStringEnumConverter<ObjectiveState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>error or warning.</summary>
internal sealed class SeverityConverter()
    : JsonStringEnumConverter<Severity>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>passed, regressed or notEnoughEvidence.</summary>
internal sealed class RegressionVerdictConverter()
    : JsonStringEnumConverter<RegressionVerdict>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>pass, fail or unknown.</summary>
internal sealed class GateStateConverter()
    : JsonStringEnumConverter<GateState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>hard, evidence or soft.</summary>
internal sealed class GateKindConverter()
    : JsonStringEnumConverter<GateKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>share, factor, count or seconds.</summary>
internal sealed class GateUnitConverter()
    : JsonStringEnumConverter<GateUnit>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
