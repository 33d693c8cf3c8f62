using System.Text.Json;
using System.Text.Json.Serialization;
using Capacity.Model;

namespace Capacity.Tests.Sim;

/// <summary>Everything in a result as text, to compare results bit for bit.</summary>
internal static class ResultText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new HistogramText() },
    };

    public static string Of<T>(T result) => JsonSerializer.Serialize(result, Options);

    private sealed class HistogramText : JsonConverter<LatencyHistogram>
    {
        public override LatencyHistogram Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, LatencyHistogram value, JsonSerializerOptions options) =>
            writer.WriteStringValue(
                $"{value.Count} {value.SumSeconds:R} {value.MaxSeconds:R} "
                + $"{string.Join(' ', value.Counts.ToArray())}");
    }
}
