using System.Globalization;
using System.Text;
using Capacity.Model;

namespace Capacity.Control.Rules;

/// <summary>A rule file in one spelling: expressions as they are understood, keys in one order.</summary>
public static class RuleFileText
{
    /// <summary>Writes a rule file; <see cref="RuleFileReader"/> reads the same rules back from it.</summary>
    /// <returns>Text without a final newline.</returns>
    public static string Write(RuleFile file)
    {
        if (file.Groups.Count == 0)
        {
            return "groups: []";
        }

        var text = new StringBuilder("groups:");
        foreach (RuleGroup group in file.Groups)
        {
            text.Append("\n- name: ").Append(Scalar(group.Name));
            if (group.Interval is { } interval)
            {
                text.Append("\n  interval: ").Append(PrometheusDuration.Format(interval));
            }

            if (group.Limit > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n  limit: {group.Limit}");
            }

            text.Append(group.Rules.Count == 0 ? "\n  rules: []" : "\n  rules:");
            foreach (Rule rule in group.Rules)
            {
                Write(text, rule);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, Rule rule)
    {
        text.Append(rule is AlertRule ? "\n  - alert: " : "\n  - record: ").Append(Scalar(rule.Name));
        text.Append("\n    expr: ").Append(Scalar(rule.Expr.ToString()));
        if (rule is AlertRule alert)
        {
            Duration(text, "for", alert.For);
            Duration(text, "keep_firing_for", alert.KeepFiringFor);
        }

        Map(text, "labels", rule.Labels);
        Map(text, "annotations", (rule as AlertRule)?.Annotations ?? LabelSet.Empty);
    }

    private static void Duration(StringBuilder text, string key, TimeSpan duration)
    {
        if (duration > TimeSpan.Zero)
        {
            text.Append("\n    ").Append(key).Append(": ").Append(PrometheusDuration.Format(duration));
        }
    }

    private static void Map(StringBuilder text, string key, LabelSet pairs)
    {
        text.Append(pairs.Count > 0 ? $"\n    {key}:" : "");
        foreach ((string name, string value) in pairs.Labels)
        {
            text.Append("\n      ").Append(Scalar(name)).Append(": ").Append(Scalar(value));
        }
    }

    private static string Scalar(string value)
    {
        if (value.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF'))
        {
            return Quoted(value);
        }

        bool plain = value.Length > 0 && (char.IsAsciiLetter(value[0]) || value[0] is '(' or '_')
            && !value.Contains(": ", StringComparison.Ordinal) && !value.Contains(" #", StringComparison.Ordinal)
            && value[^1] is not (' ' or ':') && value is not ("null" or "Null" or "NULL");
        return plain ? value : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    private static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => @"\n",
                '\t' => @"\t",
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' => $@"\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return text.Append('"').ToString();
    }
}
