using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Tests.Labels;

public sealed class ServiceSettingsReaderTests
{
    [Theory]
    [InlineData("com.df.scaleMax=7x", "CAP062", "uses 5")]
    [InlineData("com.df.scaleMax=-7", "CAP063", "uses 5")]
    [InlineData("com.df.scaleUpBy=-2", "CAP063", "scales down on 'up'")]
    [InlineData("com.df.scaleDownBy=0", "CAP064", "never scales that way")]
    [InlineData("com.df.scaleMin=2", "CAP067", "1 replicas at the start are outside 2 to 5")]
    [InlineData("com.df.scaleUpby=2", "CAP068", "no meaning")]
    [InlineData("com.df.alertName.1=x", "CAP069", "com.df.notify=true")]
    public void What_the_real_programs_accept_in_silence_is_a_warning(string label, string code, string message)
    {
        Parsed<ServiceSettings> parsed = Read($"services:\n  a:\n    deploy:\n      labels:\n        - {label}\n");
        Diagnostic only = Assert.Single(parsed.Diagnostics);
        Assert.Equal((code, Severity.Warning, 5, 11), (only.Code, only.Severity, only.At.Line, only.At.Column));
        Assert.Contains(message, only.Message, StringComparison.Ordinal);
        Assert.True(parsed.TryGet(out _));
    }

    [Fact]
    public void A_minimum_above_the_maximum_is_an_error_with_a_hint()
    {
        Parsed<ServiceSettings> parsed = Read("services:\n  a:\n    deploy:\n      labels: [com.df.scaleMin=8]\n");
        Diagnostic only = Assert.Single(parsed.Diagnostics);
        Assert.Equal(("CAP066", Severity.Error), (only.Code, only.Severity));
        Assert.Contains("raise com.df.scaleMax (its default is 5)", only.Hint, StringComparison.Ordinal);
        Assert.False(parsed.TryGet(out _));
    }

    [Fact]
    public void A_label_outside_deploy_is_pointed_at()
    {
        Diagnostic only = Assert.Single(Read("services:\n  a:\n    labels:\n      - com.df.scaleMax=9\n").Diagnostics);
        Assert.Equal(("CAP065", 4, "move it below 'deploy:'"), (only.Code, only.At.Line, only.Hint));
    }

    private static Parsed<ServiceSettings> Read(string yaml)
    {
        Assert.True(StackReader.Read(new SourceText("stack.yml", yaml)).TryGet(out StackFile? stack));
        return ServiceSettingsReader.Read(stack.Services[0]);
    }
}
