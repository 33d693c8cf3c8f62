using Capacity.Tests.Support;

namespace Capacity.Tests.Sim;

public sealed class TutorialTests
{
    [Fact]
    public void The_simulated_tutorial_scales_as_the_recorded_one_did() =>
        new Tutorial(Repository.At("tests", "Capacity.Tests", "golden", "e2e-tutorial")).Run(1).AssertAllEqual();
}
