using System.Globalization;
using System.Text;
using System.Text.Json;
using Capacity.Control.Labels;

namespace Capacity.Control.Scaling;

/// <summary>What a caller asks of the scaler: Alertmanager's webhook body, overridden by query parameters.</summary>
/// <param name="Service">Empty when absent.</param>
/// <param name="Scale"><c>up</c> or <c>down</c> when right; empty when absent.</param>
/// <param name="By">Step; 0 when absent: labels or defaults then decide.</param>
/// <param name="Type">Node type for node scaling; empty when absent.</param>
public sealed record ScaleRequest(string Service, string Scale, ulong By, string Type)
{
    private const int DepthMax = 10_000;

    private static readonly ScaleRequest Nothing = new("", "", 0, "");

    /// <summary>Reads a request, totally: what cannot be read counts as absent.</summary>
    /// <param name="body">JSON; only <c>groupLabels</c> counts. A value of the wrong type is skipped, as Go
    /// does.</param>
    /// <param name="query">Without the question mark; may be empty.</param>
    /// <remarks>Source: docker-scaler, server/request.go and server.go; Go, encoding/json and net/url.</remarks>
    public static ScaleRequest Parse(string body, string query)
    {
        ScaleRequest request = FromBody(Encoding.UTF8.GetBytes(body ?? ""));
        Dictionary<string, string> parameters = Query(query ?? "");
        string Override(string name, string value) =>
            parameters.TryGetValue(name, out string? given) && given.Length > 0 ? given : value;
        ulong by = request.By;
        if (GoInteger.TryAtoi(parameters.GetValueOrDefault("by", ""), out long number))
        {
            by = unchecked((ulong)(number < 0 ? -number : number));
        }

        return new ScaleRequest(Override("service", request.Service), Override("scale", request.Scale), by,
            Override("type", request.Type));
    }

    private static ScaleRequest FromBody(byte[] json)
    {
        var options = new JsonReaderOptions { MaxDepth = DepthMax };
        try
        {
            // Go checks the whole text first: one error, even at the end, and nothing of it counts.
            var check = new Utf8JsonReader(json, options);
            while (check.Read())
            {
            }
        }
        catch (JsonException)
        {
            return Nothing;
        }

        var reader = new Utf8JsonReader(json, options);
        ScaleRequest request = Nothing;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Nothing;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool ours = IsNamed(ref reader, "groupLabels");
            reader.Read();
            if (ours && reader.TokenType == JsonTokenType.StartObject)
            {
                request = GroupLabels(ref reader, request);
            }
            else
            {
                reader.Skip();
            }
        }

        return request;
    }

    private static ScaleRequest GroupLabels(ref Utf8JsonReader reader, ScaleRequest request)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = IsNamed(ref reader, "service") ? "service" : IsNamed(ref reader, "scale") ? "scale"
                : IsNamed(ref reader, "by") ? "by" : IsNamed(ref reader, "type") ? "type" : "";
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                string text = Text(ref reader);
                request = field switch
                {
                    "service" => request with { Service = text },
                    "scale" => request with { Scale = text },
                    "type" => request with { Type = text },
                    _ => request,
                };
            }
            else if (reader.TokenType == JsonTokenType.Number && field == "by" && ulong.TryParse(
                Encoding.UTF8.GetString(reader.ValueSpan), NumberStyles.None, CultureInfo.InvariantCulture,
                    out ulong by))
            {
                request = request with { By = by };
            }

            reader.Skip();
        }

        return request;
    }

    // Go matches field names without regard to case, by Unicode's simple folding: "ſ" is an "s", the Kelvin sign a "k".
    private static bool IsNamed(ref Utf8JsonReader reader, string name) =>
        Text(ref reader).Replace('ſ', 's').Replace('\u212A', 'k').Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate such as "\ud800": Go puts U+FFFD there. Such a text names no service of ours.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static Dictionary<string, string> Query(string query)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in query.Split('&'))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string? name = Unescape(equals < 0 ? pair : pair[..equals]);
            string? value = Unescape(equals < 0 ? "" : pair[(equals + 1)..]);
            if (name is not null && value is not null && !pair.Contains(';', StringComparison.Ordinal))
            {
                parameters.TryAdd(name, value); // the first counts
            }
        }

        return parameters;
    }

    private static string? Unescape(string text)
    {
        var bytes = new List<byte>();
        byte[] source = Encoding.UTF8.GetBytes(text);
        for (int i = 0; i < source.Length; i++)
        {
            if (source[i] != '%')
            {
                bytes.Add(source[i] == '+' ? (byte)' ' : source[i]);
                continue;
            }

            if (i + 2 >= source.Length || !char.IsAsciiHexDigit((char)source[i + 1])
                || !char.IsAsciiHexDigit((char)source[i + 2]))
            {
                return null;
            }

            bytes.Add(Convert.FromHexString($"{(char)source[i + 1]}{(char)source[i + 2]}")[0]);
            i += 2;
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
