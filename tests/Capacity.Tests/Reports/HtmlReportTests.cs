using Capacity.Reports;

namespace Capacity.Tests.Reports;

public class HtmlReportTests
{
    [Fact]
    public void The_same_report_gives_the_same_page() =>
        Assert.Equal(HtmlReport.Render(SampleReport.NoGo()), HtmlReport.Render(SampleReport.NoGo()));
}
