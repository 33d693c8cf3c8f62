using Capacity.Cli.Checking;
using Capacity.Cli.Serving;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Serving;

/// <summary>The flash sale for the what-if page; the small one has a sixth of the requests and workers.</summary>
internal static class ServedScenario
{
    public const string Token = "0123456789abcdef";

    public static readonly string File = Repository.At("scenarios", "library", "flash-sale.yaml");

    public static readonly string[] Sixth =
    [
        "load[0].inject=50/s", "load[1].ramp_to=117/s", "load[2].inject=117/s", "load[3].ramp_to=200/s",
        "load[4].ramp_to=117/s", "load[5].ramp_to=50/s", "service.workers=1",
    ];

    public static LoadedScenario Load(string file, params string[] settings)
    {
        var source = new SourceText(file, System.IO.File.ReadAllText(file));
        Assert.True(ScenarioReader.Read(source, settings).TryGet(out Scenario? scenario));
        Assert.True(ScenarioFiles.Load(scenario, seed: 1).TryGet(out LoadedScenario? loaded));
        return loaded;
    }

    public static LoadedScenario FlashSale(params string[] settings) => Load(File, settings);

    public static LoadedScenario Small() => FlashSale(Sixth);

    public static WhatIfSubject Subject(params MeasuredRun[] measured) =>
        new(Small(), measured, Seed: 1, $"capacity check {File}");
}
