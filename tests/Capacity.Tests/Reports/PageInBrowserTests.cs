using Capacity.Reports;
using Microsoft.Playwright;

namespace Capacity.Tests.Reports;

/// <summary>The page in a real browser, opened from a file as its readers do.</summary>
[Trait("Category", "EndToEnd")]
public sealed class PageInBrowserTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static readonly (string Name, Func<CheckReport> Report)[] Samples =
    [
        ("no-go", SampleReport.NoGo), ("go", SampleReport.Go), ("conditions", SampleReport.Conditions),
            ("undecided", SampleReport.Undecided), ("unrehearsed", SampleReport.Unrehearsed),
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
        await using OpenPage page =
            await browser.OpenAsync(HtmlReport.Render(ReportOf(sample)), $"{sample}.html", scheme, width);
        await page.ShootAsync($"{sample}-{scheme}-{width}.png");

        Assert.Equal([], page.Complaints);
        Assert.Equal([page.Address], page.Requests);
        Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
            "The page scrolls sideways.");
        Assert.Equal([], await page.BarriersAsync());
        int charts = await page.Page.Locator("[data-chart]").CountAsync();
        Assert.Equal(sample == "unrehearsed" ? 3 : 5, charts);
        for (int i = 0; i < charts; i++)
        {
            Assert.True(await page.Page.Locator("[data-chart]").Nth(i).Locator("svg path").CountAsync() > 3,
                $"Chart {i} is empty.");
        }
    }

    [Fact]
    public async Task The_theme_button_turns_light_into_dark_and_back()
    {
        await using OpenPage page =
            await browser.OpenAsync(HtmlReport.Render(SampleReport.NoGo()), "theme.html", ColorScheme.Light, 1280);
        const string background = "getComputedStyle(document.body).backgroundColor";
        string light = await page.Page.EvaluateAsync<string>(background);
        await page.Page.ClickAsync("#theme");
        string dark = await page.Page.EvaluateAsync<string>(background);
        await page.Page.ClickAsync("#theme");

        Assert.NotEqual(light, dark);
        Assert.Equal(light, await page.Page.EvaluateAsync<string>(background));
    }

    [Fact]
    public async Task The_copy_button_puts_the_snippet_into_the_clipboard()
    {
        CheckReport report = SampleReport.NoGo();
        await using OpenPage page =
            await browser.OpenAsync(HtmlReport.Render(report), "copy.html", ColorScheme.Light, 1280);
        Task copied = page.Page.GetByText("Copied").WaitForAsync(); // it stands there for a moment only
        await page.Page.Locator("#fixes [data-copy]").First.ClickAsync();
        await copied;

        Assert.Equal(report.Changes[0].Snippet,
            await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        Assert.Equal([], page.Complaints);
    }

    [Fact]
    public async Task Dragging_zooms_every_panel_and_lane_and_escape_shows_all()
    {
        await using OpenPage page =
            await browser.OpenAsync(HtmlReport.Render(SampleReport.NoGo()), "zoom.html", ColorScheme.Light, 1280);
        ILocator traffic = page.Page.Locator("[data-chart=traffic] .cbody");
        await traffic.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await traffic.BoundingBoxAsync())!;
        const string lane = "document.querySelector('.lane .ph').style.width";
        string before = await page.Page.EvaluateAsync<string>(lane);

        await page.Page.Mouse.MoveAsync(box.X + 200, box.Y + 40);
        Assert.True(await page.Page.Locator(".ctip").First.IsVisibleAsync());
        await page.ShootAsync("cursor.png");
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + 420, box.Y + 40, new MouseMoveOptions { Steps = 4 });
        await page.Page.Mouse.UpAsync();
        await page.ShootAsync("zoomed.png");
        Assert.NotEqual(before, await page.Page.EvaluateAsync<string>(lane));
        Assert.True(await page.Page.GetByText("Show all").First.IsVisibleAsync());

        await traffic.FocusAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        Assert.Equal(before, await page.Page.EvaluateAsync<string>(lane));
    }

    [Fact]
    public async Task Arrow_keys_read_the_values_out()
    {
        await using OpenPage page =
            await browser.OpenAsync(HtmlReport.Render(SampleReport.NoGo()), "keys.html", ColorScheme.Light, 1280);
        await page.Page.Locator("[data-chart=latency] .cbody").FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");

        Assert.Matches("^[0-9:]+: offered .* requests/s, wanted .*p99 ",
            await page.Page.Locator("[data-group=launch] [aria-live]").InnerTextAsync());
    }

    [Fact]
    public async Task Prints_on_a_few_light_pages()
    {
        await using OpenPage page =
            await browser.OpenAsync(HtmlReport.Render(SampleReport.NoGo()), "print.html", ColorScheme.Dark, 1280);
        byte[] pdf = await page.Page.PdfAsync(new PagePdfOptions { PreferCSSPageSize = true, PrintBackground = true });
        await OpenPage.KeepAsync("print.pdf", pdf);

        int pages = System.Text.Encoding.Latin1.GetString(pdf).Split("/Type /Page\n").Length - 1;
        Assert.InRange(pages, 2, 6);
        await page.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await page.Page.SetViewportSizeAsync(980, 1200);
        await page.ShootAsync("print.png");
        Assert.Equal("rgb(255, 255, 255)",
            await page.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }

    [Fact]
    public async Task A_page_with_next_to_nothing_in_it_has_no_errors()
    {
        string html = HtmlReport.Render(SampleReport.Bare());
        await using OpenPage page = await browser.OpenAsync(html, "bare.html", ColorScheme.Light, 1280);
        await page.ShootAsync("bare.png");

        Assert.Equal([], page.Complaints);
        Assert.Equal([], await page.BarriersAsync());
    }

    [Fact]
    public async Task A_hostile_name_stays_text()
    {
        await using OpenPage page =
            await browser.OpenAsync(HtmlReport.Render(SampleReport.Hostile()), "hostile.html", ColorScheme.Light, 390);

        Assert.Equal([], page.Complaints);
        Assert.Equal([page.Address], page.Requests);
        Assert.Equal(0, await page.Page.Locator("img").CountAsync());
        Assert.False(await page.Page.EvaluateAsync<bool>("'pwned' in window"));
        Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
            "The page scrolls sideways.");
    }

    private static CheckReport ReportOf(string sample) => Samples.Single(s => s.Name == sample).Report();
}
