using System.Globalization;
using System.Text;

namespace Capacity.Control.Scaling;

/// <summary>Strings as Go's encoding/json writes them: with <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c>
/// escaped.</summary>
/// <remarks>Source: Go, encoding/json/encode.go.</remarks>
internal static class GoJsonText
{
    /// <summary>Appends a quoted string.</summary>
    public static StringBuilder Quote(this StringBuilder json, string text)
    {
        json.Append('"');
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    json.Append('\\').Append((char)rune.Value);
                    break;
                case '\n':
                    json.Append("\\n");
                    break;
                case '\r':
                    json.Append("\\r");
                    break;
                case '\t':
                    json.Append("\\t");
                    break;
                case < 0x20 or '<' or '>' or '&' or 0x2028 or 0x2029:
                    json.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                    break;
                default:
                    json.Append(rune.ToString());
                    break;
            }
        }

        return json.Append('"');
    }
}
