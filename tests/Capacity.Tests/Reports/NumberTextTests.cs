using Capacity.Reports;

namespace Capacity.Tests.Reports;

public class NumberTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(11.14, "11.1")]
    [InlineData(999.6, "1\u202f000")]
    [InlineData(312_000_000, "312\u202f000\u202f000")]
    [InlineData(-1500, "−1\u202f500")]
    [InlineData(double.NaN, "–")]
    public void Counts_are_grouped(double number, string text) => Assert.Equal(text, NumberText.Count(number));

    [Theory]
    [InlineData(0.0006, "0.06 %")]
    [InlineData(0.963, "96 %")]
    [InlineData(0.995, "99.5 %")]
    [InlineData(1, "100 %")]
    public void Shares_are_percentages(double share, string text) => Assert.Equal(text, NumberText.Percent(share));

    [Theory]
    [InlineData(59, "0:59")]
    [InlineData(61, "1:01")]
    [InlineData(3661, "1:01:01")]
    public void Instants_are_clocks(double seconds, string text) => Assert.Equal(text, NumberText.Clock(seconds));

    [Theory]
    [InlineData(48, "about 50 s")]
    [InlineData(183, "about 3 min")]
    public void About_is_rounded_as_people_do(double seconds, string text) =>
        Assert.Equal(text, NumberText.About(seconds));

    [Fact]
    public void A_spread_is_made_of_values_that_were_there() =>
        Assert.Equal(new Spread(5, 50, 95), Spread.Of(Enumerable.Range(1, 100).Select(i => (double)i)));
}
