using Microsoft.Playwright;

namespace Capacity.Benchmarks;

/// <summary>The picture of the launch-readiness report that the documentation shows.</summary>
internal static class ReportPicture
{
    /// <summary>Takes the top of a page.</summary>
    /// <param name="page">The report.html of a check.</param>
    /// <param name="file">A PNG.</param>
    public static async Task TakeAsync(string page, string file)
    {
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        });
        IPage open = await browser.NewPageAsync(new BrowserNewPageOptions
        {
            ColorScheme = ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = 1200, Height = 780 },
        });
        await open.GotoAsync(new Uri(Path.GetFullPath(page)).AbsoluteUri);
        await open.Locator("html.live").WaitForAsync();
        await open.ScreenshotAsync(new PageScreenshotOptions { Path = file });
    }
}
