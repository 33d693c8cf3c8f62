using Capacity.Cli;
using Capacity.Tests.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.Tuning;

public sealed class TuneCommandTests
{
    private static readonly string FlashSale = Path.Combine(Repository.Root, "scenarios", "library", "flash-sale.yaml");

    [Fact]
    public async Task An_unknown_knob_is_refused_with_the_one_that_was_meant()
    {
        CommandLineRun run = await CommandLineRun.Of("tune", FlashSale, "--knob", "scaleMn");

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("CAP201", run.Error, StringComparison.Ordinal);
        Assert.Contains("scaleMin", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--budget", "many")]
    [InlineData("--budget", "0")]
    [InlineData("--probability", "1")]
    [InlineData("--launches", "3")]
    public async Task Wrong_numbers_are_refused(string option, string value)
    {
        CommandLineRun run = await CommandLineRun.Of("tune", FlashSale, option, value);

        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }
}
