using System.Text;
using System.Text.RegularExpressions;
using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>A condition on one label: <c>service="db"</c>, <c>scale=~"up|down"</c>. An absent label is empty.</summary>
public sealed class LabelMatcher
{
    private readonly Regex? _regex;

    private LabelMatcher(string name, string op, string value, Regex? regex)
    {
        Name = name;
        Operator = op;
        Value = value;
        _regex = regex;
    }

    /// <summary>The label.</summary>
    public string Name { get; }

    /// <summary>One of <c>=</c>, <c>!=</c>, <c>=~</c>, <c>!~</c>.</summary>
    public string Operator { get; }

    /// <summary>A text or a regular expression.</summary>
    public string Value { get; }

    /// <summary>Creates a matcher.</summary>
    /// <returns>Null when the operator is none of the four or the regular expression is wrong.</returns>
    public static LabelMatcher? Create(string name, string op, string value)
    {
        Regex? regex = null;
        if (op is "=~" or "!~")
        {
            Re2.TryCompile(value, dotMatchesNewline: false, out regex, out _);
        }

        return op is "=" or "!=" || (op is "=~" or "!~" && regex is not null)
            ? new LabelMatcher(name, op, value, regex)
            : null;
    }

    /// <summary>Reads one or several matchers separated by commas, with or without braces around them.</summary>
    /// <param name="text">For example <c>service="db"</c> or <c>{a="1", b=~"x.*"}</c>.</param>
    /// <param name="at">Where the text stands.</param>
    /// <returns>Matchers, or CAP081.</returns>
    /// <remarks>Source: Alertmanager, pkg/labels/parse.go (the classic syntax).</remarks>
    public static Parsed<IReadOnlyList<LabelMatcher>> Parse(string text, SourceSpan at)
    {
        var matchers = new List<LabelMatcher>();
        var diagnostics = new List<Diagnostic>();
        foreach (string part in Split(text.Trim()))
        {
            if (ParseOne(part) is { } matcher)
            {
                matchers.Add(matcher);
            }
            else
            {
                diagnostics.Add(new Diagnostic("CAP081", at, $"'{part.Trim()}' is not a matcher",
                    "write name=\"value\", name!=\"value\", name=~\"regex\" or name!~\"regex\""));
            }
        }

        return Parsed<IReadOnlyList<LabelMatcher>>.From(matchers, diagnostics);
    }

    /// <summary>Whether a set of labels satisfies the condition.</summary>
    public bool Matches(LabelSet labels)
    {
        string value = labels[Name];
        return Operator switch
        {
            "=" => value == Value,
            "!=" => value != Value,
            "=~" => _regex!.IsMatch(value),
            _ => !_regex!.IsMatch(value),
        };
    }

    /// <summary>As Alertmanager prints it in group keys.</summary>
    public override string ToString() => $"{Name}{Operator}\"{Escape(Value)}\"";

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);

    private static List<string> Split(string text)
    {
        if (text.StartsWith('{'))
        {
            text = text[1..];
        }

        if (text.EndsWith('}'))
        {
            text = text[..^1];
        }

        var parts = new List<string>();
        int start = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            quoted ^= text[i] == '"' && (i == 0 || text[i - 1] != '\\');
            if (text[i] == ',' && !quoted)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        if (text[start..].Trim().Length > 0)
        {
            parts.Add(text[start..]);
        }

        return parts;
    }

    private static LabelMatcher? ParseOne(string text)
    {
        text = text.Trim();
        int end = 0;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or ':'))
        {
            end++;
        }

        string name = text[..end];
        string rest = text[end..].TrimStart();
        string? op = Array.Find(["=~", "!~", "!=", "="], o => rest.StartsWith(o, StringComparison.Ordinal));
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || op is null)
        {
            return null;
        }

        return Unquote(rest[op.Length..].Trim()) is { } value ? Create(name, op, value) : null;
    }

    private static string? Unquote(string raw)
    {
        bool quoted = raw.StartsWith('"');
        raw = quoted ? raw[1..] : raw;
        var value = new StringBuilder();
        for (int i = 0; i < raw.Length; i++)
        {
            char c = raw[i];
            if (c == '"')
            {
                // A quote may only close what it opened, at the very end.
                return quoted && i == raw.Length - 1 ? value.ToString() : null;
            }

            if (c == '\\' && i + 1 < raw.Length && raw[i + 1] is 'n' or '"' or '\\')
            {
                value.Append(raw[++i] == 'n' ? '\n' : raw[i]);
            }
            else
            {
                value.Append(c);
            }
        }

        return quoted ? null : value.ToString();
    }
}
