using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Capacity.Reports;

/// <summary>Markup. Text reaches it only through <see cref="Of"/>, which escapes every hole that is not markup
/// itself.</summary>
/// <param name="Markup">Well-formed HTML.</param>
internal readonly record struct Html(string Markup)
{
    /// <summary>Nothing.</summary>
    public static Html Empty => new("");

    /// <summary>Markup from an interpolated string: the literal parts are markup, the holes are text.</summary>
    public static Html Of(HtmlInterpolation parts) => new(parts.ToMarkup());

    /// <summary>One after another.</summary>
    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(p => p.Markup)));

    /// <summary>A name that may break after its underscores, for narrow places.</summary>
    public static Html Breakable(string name) =>
        new(Of($"{name}").Markup.Replace("_", "_<wbr>", StringComparison.Ordinal));

    /// <summary>The markup if the condition holds, else nothing.</summary>
    public static Html When(bool condition, Func<Html> markup) => condition ? markup() : Empty;

    /// <inheritdoc/>
    public override string ToString() => Markup ?? "";
}

/// <summary>Escapes the holes of an interpolated string for HTML, for text as well as for quoted attributes.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlInterpolation(int literalLength, int formattedCount)
{
    private readonly StringBuilder _markup = new(literalLength + (formattedCount * 16));

    /// <summary>Markup.</summary>
    public void AppendLiteral(string markup) => _markup.Append(markup);

    /// <summary>Markup made before.</summary>
    public void AppendFormatted(Html html) => _markup.Append(html.Markup);

    /// <summary>Pieces of markup made before.</summary>
    public void AppendFormatted(IEnumerable<Html> parts)
    {
        foreach (Html part in parts)
        {
            _markup.Append(part.Markup);
        }
    }

    /// <summary>A whole number.</summary>
    public void AppendFormatted(int number) => _markup.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>A number for a style: at most three digits after the point.</summary>
    public void AppendFormatted(double number) =>
        _markup.Append((double.IsFinite(number) ? number : 0).ToString("0.###", CultureInfo.InvariantCulture));

    /// <summary>Text.</summary>
    public void AppendFormatted(string? text)
    {
        foreach (char c in PlainText.Clean(text ?? ""))
        {
            _ = c switch
            {
                '&' => _markup.Append("&amp;"),
                '<' => _markup.Append("&lt;"),
                '>' => _markup.Append("&gt;"),
                '"' => _markup.Append("&quot;"),
                '\'' => _markup.Append("&#39;"),
                _ => _markup.Append(c),
            };
        }
    }

    internal string ToMarkup() => _markup.ToString();
}
