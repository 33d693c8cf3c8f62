namespace Capacity.Tests.PromQl;

public sealed class RuleExpressionTests
{
    [Fact]
    public void Parses_what_promtool_parses_and_refuses_what_it_refuses() =>
        RuleExpressions.Run(SharedGolden.Require("rule-exprs.ndjson")).AssertAllEqual();
}
