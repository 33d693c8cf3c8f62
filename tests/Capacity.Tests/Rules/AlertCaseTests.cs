using Capacity.Tests.Labels;

namespace Capacity.Tests.Rules;

public sealed class AlertCaseTests
{
    [Fact]
    public void Alert_states_and_recorded_values_are_those_of_promtool() =>
        AlertCases.Run(RecordedFile.Find("prom-alert-cases.ndjson.gz")).AssertAllEqual();
}
