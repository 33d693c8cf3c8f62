using System.Globalization;
using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Selectors and windows that find nothing, or too little.</summary>
internal static class SelectorChecks
{
    private const int FewestScrapes = 2;
    private const int SafeScrapes = 4;
    private static readonly string[] NeedTwo =
        ["rate", "increase", "irate", "delta", "idelta", "deriv", "predict_linear", "changes", "resets"];

    /// <summary><c>le</c> labels that are none of the histogram's bounds.</summary>
    public static IEnumerable<Diagnostic> Buckets(LintContext context)
    {
        foreach (LintRule rule in context.Rules)
        {
            foreach (Expr.Selector selector in ExprShape.Parts(rule.Expr).OfType<Expr.Selector>())
            {
                LabelMatcher? le = selector.Matchers
                    .FirstOrDefault(m => m is { Label: "le", Operator: MatchOperator.Equal });
                if (le is null || context.BucketsOf(selector.Name) is not { } bounds)
                {
                    continue;
                }

                string[] known = [.. bounds.Select(b => b.ToString(CultureInfo.InvariantCulture)), "+Inf"];
                if (!known.Contains(le.Value, StringComparer.Ordinal))
                {
                    string place = rule.Shortcut.Length > 0 ? le.Value : $"le=\"{le.Value}\"";
                    yield return new Diagnostic("RUL104", rule.Place(place),
                        $"'{selector.Name}' has no bucket le=\"{le.Value}\", so '{rule.Name}' never finds anything",
                        Nearest(le.Value, bounds, known));
                }
            }
        }
    }

    /// <summary>Windows with too few scrapes in them.</summary>
    public static IEnumerable<Diagnostic> Windows(LintContext context)
    {
        foreach (LintRule rule in context.Rules)
        {
            IEnumerable<Expr.Range> ranges = ExprShape.Parts(rule.Expr).OfType<Expr.Call>()
                .Where(c => NeedTwo.Contains(c.Function, StringComparer.Ordinal))
                .SelectMany(c => c.Arguments.OfType<Expr.Range>()).DistinctBy(r => (r.Length, r.Of.Name));
            foreach (Expr.Range range in ranges)
            {
                if (context.ScrapeInterval(range.Of) is not { } scrape || range.Length >= SafeScrapes * scrape)
                {
                    continue;
                }

                string window = PrometheusDuration.Format(range.Length);
                bool never = range.Length < FewestScrapes * scrape;
                SourceSpan at = rule.Place($"[{window}]");
                string every = PrometheusDuration.Format(scrape);
                string safe = PrometheusDuration.Format(SafeScrapes * scrape);
                yield return never
                    ? new Diagnostic("RUL107", at,
                        $"a window of {window} with a scrape each {every} seldom holds the two samples that it needs",
                        $"write [{safe}] or more")
                    : new Diagnostic("RUL107", at,
                        $"a window of {window} with a scrape each {every} is empty after one or two failed scrapes",
                        $"write [{safe}] or more", Severity.Warning);
            }
        }
    }

    private static string Nearest(string text, IReadOnlyList<double> bounds, string[] known)
    {
        string all = string.Join(", ", known);
        return GoText.TryNumber(text, out double value) && double.IsFinite(value)
            ? string.Create(CultureInfo.InvariantCulture,
                $"the nearest bucket is le=\"{bounds.MinBy(b => Math.Abs(b - value))}\"; there are {all}")
            : $"there are {all}";
    }
}
