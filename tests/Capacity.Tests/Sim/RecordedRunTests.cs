using System.Globalization;
using System.Runtime.CompilerServices;
using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

/// <summary>Runs of the real loop, recorded once, and simulated with their phases and requests.</summary>
public sealed class RecordedRunTests
{
    [Theory]
    [InlineData("m2-equilibrium-for")]
    [InlineData("m4-quantile-onoff-resolved")]
    [InlineData("v2-onoff-2m")]
    public void The_simulation_scales_as_the_recorded_run_did(string name)
    {
        var recorded = new RecordedRun(Folder(name));
        RunResult run = LaunchSimulation.Run(recorded.Input(), 1, CancellationToken.None);
        IReadOnlyList<(double At, int From, int To)> actions = recorded.Actions;
        string both = string.Create(
            CultureInfo.InvariantCulture,
            $"recorded  {string.Join(", ", actions.Select(a => $"{a.At:0.0}: {a.From}→{a.To}"))}\n"
            + $"simulated {string.Join(", ", run.ScaleActions.Select(a => $"{a.At:0.0}: {a.From}→{a.To}"))}");
        Assert.True(
            actions.Select(a => (a.From, a.To)).SequenceEqual(run.ScaleActions.Select(a => (a.From, a.To))), both);
        // An evaluation interval would do; with the recorded phases only delays of milliseconds are left.
        Assert.True(actions.Zip(run.ScaleActions).All(p => Math.Abs(p.First.At - p.Second.At) <= 0.2), both);
    }

    private static string Folder(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "golden", "recorded-runs", name);
}
