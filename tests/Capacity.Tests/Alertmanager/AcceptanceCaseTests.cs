using Capacity.Tests.Labels;

namespace Capacity.Tests.Alertmanager;

public sealed class AcceptanceCaseTests
{
    [Theory]
    [InlineData("0.25")]
    [InlineData("0.34")]
    public void The_acceptance_tests_of_a_version_pass(string version) =>
        AcceptanceCases.Run(RecordedFile.Find("am-acceptance-cases.json"), version).AssertAllEqual();
}
