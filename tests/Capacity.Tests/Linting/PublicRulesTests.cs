using System.Text.Json;
using Capacity.Control.Linting;
using Capacity.Model;
using Capacity.Tests.PromQl;

namespace Capacity.Tests.Linting;

/// <summary>Rules that many people use should seldom be called wrong.</summary>
public sealed class PublicRulesTests(ITestOutputHelper output)
{
    [Fact]
    public void Few_public_rules_are_found_to_be_wrong()
    {
        int rules = 0;
        int found = 0;
        foreach (string line in File.ReadLines(SharedGolden.Require("rule-exprs.ndjson")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (!document.RootElement.TryGetProperty("expr", out JsonElement expr)
                || document.RootElement.GetProperty("kind").GetString() != "alert")
            {
                continue;
            }

            string text = JsonSerializer.Serialize(expr.GetString());
            string rule = $"groups: [{{name: g, rules: [{{alert: A, expr: {text}}}]}}]";
            if (!LintReader.FromRules(new SourceText("r.yml", rule)).TryGet(out LintContext? context))
            {
                continue;
            }

            rules++;
            foreach (Diagnostic finding in Linter.Run(context).Where(d => d.Code is "RUL101" or "RUL102" or "RUL103"))
            {
                found++;
                output.WriteLine($"{finding.Code} {finding.Message}: {expr.GetString()}");
            }
        }

        output.WriteLine($"{found} findings in {rules} rules");
        Assert.True(rules > 1000 && found * 100 < rules);
    }
}
