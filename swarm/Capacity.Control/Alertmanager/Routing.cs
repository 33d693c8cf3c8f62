using System.Globalization;
using System.Text;

namespace Capacity.Control.Alertmanager;

/// <summary>Which routes an alert takes, and into which group.</summary>
/// <remarks>Source: Alertmanager, dispatch/route.go and dispatch.go.</remarks>
public static class Routing
{
    /// <summary>The routes that an alert takes: depth first, the first child that matches unless it says
    /// continue.</summary>
    /// <returns>At least one. A route stands for itself only when none of its children matched.</returns>
    public static IReadOnlyList<Route> Match(Route root, LabelSet labels)
    {
        var matched = new List<Route>();
        Match(root, labels, matched);
        return matched;
    }

    /// <summary>The labels that name the alert's group on a route; labels that the alert lacks are left out.</summary>
    public static LabelSet GroupLabels(Route route, LabelSet labels) =>
        route.GroupByAll ? labels : labels.Where(name => route.GroupBy.Contains(name, StringComparer.Ordinal));

    /// <summary>The group's key as Alertmanager prints it: route, colon, group labels.</summary>
    public static string GroupKey(Route route, LabelSet groupLabels)
    {
        var key = new StringBuilder(route.Key).Append(":{");
        for (int i = 0; i < groupLabels.Count; i++)
        {
            (string name, string value) = groupLabels.Labels[i];
            key.Append(i == 0 ? "" : ", ").Append(name).Append('=');
            AppendQuoted(key, value);
        }

        return key.Append('}').ToString();
    }

    /// <summary>The groups that an alert belongs to: one for each route it takes.</summary>
    internal static (Route Route, LabelSet Labels)[] Groups(Route root, LabelSet labels) =>
        [.. Match(root, labels).Select(route => (route, GroupLabels(route, labels)))];

    private static bool Match(Route route, LabelSet labels, List<Route> matched)
    {
        foreach (LabelMatcher matcher in route.Matchers)
        {
            if (!matcher.Matches(labels))
            {
                return false;
            }
        }

        bool byChild = false;
        foreach (Route child in route.Routes)
        {
            bool childMatched = Match(child, labels, matched);
            byChild |= childMatched;
            if (childMatched && !child.Continue)
            {
                break;
            }
        }

        if (!byChild)
        {
            matched.Add(route);
        }

        return true;
    }

    // Go's %q.
    private static void AppendQuoted(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (Rune rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    text.Append('\\').Append((char)rune.Value);
                    break;
                case >= 7 and <= 13:
                    text.Append('\\').Append("abtnvfr"[rune.Value - 7]);
                    break;
                case < 0x20 or 0x7f:
                    text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                    break;
                case < 0x7f:
                    text.Append((char)rune.Value);
                    break;
                default:
                    AppendPrintable(text, rune);
                    break;
            }
        }

        text.Append('"');
    }

    private static void AppendPrintable(StringBuilder text, Rune rune)
    {
        bool hidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
        if (!hidden)
        {
            text.Append(rune.ToString());
        }
        else if (rune.Value > 0xffff)
        {
            text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        }
    }
}
