using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>A histogram as its sum, its maximum, and [bucket, count] for every bucket that is not empty; a fine one
/// also for every part of a bucket.</summary>
internal sealed class HistogramConverter : JsonConverter<LatencyHistogram>
{
    private const long MostPerBucket = 10_000_000_000_000; // beyond any run; keeps a hostile file from keeping us busy

    /// <inheritdoc/>
    public override LatencyHistogram Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonElement element = JsonElement.ParseValue(ref reader);
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("buckets", out JsonElement buckets) || buckets.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("A histogram needs 'buckets', a list of [bucket, count].");
        }

        if (element.TryGetProperty("fine", out JsonElement fine) && fine.ValueKind == JsonValueKind.Array)
        {
            var histogram = LatencyHistogram.Fine();
            histogram.AddFine(
                CountsOf(fine, LatencyHistogram.Buckets * LatencyHistogram.FineParts), NumberOf(element, "sum"),
                NumberOf(element, "max"));
            return histogram;
        }

        return Filled(CountsOf(buckets, LatencyHistogram.Buckets), NumberOf(element, "sum"), NumberOf(element, "max"));
    }

    private static long[] CountsOf(JsonElement buckets, int length)
    {
        var counts = new long[length];
        foreach (JsonElement pair in buckets.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2
                || !IsWhole(pair[0], length - 1, out long index)
                    || !IsWhole(pair[1], MostPerBucket, out long count))
            {
                throw new JsonException("An entry of 'buckets' is not [bucket, count].");
            }

            counts[index] = count;
        }

        return counts;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LatencyHistogram value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("count", value.Count);
        writer.WriteNumber("sum", value.SumSeconds);
        writer.WriteNumber("max", value.MaxSeconds);
        WriteCounts(writer, "buckets", value.Counts);
        if (value.FineCounts.Length > 0)
        {
            WriteCounts(writer, "fine", value.FineCounts);
        }

        writer.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter writer, string name, ReadOnlySpan<long> counts)
    {
        writer.WriteStartArray(name);
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] != 0)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(i);
                writer.WriteNumberValue(counts[i]);
                writer.WriteEndArray();
            }
        }

        writer.WriteEndArray();
    }

    private static LatencyHistogram Filled(long[] counts, double sum, double max)
    {
        var histogram = new LatencyHistogram();
        histogram.Add([], sum, max);
        while (counts.AsSpan().ContainsAnyExcept(0))
        {
            var part = new uint[counts.Length]; // the histogram takes counts of 32 bits
            for (int i = 0; i < counts.Length; i++)
            {
                part[i] = (uint)Math.Min(counts[i], uint.MaxValue);
                counts[i] -= part[i];
            }

            histogram.Add(part, 0, 0);
        }

        return histogram;
    }

    private static bool IsWhole(JsonElement element, long most, out long value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out value) && value >= 0
            && value <= most;
    }

    private static double NumberOf(JsonElement histogram, string name) =>
        histogram.TryGetProperty(name, out JsonElement element) && element.ValueKind == JsonValueKind.Number
        && element.TryGetDouble(out double number) && double.IsFinite(number) && number >= 0
            ? number
            : throw new JsonException($"A histogram needs '{name}', a number ≥ 0.");
}

/// <summary>Answers by status, in ascending order.</summary>
internal sealed class StatusCodesConverter : JsonConverter<IReadOnlyDictionary<int, long>>
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<int, long> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonElement element = JsonElement.ParseValue(ref reader);
        var codes = new SortedDictionary<int, long>();
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("Status codes are an object of counts.");
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!int.TryParse(property.Name, System.Globalization.NumberStyles.None,
                    System.Globalization.CultureInfo.InvariantCulture, out int code)
                || property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt64(out long count))
            {
                throw new JsonException("A status code or its count is not a whole number.");
            }

            codes[code] = count;
        }

        return codes;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<int, long> value,
        JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach ((int code, long count) in value.OrderBy(c => c.Key))
        {
            writer.WriteNumber(code.ToString(System.Globalization.CultureInfo.InvariantCulture), count);
        }

        writer.WriteEndObject();
    }
}

/// <summary>Shares by name, in ordinal order.</summary>
internal sealed class SharesConverter : JsonConverter<IReadOnlyDictionary<string, double>>
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var shares = new SortedDictionary<string, double>(StringComparer.Ordinal);
        JsonElement element = JsonElement.ParseValue(ref reader);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("Shares are an object of numbers.");
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetDouble(out double share)
                || !double.IsFinite(share))
            {
                throw new JsonException("A share is not a number.");
            }

            shares[property.Name] = share;
        }

        return shares;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, double> value,
        JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach ((string name, double share) in value.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            // As the serializer treats values: halves of surrogate pairs become U+FFFD.
            string text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name));
            writer.WriteNumber(text, double.IsFinite(share) ? share : 0);
        }

        writer.WriteEndObject();
    }
}
