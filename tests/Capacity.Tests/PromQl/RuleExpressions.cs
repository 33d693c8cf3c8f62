using System.Text.Json;
using Capacity.Control.PromQl;
using Capacity.Model;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.PromQl;

/// <summary>Expressions of public rule collections, with what promtool says of each.</summary>
internal static class RuleExpressions
{
    /// <summary>Parses what promtool parses, refuses what it refuses, and reads back what it prints.</summary>
    public static SuiteResult Run(string path)
    {
        int count = 0;
        var wrong = new List<CaseDifference>();
        foreach (string line in File.ReadLines(path))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string text = document.RootElement.GetProperty("expr").GetString()!;
            bool parses = document.RootElement.GetProperty("parses_in_2_42").GetBoolean();
            Parsed<Expr> parsed = PromQlParser.Parse(text);
            count++;
            if (parsed.TryGet(out Expr? expr) != parses)
            {
                string problem = parses ? parsed.Diagnostics[0].ToString() : "parses, though promtool refuses it";
                wrong.Add(new CaseDifference(text, problem));
            }
            else if (parses && !ReadsBack(expr!))
            {
                wrong.Add(new CaseDifference(text, $"is printed as {expr}, which reads back differently"));
            }
        }

        return new SuiteResult("rule-exprs", count, wrong);
    }

    private static bool ReadsBack(Expr expr) =>
        PromQlParser.Parse(expr.ToString()).TryGet(out Expr? again) && again == expr;
}
