using System.Diagnostics;
using System.Security.Cryptography;
using Capacity.Tests.Support;

namespace Capacity.Tests.Sim;

/// <summary>A result does not depend on what the processor can do, to the last byte.</summary>
[Trait("Category", "EndToEnd")]
public sealed class ProcessorTests
{
    private static readonly string[] Lesser = ["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"];

    [Theory]
    [InlineData("flash-sale")]
    [InlineData("tutorial")]
    [InlineData("greeters")]
    public async Task A_scenario_gives_the_same_bytes_on_every_processor(string scenario)
    {
        using var folder = new TemporaryFolder();
        string all = await SimulateAsync(scenario, folder.File("all"), without: null);
        foreach (string without in Lesser)
        {
            Assert.Equal((without, all), (without, await SimulateAsync(scenario, folder.File(without), without)));
        }
    }

    /// <summary>The hash of the result.</summary>
    private static async Task<string> SimulateAsync(string scenario, string folder, string? without)
    {
        string path = Repository.At("scenarios", "library", $"{scenario}.yaml");
        var start = new ProcessStartInfo(Program(), ["simulate", path, "--out", folder, "--quiet"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in Lesser)
        {
            start.Environment.Remove(name);
        }

        if (without is not null)
        {
            start.Environment[without] = "0";
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        string file = Path.Combine(folder, scenario, "simulation.json");
        Assert.True(File.Exists(file), $"exit code {process.ExitCode} without a result: {await output}{error}");
        return Convert.ToHexString(
            SHA256.HashData(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
    }

    private static string Program()
    {
        string name = OperatingSystem.IsWindows() ? "capacity.exe" : "capacity";
        string[] places =
        [
            Path.Combine(AppContext.BaseDirectory, name),
            Repository.At("artifacts", "bin", "Capacity.Cli", "release", name),
            Repository.At("artifacts", "bin", "Capacity.Cli", "debug", name),
        ];
        string? program = Array.Find(places, File.Exists);
        Assert.SkipWhen(program is null, $"The program was not built: it is in none of {string.Join(", ", places)}");
        return program!;
    }
}
