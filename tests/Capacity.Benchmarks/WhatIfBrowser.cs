using Capacity.Cli.Checking;
using Capacity.Cli.Serving;
using Capacity.Model;
using Microsoft.Playwright;

namespace Capacity.Benchmarks;

/// <summary>The what-if page of the flash sale, served and open in Chromium.</summary>
internal sealed class WhatIfBrowser : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";
    private const string Scenario = "scenarios/library/flash-sale.yaml";

    private readonly WhatIfServer _server;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private WhatIfBrowser(WhatIfServer server, IPlaywright playwright, IBrowser browser, IPage page) =>
        (_server, _playwright, _browser, Page) = (server, playwright, browser, page);

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Opens it.</summary>
    /// <param name="hash">Settings, as the address holds them.</param>
    /// <param name="height">Of the window, pixels.</param>
    public static async Task<WhatIfBrowser> OpenAsync(string hash, int height)
    {
        var source = new SourceText(Scenario, await File.ReadAllTextAsync(Scenario));
        ScenarioReader.Read(source).TryGet(out Scenario? scenario);
        ScenarioFiles.Load(scenario!, seed: 1).TryGet(out LoadedScenario? loaded);
        var subject = new WhatIfSubject(
            loaded!, MeasuredRun.Last("reports/out/flash-sale", scenario!), Seed: 1, $"capacity check {Scenario}");
        WhatIfServer server = await WhatIfServer.StartAsync(
            new WhatIfServing(0, WhatIfServing.NewToken(), Environment.ProcessorCount), subject, TimeProvider.System,
            CancellationToken.None);
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions
        {
            ColorScheme = ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = 1280, Height = height },
        });
        await page.GotoAsync(new Uri(server.Address, hash).AbsoluteUri);
        await page.Locator("html.live").WaitForAsync();
        await page.Locator("#verdict .vb").WaitForAsync();
        return new WhatIfBrowser(server, playwright, browser, page);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _server.DisposeAsync();
    }
}
