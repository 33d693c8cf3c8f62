using System.Diagnostics;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Swarm.Demo;
using Capacity.Tests.Support;

namespace Capacity.Tests.Scripting;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class TutorialScriptTests
{
    [Fact]
    public async Task The_tutorial_runs_as_a_file_and_writes_its_reports()
    {
        using var folder = new TemporaryFolder();
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings { Workers = 8 }, stop);
        var start = new ProcessStartInfo("dotnet",
            ["run", "-p:RunAnalyzers=false", "tutorial.cs", "--", "--target", demo.Address.ToString(), "--seed", "3",
                "--out", folder.Path])
        {
            WorkingDirectory = Repository.At("scenarios/library"),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process script = Process.Start(start)!;
        Task<string> output = script.StandardOutput.ReadToEndAsync(stop);
        Task<string> error = script.StandardError.ReadToEndAsync(stop);
        await script.WaitForExitAsync(stop);

        // 1 says that a threshold failed, which a crowded machine may do.
        Assert.True(script.ExitCode is 0 or 1, $"{script.ExitCode}\n{await output}\n{await error}");
        string report = Path.Combine(folder.Path, "tutorial-script", "report.json");
        Assert.True(RunResultJson.Read(new SourceText(report, File.ReadAllText(report))).TryGet(out RunResult? run));
        Assert.Equal(["hello", "again"], run.Kinds.Select(k => k.Name));
        Assert.Equal(3UL, run.Seed);
        Assert.InRange(run.Totals.Scheduled, 700, 900);
        Assert.All((string[])["html", "md", "csv"], form =>
            Assert.Contains("hello", File.ReadAllText(Path.ChangeExtension(report, form))));
    }
}
