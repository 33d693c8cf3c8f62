using Capacity.Tests.Labels;

namespace Capacity.Tests.Scaling;

public sealed class HpaCaseTests
{
    [Fact]
    public void Every_case_of_kubernetes_own_tests_has_its_outcome() =>
        HpaCases.Run(RecordedFile.Find("hpa-cases.json")).AssertAllEqual();
}
