using Capacity.Tests.Labels;

namespace Capacity.Tests.Alertmanager;

public sealed class RecordedTraceTests
{
    [Fact]
    public void A_replay_sends_what_the_real_alertmanager_sent() =>
        RecordedTraces.Run(RecordedFile.Find("alertmanager-traces.json")).AssertAllEqual();
}
