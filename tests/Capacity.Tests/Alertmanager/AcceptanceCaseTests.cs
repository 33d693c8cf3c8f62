using Capacity.Tests.Labels;

namespace Capacity.Tests.Alertmanager;

public sealed class AcceptanceCaseTests
{
    [Fact]
    public void Alertmanagers_own_acceptance_tests_pass()
    {
        string path = RecordedFile.Find("am-acceptance-cases.json");
        Assert.All(AcceptanceCases.Versions(path), v => AcceptanceCases.Run(path, v).AssertAllEqual());
    }
}
