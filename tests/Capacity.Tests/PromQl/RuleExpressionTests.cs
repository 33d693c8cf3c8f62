using System.Text.Json;
using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Tests.PromQl;

/// <summary>Expressions of public rule collections, with what promtool says of each.</summary>
public sealed class RuleExpressionTests(ITestOutputHelper output)
{
    [Fact]
    public void Parses_what_promtool_parses_and_refuses_what_it_refuses()
    {
        int count = 0;
        var wrong = new List<string>();
        foreach (string line in File.ReadLines(SharedGolden.Require("rule-exprs.ndjson")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string text = document.RootElement.GetProperty("expr").GetString()!;
            bool parses = document.RootElement.GetProperty("parses_in_2_42").GetBoolean();
            Parsed<Expr> parsed = PromQlParser.Parse(text);
            bool right = parsed.TryGet(out Expr? expr) == parses && (!parses || ReadsBack(expr!));
            count++;
            if (!right)
            {
                wrong.Add($"{text}: {(parsed.Diagnostics.Count > 0 ? parsed.Diagnostics[0] : null)}");
            }
        }

        output.WriteLine($"{count - wrong.Count} of {count} expressions as promtool");
        Assert.Empty(wrong);
    }

    private static bool ReadsBack(Expr expr) =>
        PromQlParser.Parse(expr.ToString()).TryGet(out Expr? again) && again == expr;
}
