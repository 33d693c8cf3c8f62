using Capacity.Control.PromQl;
using Capacity.Model;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.PromQl;

public sealed class PromQlParserTests
{
    [Theory]
    [InlineData("a+b*c", "a + b * c")]
    [InlineData("A > x unless B < y", "A > x unless B < y")]
    [InlineData("-1 ^ 2", "-1 ^ 2")]
    [InlineData("SUM(rate(foo[5m])) BY (job,le,)", "sum by (job, le) (rate(foo[5m]))")]
    [InlineData("sum by () (foo)", "sum(foo)")]
    [InlineData("foo{a='b',c=~\"d|e\",}", "foo{a=\"b\", c=~\"d|e\"}")]
    [InlineData("a / on(x) group_left b", "a / on (x) group_left () b")]
    [InlineData("foo offset 5m @ 10", "foo @ 10.000 offset 5m")]
    [InlineData("rate(foo[60s])[1h:] offset -90s", "rate(foo[1m])[1h:] offset -1m30s")]
    [InlineData("010 + 0x1F", "8 + 31")]
    [InlineData("+inf", "Inf")]
    [InlineData("up # a comment\n == 0", "up == 0")]
    [InlineData("sum", "sum")]
    [InlineData("by + and", "by + and")]
    public void Prints_the_canonical_form(string text, string canonical)
    {
        Parsed<Expr> parsed = PromQlParser.Parse(text);
        Assert.True(parsed.TryGet(out Expr? expr), string.Join('\n', parsed.Diagnostics));
        Assert.Equal(canonical, expr.ToString());
    }

    [Theory]
    [InlineData("{\"a.b\"}")]
    [InlineData("{\"a b\", \"c d\"=\"e\"}")]
    [InlineData("{\"NaN\"}")]
    [InlineData("sum by (\"a.b\", c) (up)")]
    public void Names_that_need_quotes_are_printed_with_them(string text)
    {
        Parsed<Expr> parsed = PromQlParser.Parse(text, default, PromQlProfile.Prometheus3);
        Assert.True(parsed.TryGet(out Expr? expr), string.Join('\n', parsed.Diagnostics));
        Assert.Equal(text, expr.ToString());
    }

    [Fact]
    public void Multiplication_binds_tighter_than_a_sign_and_power_tighter_still()
    {
        Assert.True(PromQlParser.Parse("-a ^ b * c").TryGet(out Expr? expr));
        var product = Assert.IsType<Expr.Binary>(expr);
        Assert.Equal(BinaryOperator.Multiply, product.Operator);
        var sign = Assert.IsType<Expr.Unary>(product.Left);
        Assert.Equal(BinaryOperator.Power, Assert.IsType<Expr.Binary>(sign.Of).Operator);
    }

    [Fact]
    public void Power_groups_from_the_right_and_others_from_the_left()
    {
        Assert.True(PromQlParser.Parse("a ^ b ^ c - d - e").TryGet(out Expr? expr));
        var outer = Assert.IsType<Expr.Binary>(expr);
        Assert.Equal("a ^ b ^ c - d", outer.Left.ToString());
        var power = Assert.IsType<Expr.Binary>(Assert.IsType<Expr.Binary>(outer.Left).Left);
        Assert.Equal("b ^ c", power.Right.ToString());
    }

