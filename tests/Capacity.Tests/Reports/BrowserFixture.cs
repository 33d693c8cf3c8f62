using Capacity.Tests.Support;
using Microsoft.Playwright;

namespace Capacity.Tests.Reports;

/// <summary>One Chromium for all tests of a class. <c>CAPACITY_NO_CHROMIUM=1</c> skips them; <c>CAPACITY_SHOTS</c>
/// keeps pictures.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private readonly string _folder = Directory.CreateTempSubdirectory("capacity-page-").FullName;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static string? Shots => Environment.GetEnvironmentVariable("CAPACITY_SHOTS");

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("CAPACITY_NO_CHROMIUM") == "1" || !File.Exists(Chromium))
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal async Task<OpenPage> OpenAsync(string html, string file, ColorScheme scheme, int width)
    {
        string path = Path.Combine(_folder, file);
        await File.WriteAllTextAsync(path, html, TestContext.Current.CancellationToken);
        return await OpenAsync(new Uri(path), scheme, width);
    }

    internal async Task<OpenPage> OpenAsync(Uri address, ColorScheme scheme, int width)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("CAPACITY_NO_CHROMIUM") == "1",
            "CAPACITY_NO_CHROMIUM=1: pages were not opened.");
        Assert.True(_browser is not null,
            $"{Chromium} is missing: install it (apt-get install chromium), "
            + "or set CAPACITY_NO_CHROMIUM=1 to go without these tests.");
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            BypassCSP = false,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        return await OpenPage.AtAsync(
            context, address.AbsoluteUri, Repository.At("reports/web/node_modules/axe-core/axe.min.js"));
    }
}
