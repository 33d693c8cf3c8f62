using Capacity.Reports;
using Microsoft.Playwright;

namespace Capacity.Tests.Reports;

/// <summary>The page in a real browser, opened from a file as its readers do.</summary>
[Trait("Category", "EndToEnd")]
public sealed class PageInBrowserTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static readonly (string Name, Func<CheckReport> Report)[] Samples =
    [
        ("no-go", SampleReport.NoGo), ("go", SampleReport.Go), ("at-risk", SampleReport.AtRisk), ("unrehearsed", SampleReport.Unrehearsed),
    ];

    public static TheoryData<string, ColorScheme, int> Views
    {
        get
        {
            var views = new TheoryData<string, ColorScheme, int>();
            foreach ((string name, _) in Samples)
            {
                views.Add(name, ColorScheme.Light, 1280);
                views.Add(name, ColorScheme.Dark, 1280);
                views.Add(name, ColorScheme.Light, 390);
            }

            return views;
        }
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Opens_without_requests_errors_or_barriers(string sample, ColorScheme scheme, int width)
    {
        await using OpenPage page = await browser.OpenAsync(HtmlReport.Render(ReportOf(sample)), $"{sample}.html", scheme, width);
        await page.ShootAsync($"{sample}-{scheme}-{width}.png");

        Assert.Equal([], page.Complaints);
        Assert.Equal([page.Address], page.Requests);
        Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        Assert.Equal([], await page.BarriersAsync());
        int charts = await page.Page.Locator("[data-chart]").CountAsync();
        Assert.Equal(sample == "unrehearsed" ? 3 : 5, charts);
        for (int i = 0; i < charts; i++)
        {
            Assert.True(await page.Page.Locator("[data-chart]").Nth(i).Locator("svg path").CountAsync() > 3, $"Chart {i} is empty.");
        }
    }

    private static CheckReport ReportOf(string sample) => Samples.Single(s => s.Name == sample).Report();
}
