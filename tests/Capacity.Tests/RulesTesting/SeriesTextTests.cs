using Capacity.Control;
using Capacity.Control.Rules.Testing;
using Capacity.Control.Samples;
using Capacity.Model;
using Capacity.Tests.Labels;

namespace Capacity.Tests.RulesTesting;

public sealed class SeriesTextTests
{
    [Theory]
    [InlineData("1 2", "1 2")]
    [InlineData("1+1x2", "1 2 3")]
    [InlineData("-1-1x2", "-1 -2 -3")]
    [InlineData("5x2", "5 5 5")]
    [InlineData("1x0", "1")]
    [InlineData("_ 1 _x2 3", "_ 1 _ _ 3")]
    [InlineData("1 stale NaN Inf -inf", "1 stale NaN ∞ -∞")]
    [InlineData("0x5", "0 0 0 0 0 0")]
    [InlineData("1e2x1", "100 100")]
    [InlineData(".5 1. +5", "0.5 1 5")]
    [InlineData("  1   2  ", "1 2")]
    [InlineData("", "")]
    public void Values_unfold_as_in_promtool(string text, string expected)
    {
        Assert.True(Values(text).TryGet(out IReadOnlyList<double?>? values));
        Assert.Equal(expected, string.Join(' ', values.Select(Show)));
    }

    [Theory]
    [InlineData("1x", 0)]
    [InlineData("1 1+1", 2)]
    [InlineData("NaNx3", 0)]
    [InlineData("stalex3", 0)]
    [InlineData("1 x3", 2)]
    [InlineData("1+-1x2", 0)]
    [InlineData("1x1.5", 0)]
    [InlineData("__", 0)]
    [InlineData("5 _5", 2)]
    [InlineData("STALE", 0)]
    [InlineData("1X2", 0)]
    [InlineData("1x99999999999999999999", 0)]
    [InlineData("1x999999999", 0)]
    public void What_promtool_refuses_is_refused_at_its_place(string text, int offset)
    {
        Diagnostic problem = Assert.Single(Values(text).Diagnostics);
        Assert.Equal(("RUL010", offset), (problem.Code, problem.At.Column));
    }

    [Fact]
    public void Runs_are_added_up_one_by_one_so_that_the_last_digits_are_those_of_prometheus()
    {
        Assert.True(Values("0.1+0.1x20").TryGet(out IReadOnlyList<double?>? values));
        Assert.NotEqual(0.1 + (0.1 * 9), values[9]);
        Assert.Equal(Enumerable.Repeat(0.1, 10).Aggregate((a, b) => a + b), values[9]);
    }

    [Theory]
    [InlineData("m", "m")]
    [InlineData("sum{on='b',}", "sum{on=\"b\"}")]
    [InlineData("{a=\"b\"}", "{a=\"b\"}")]
    [InlineData("{__name__=\"m\"}", "m")]
    [InlineData("m{a=\"\"}", "m")]
    [InlineData("", "{}")]
    public void Labels_are_read(string text, string expected)
    {
        Assert.True(Labels(text).TryGet(out LabelSet? labels));
        Assert.Equal(expected, labels.ToString());
    }

    [Theory]
    [InlineData("m{a=\"b\",a=\"c\"}")]
    [InlineData("m{a=~\"b\"}")]
    [InlineData("m{a:b=\"c\"}")]
    [InlineData("m{,}")]
    [InlineData("m{a=b}")]
    [InlineData("m}")]
    [InlineData("1m")]
    [InlineData("m{")]
    public void Other_labels_are_refused(string text) =>
        Assert.Equal("RUL011", Assert.Single(Labels(text).Diagnostics).Code);

    [Fact]
    public void Whatever_is_written_there_is_an_answer() => MutatedText.ForAll("m{a=\"b\"} 1+1x3 _x2 stale 5", text =>
    {
        Labels(text);
        Values(text.Replace("x", "x0", StringComparison.Ordinal));
    });

    private static Parsed<IReadOnlyList<double?>> Values(string text) =>
        SeriesText.Values(text, (at, length) => new SourceSpan(null, 1, at, length));

    private static Parsed<LabelSet> Labels(string text) =>
        SeriesText.Labels(text, (at, length) => new SourceSpan(null, 1, at, length));

    private static string Show(double? value) => value switch
    {
        null => "_",
        { } v when StaleMarker.Is(v) => "stale",
        double.PositiveInfinity => "∞",
        double.NegativeInfinity => "-∞",
        { } v => v.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
