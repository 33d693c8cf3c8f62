using System.Globalization;
using System.Text.RegularExpressions;
using Capacity.Cli.Serving;
using Capacity.Tests.Reports;
using Capacity.Tests.Support;
using Microsoft.Playwright;

namespace Capacity.Tests.Serving;

/// <summary>The page in a real browser, with a real server behind it.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class WhatIfPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Hash = "location.hash";
    private const string Verdict = "#verdict .vb b";

    private static readonly MeasuredRun Rehearsed = new("rehearsal.json", MeasuredRunTests.Rehearsed(), true);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<ColorScheme, int> Views => new()
    {
        { ColorScheme.Light, 1280 }, { ColorScheme.Dark, 1280 }, { ColorScheme.Light, 390 },
        { ColorScheme.Dark, 390 },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Opens_without_foreign_requests_errors_or_barriers(ColorScheme scheme, int width)
    {
        await using WhatIfServer server = await StartAsync(Rehearsed);
        await using OpenPage page = await browser.OpenAsync(server.Address, scheme, width);
        await LaunchesAsync(page, 24);
        if (scheme == ColorScheme.Light && width == 1280)
        {
            await page.Page.Locator("html[data-calm]").WaitForAsync(
                new() { State = WaitForSelectorState.Attached, Timeout = 400_000 });
            Assert.True(await page.Page.Locator(".scent i.go, .scent i.nogo, .scent i.risk").CountAsync() > 200,
                "The tracks are empty.");
        }

        await page.ShootAsync($"whatif-{scheme}-{width}.png");

        Assert.Equal([], page.Complaints);
        Assert.All(page.Requests, r => Assert.StartsWith(server.Address.AbsoluteUri, r));
        Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
            "The page scrolls sideways.");
        Assert.Equal([], await page.BarriersAsync());
        Assert.Equal(3, await page.Page.Locator("#panels svg").CountAsync());

        await page.Page.ClickAsync("#tab-measured");
        await page.Page.Locator("#view-measured .kpi").First.WaitForAsync();
        await page.ShootAsync($"whatif-measured-{scheme}-{width}.png");
        Assert.Equal([], await page.BarriersAsync());
        Assert.Equal([], page.Complaints);
    }

    [Fact]
    public async Task A_dragged_slider_simulates_again_and_the_address_holds_where_it_rests()
    {
        await using WhatIfServer server = await StartAsync();
        await using OpenPage page = await browser.OpenAsync(
            new Uri(server.Address, "#serviceTime=2"), ColorScheme.Light, 1280);
        await LaunchesAsync(page, 1);
        string before = await page.Page.InnerTextAsync(Verdict);
        string strip = await page.Page.InnerTextAsync(".vb");
        LocatorBoundingBoxResult box = (await page.Page.Locator("#k-workers").BoundingBoxAsync())!;

        float y = box.Y + (box.Height / 2);
        await page.Page.Mouse.MoveAsync(box.X + 8, y);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + box.Width - 10, y, new MouseMoveOptions { Steps = 12 });
        await page.Page.Mouse.UpAsync();

        await page.Page.WaitForFunctionAsync("seen => document.querySelector('.vb').innerText !== seen", strip);
        Assert.Equal("#serviceTime=2&workers=8", await page.Page.EvaluateAsync<string>(Hash));
        await page.Page.Locator("#edits").GetByText("service.workers=8").WaitForAsync();
        Assert.Equal("NO-GO", before);
        Assert.Equal([], page.Complaints);
    }

    [Theory]
    [InlineData("startup", "1m30s", "#startup=90", "90 s")]
    [InlineData("traffic", "50 %", "#traffic=0.5", "× 0.5")]
    [InlineData("peak", "99", "#peak=99", "99 /s")]
    [InlineData("scaleMin", "400", "#scaleMin=14", "14")]
    public async Task A_typed_value_is_taken_at_its_nearest(string knob, string typed, string hash, string shown)
    {
        await using WhatIfServer server = await StartAsync();
        await using OpenPage page = await browser.OpenAsync(server.Address, ColorScheme.Light, 1280);

        await page.Page.FillAsync($"#t-{knob}", typed);
        await page.Page.PressAsync($"#t-{knob}", "Enter");

        Assert.Equal(hash, await page.Page.EvaluateAsync<string>(Hash));
        Assert.Equal(shown, await page.Page.InputValueAsync($"#t-{knob}"));
    }

    [Fact]
    public async Task Typed_nonsense_is_marked_and_changes_nothing()
    {
        await using WhatIfServer server = await StartAsync();
        await using OpenPage page = await browser.OpenAsync(server.Address, ColorScheme.Light, 1280);

        await page.Page.FillAsync("#t-workers", "lots");
        await page.Page.PressAsync("#t-workers", "Enter");

        Assert.Equal("true", await page.Page.GetAttributeAsync("#t-workers", "aria-invalid"));
        await page.Page.PressAsync("#t-workers", "Tab");
        Assert.Equal("1", await page.Page.InputValueAsync("#t-workers"));
        Assert.Equal("", await page.Page.EvaluateAsync<string>(Hash));
    }

    [Fact]
    public async Task Keys_move_sliders_undo_redo_and_change_tabs()
    {
        await using WhatIfServer server = await StartAsync();
        await using OpenPage page = await browser.OpenAsync(server.Address, ColorScheme.Light, 1280);
        IKeyboard keys = page.Page.Keyboard;

        await page.Page.FocusAsync("#k-scaleMin");
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowRight");
        Assert.Equal("4", await page.Page.GetAttributeAsync("#k-scaleMin", "aria-valuetext"));
        await page.Page.FocusAsync("#k-scaleMax");
        await keys.PressAsync("End");
        Assert.Equal("#scaleMin=4&scaleMax=14", await page.Page.EvaluateAsync<string>(Hash));

        await keys.PressAsync("Control+z");
        Assert.Equal("#scaleMin=4", await page.Page.EvaluateAsync<string>(Hash));
        await keys.PressAsync("Control+z");
        Assert.Equal(["", "2"],
            new[] { await page.Page.EvaluateAsync<string>(Hash), await page.Page.InputValueAsync("#t-scaleMin") });
        await keys.PressAsync("Control+Shift+z");
        Assert.Equal("#scaleMin=4", await page.Page.EvaluateAsync<string>(Hash));
        await page.Page.Locator("#undo").ClickAsync();
        Assert.True(await page.Page.Locator("#undo").IsDisabledAsync());

        await page.Page.FocusAsync("#tab-launch");
        await keys.PressAsync("ArrowRight");
        Assert.True(await page.Page.Locator("#view-measured").IsVisibleAsync());
        Assert.Equal("tab-measured", await page.Page.EvaluateAsync<string>("document.activeElement.id"));
    }

    [Fact]
    public async Task A_reload_and_a_shared_address_show_the_same()
    {
        await using WhatIfServer server = await StartAsync();
        var address = new Uri(server.Address, "#scaleMin=3&workers=2&nothing=1&peak=x&pin.scaleMin=4");
        await using OpenPage page = await browser.OpenAsync(address, ColorScheme.Light, 1280);
        await LaunchesAsync(page, 24);
        string first = await page.Page.InnerTextAsync("#verdict .vb b");

        await page.Page.ReloadAsync();
        await LaunchesAsync(page, 24);

        Assert.Equal("#scaleMin=3&workers=2&pin.scaleMin=4", await page.Page.EvaluateAsync<string>(Hash));
        Assert.Equal("3", await page.Page.InputValueAsync("#t-scaleMin"));
        Assert.Equal(first, await page.Page.InnerTextAsync("#verdict .vb b"));
        Assert.Contains("vs pinned", await page.Page.InnerTextAsync("#verdict"));
    }

    [Fact]
    public async Task The_pinned_case_stays_behind_the_curves()
    {
        await using WhatIfServer server = await StartAsync();
        await using OpenPage page = await browser.OpenAsync(server.Address, ColorScheme.Light, 1280);
        await page.Page.Locator(Verdict).WaitForAsync();

        await page.Page.FillAsync("#t-scaleMin", "4");
        await page.Page.PressAsync("#t-scaleMin", "Enter");
        await page.Page.ClickAsync("#pin");
        await page.Page.FillAsync("#t-scaleMin", "2");
        await page.Page.PressAsync("#t-scaleMin", "Enter");

        Assert.Equal("#pin.scaleMin=4", await page.Page.EvaluateAsync<string>(Hash));
        await page.Page.Locator("#verdict .d.good, #verdict .d.worse").First.WaitForAsync();
        await page.Page.Keyboard.PressAsync("Control+z");
        await page.Page.Keyboard.PressAsync("Control+z");
        Assert.Equal("#scaleMin=4", await page.Page.EvaluateAsync<string>(Hash));
    }

    [Fact]
    public async Task The_edits_are_copied_as_yaml_and_as_a_command()
    {
        await using WhatIfServer server = await StartAsync();
        var address = new Uri(server.Address, "#scaleMin=3&evaluation=15&groupWait=5&workers=2");
        await using OpenPage page = await browser.OpenAsync(address, ColorScheme.Light, 1280);
        await page.Page.Locator("#edits pre").First.WaitForAsync();

        Task copied = page.Page.GetByText("Copied").WaitForAsync(); // it stands there for a moment only
        await page.Page.ClickAsync("#copy-yaml");
        await copied;

        Assert.Equal($"""
            # Stack file: the service, under deploy
            labels:
              - com.df.scaleMin=3

            # prometheus.yml, under global
            global:
              evaluation_interval: 15s

            # alertmanager.yml, at the route to the scaler
            group_wait: 5s

            # The scenario
            capacity check {ServedScenario.File} --set service.workers=2

            """.ReplaceLineEndings("\n"), await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    }

    [Fact]
    public async Task The_server_may_go_and_come_back()
    {
        WhatIfServer server = await StartAsync();
        await using OpenPage page = await browser.OpenAsync(server.Address, ColorScheme.Light, 1280);
        await page.Page.Locator(Verdict).WaitForAsync();
        int port = server.Address.Port;

        await server.DisposeAsync();
        await page.Page.GetByText("The server does not answer").WaitForAsync();
        await page.Page.FillAsync("#t-workers", "2");
        await page.Page.PressAsync("#t-workers", "Enter");
        await page.ShootAsync("whatif-lost.png");
        await using WhatIfServer again = await StartAsync(port);

        await page.Page.Locator("#lost").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        await page.Page.Locator(".vb.go").WaitForAsync();
        Assert.Equal("#workers=2", await page.Page.EvaluateAsync<string>(Hash));
        Assert.Equal("2", await page.Page.InputValueAsync("#t-workers"));
    }

    [Fact]
    public async Task A_measured_run_is_laid_over_the_rehearsal()
    {
        await using WhatIfServer server = await StartAsync(Rehearsed);
        await using OpenPage page = await browser.OpenAsync(server.Address, ColorScheme.Light, 1280);

        await page.Page.ClickAsync("#tab-measured");
        await page.Page.Locator("#view-measured .facts").GetByText("of 100 simulated").WaitForAsync(
            new() { Timeout = 120_000 });

        string facts = await page.Page.InnerTextAsync("#view-measured .facts");
        Match apart = Regex.Match(facts, "Replicas apart\\s+([0-9.]+)");
        Assert.True(double.Parse(apart.Groups[1].Value, CultureInfo.InvariantCulture) < 1, facts);
        Assert.Contains("at speed 30", await page.Page.InnerTextAsync("#view-measured .under"));
    }

    [Fact]
    public async Task A_tab_may_be_chosen_before_the_server_has_greeted()
    {
        await using WhatIfServer server = await StartAsync(Rehearsed);
        await using OpenPage page = await browser.OpenAsync(server.Address, ColorScheme.Light, 1280);
        var chosen = new TaskCompletionSource();
        await page.Page.RouteWebSocketAsync("**/live", socket =>
        {
            IWebSocketRoute real = socket.ConnectToServer();
            real.OnMessage(frame => _ = SendAsync(socket, frame.Text!, chosen.Task));
        });

        await page.Page.ReloadAsync();
        await page.Page.ClickAsync("#tab-measured");
        Assert.Equal(0, await page.Page.Locator("html.live").CountAsync());
        chosen.SetResult();

        await page.Page.Locator("#view-measured .kpi").First.WaitForAsync();
        Assert.False(await page.Page.Locator("#view-launch").IsVisibleAsync());
        Assert.Equal([], page.Complaints);

        static async Task SendAsync(IWebSocketRoute socket, string text, Task after)
        {
            await after;
            socket.Send(text);
        }
    }

    private static Task<WhatIfServer> StartAsync(params MeasuredRun[] measured) => StartAsync(0, measured);

    private static Task<WhatIfServer> StartAsync(int port, params MeasuredRun[] measured) => WhatIfServer.StartAsync(
        new WhatIfServing(port, ServedScenario.Token, 2), ServedScenario.Subject(measured), TimeProvider.System, Stop);

    /// <summary>Waits until so many launches of the case are shown, or more.</summary>
    private static async Task LaunchesAsync(OpenPage page, int launches) => await page.Page.WaitForFunctionAsync(
        "n => document.documentElement.dataset.launches >= n", launches,
        new PageWaitForFunctionOptions { Timeout = 120_000 });
}