    [Theory]
    [InlineData("", "PQL002", 1)]
    [InlineData("foo{a=\"\\.\"}", "PQL001", 8)]
    [InlineData("1 == 1", "PQL006", 3)]
    [InlineData("rat(foo[5m])", "PQL004", 1)]
    [InlineData("rate(foo)", "PQL005", 6)]
    [InlineData("sum(foo[5m])", "PQL005", 5)]
    [InlineData("foo[5m] and bar", "PQL005", 1)]
    [InlineData("foo[5m][5m]", "PQL002", 8)]
    [InlineData("foo[0s]", "PQL003", 5)]
    [InlineData("foo[5]", "PQL002", 5)]
    [InlineData("foo offset 1m offset 2m", "PQL002", 15)]
    [InlineData("(foo + bar) offset 1m", "PQL002", 13)]
    [InlineData("{}", "PQL006", 1)]
    [InlineData("{a=~\".*\"}", "PQL006", 1)]
    [InlineData("foo{__name__=\"bar\"}", "PQL006", 1)]
    [InlineData("foo{a=~\"(\"}", "PQL007", 8)]
    [InlineData("foo{a=~\"(?=x)\"}", "PQL007", 8)]
    [InlineData("foo and 1", "PQL006", 5)]
    [InlineData("foo + bool bar", "PQL006", 5)]
    [InlineData("foo and on(a) group_left bar", "PQL006", 5)]
    [InlineData("foo + on(a) group_left(a) bar", "PQL006", 5)]
    [InlineData("topk(foo)", "PQL005", 1)]
    [InlineData("5m", "PQL002", 1)]
    [InlineData("1mm", "PQL001", 1)]
    [InlineData("foo bar", "PQL002", 5)]
    [InlineData("foo)", "PQL002", 4)]
    [InlineData("sum(foo", "PQL002", 8)]
    [InlineData("\"open", "PQL001", 1)]
    [InlineData("first_over_time(foo[1m])", "PQL004", 1)]
    public void Refuses_with_a_code_at_a_place(string text, string code, int column)
    {
        var source = new SourceText("rules.yml", text);
        Parsed<Expr> parsed = PromQlParser.Parse(text, new SourceSpan(source, 1, 1, text.Length));
        Assert.False(parsed.TryGet(out _));
        Assert.Equal((code, column), (parsed.Diagnostics[0].Code, parsed.Diagnostics[0].At.Column));
    }

    [Fact]
    public void Reports_every_type_error_at_once() =>
        Assert.Equal(2, PromQlParser.Parse("rate(foo) + sum(bar[5m])").Diagnostics.Count);

    [Fact]
    public void Suggests_the_function_that_was_meant() =>
        Assert.Contains("'rate'", PromQlParser.Parse("rete(foo[5m])").Diagnostics[0].Hint, StringComparison.Ordinal);

    [Fact]
    public void Durations_are_numbers_in_prometheus_3_only()
    {
        Assert.True(PromQlParser.Parse("foo > 5m", default, PromQlProfile.Prometheus3).TryGet(out Expr? expr));
        Assert.Equal("foo > 300", expr.ToString());
        Assert.False(PromQlParser.Parse("foo > 5m").TryGet(out _));
    }

    [Fact]
    public void Deep_nesting_is_a_diagnostic_and_not_a_stack_overflow()
    {
        Assert.Equal("PQL008", PromQlParser.Parse(new string('(', 100_000) + "1").Diagnostics[0].Code);
        Assert.Equal("PQL008", PromQlParser.Parse(new string('-', 100_000) + "1").Diagnostics[0].Code);
        string chain = string.Join(" + ", Enumerable.Repeat("a", 10_000));
        Assert.Equal("PQL008", PromQlParser.Parse(chain).Diagnostics[0].Code);
    }

    private static Arbitrary<int> Seeds => Gen.Choose(0, 1_000_000_000).ToArbitrary();

    [Fact]
    public void What_is_printed_reads_back_to_the_same() => Prop.ForAll(Seeds, seed =>
    {
        string text = new SomeExpression(seed).Vector(4);
        Parsed<Expr> parsed = PromQlParser.Parse(text);
        if (!parsed.TryGet(out Expr? expr))
        {
            // A scalar may meet a matching that it cannot have.
            return Label(parsed.Diagnostics[0].Code is "PQL006" or "PQL008", $"{text}: {parsed.Diagnostics[0]}");
        }

        bool same = PromQlParser.Parse(expr.ToString()).TryGet(out Expr? again) && again == expr;
        return Label(same, $"{expr} reads back as {again}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Property Label(bool holds, string text) => holds.Label(text);

    [Fact]
    public void Any_text_gives_an_answer() => Prop.ForAll<string?>(text =>
    {
        Parsed<Expr> parsed = PromQlParser.Parse(text ?? "");
        return parsed.TryGet(out _) || parsed.Diagnostics.Count > 0;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_damaged_expression_gives_an_answer() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        string text = new SomeExpression(seed).Vector(3);
        int at = random.Next(text.Length);
        string damaged = text[..at] + "({[\"'\\x@:,=~^ 9eE#"[random.Next(18)] + text[random.Next(at, text.Length)..];
        Parsed<Expr> parsed = PromQlParser.Parse(damaged, default, (PromQlProfile)random.Next(2));
        return parsed.TryGet(out _) || parsed.Diagnostics.Count > 0;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
}
