using Capacity.Cli.Checking;
using Capacity.Cli.Serving;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Serving;

/// <summary>Scenarios of the library for the what-if page; the small one has a tenth of the requests.</summary>
internal static class ServedScenario
{
    public const string Token = "0123456789abcdef";

    public static readonly string File = Repository.At("scenarios", "library", "flash-sale.yaml");

    private static readonly string[] Tenth =
    [
        "load[0].inject=30/s", "load[1].ramp_to=70/s", "load[2].inject=70/s", "load[3].ramp_to=120/s",
        "load[4].ramp_to=70/s", "load[5].ramp_to=30/s", "service.workers=1",
    ];

    public static LoadedScenario Load(string file, params string[] settings)
    {
        var source = new SourceText(file, System.IO.File.ReadAllText(file));
        Assert.True(ScenarioReader.Read(source, settings).TryGet(out Scenario? scenario));
        Assert.True(ScenarioFiles.Load(scenario, seed: 1).TryGet(out LoadedScenario? loaded));
        return loaded;
    }

    public static LoadedScenario FlashSale(params string[] settings) => Load(File, settings);

    public static LoadedScenario Small() => FlashSale(Tenth);

    public static WhatIfSubject Subject(params MeasuredRun[] measured) =>
        new(Small(), measured, Seed: 1, $"capacity check {File}");
}
