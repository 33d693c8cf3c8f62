using Capacity.Tests.Support;

namespace Capacity.Tests.Sim;

/// <summary>Runs of the real loop, recorded once, and simulated with their phases and requests.</summary>
public sealed class RecordedRunTests
{
    [Theory]
    [InlineData("m2-equilibrium-for")]
    [InlineData("m4-quantile-onoff-resolved")]
    [InlineData("v2-onoff-2m")]
    public void The_simulation_scales_as_the_recorded_run_did(string name) =>
        // An evaluation interval would do; with the recorded phases only delays of milliseconds are left.
        RecordedRun.Run(Repository.At("tests", "Capacity.Tests", "golden", "recorded-runs", name), 0.2)
            .AssertAllEqual();
}
