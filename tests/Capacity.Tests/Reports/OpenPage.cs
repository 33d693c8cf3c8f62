using System.Text.Json;
using Microsoft.Playwright;

namespace Capacity.Tests.Reports;

/// <summary>A page in the browser, with everything it asked for and complained of.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly string _axe;
    private readonly List<string> _complaints = [];
    private readonly List<string> _requests = [];

    private OpenPage(IBrowserContext context, IPage page, string address, string axe)
    {
        (_context, Page, Address, _axe) = (context, page, address, axe);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        page.Request += (_, request) => _requests.Add(request.Url);
    }

    public IPage Page { get; }

    public string Address { get; }

    public IReadOnlyList<string> Complaints => _complaints;

    public IReadOnlyList<string> Requests => _requests;

    public static async Task<OpenPage> AtAsync(IBrowserContext context, string address, string axe)
    {
        var page = new OpenPage(context, await context.NewPageAsync(), address, axe);
        await page.Page.GotoAsync(address);
        await page.Page.Locator("html.live").WaitForAsync();
        return page;
    }

    /// <summary>What axe-core finds: rule and first element. It runs in the page's world but is no part of the
    /// page.</summary>
    public async Task<IReadOnlyList<string>> BarriersAsync()
    {
        Assert.True(File.Exists(_axe), "axe-core is missing: run 'npm ci' in reports/web.");
        await Page.EvaluateAsync(await File.ReadAllTextAsync(_axe) + "\n;undefined");
        JsonElement? found = await Page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
              .map(v => `${v.id}: ${v.nodes[0].html.slice(0, 200)} ${v.nodes[0].failureSummary ?? ''}
              (${v.nodes.length})`)
            """);
        return [.. found!.Value.EnumerateArray().Select(v => v.GetString()!)];
    }

    public async Task ShootAsync(string name)
    {
        if (BrowserFixture.Shots is { } folder)
        {
            await Page.ScreenshotAsync(
                new PageScreenshotOptions { Path = Path.Combine(folder, name), FullPage = true });
        }
    }

    public static async Task KeepAsync(string name, byte[] bytes)
    {
        if (BrowserFixture.Shots is { } folder)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, name), bytes);
        }
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
