using Microsoft.Playwright;

namespace Capacity.Benchmarks;

/// <summary>The picture of the what-if page that the documentation shows.</summary>
internal static class WhatIfPicture
{
    private const int Patience = 600_000; // milliseconds: every launch and every track, on a busy machine

    /// <summary>Takes it when everything has been simulated.</summary>
    /// <param name="file">A PNG.</param>
    public static async Task TakeAsync(string file)
    {
        await using WhatIfBrowser open = await WhatIfBrowser.OpenAsync("#", 900);
        foreach ((string knob, string value) in new[] { ("evaluation", "15"), ("scaleUpBy", "4"), ("scaleMin", "3") })
        {
            await open.Page.EvaluateAsync("for (const d of document.querySelectorAll('#knobs details')) d.open = true");
            await open.Page.FillAsync($"#t-{knob}", value);
            await open.Page.PressAsync($"#t-{knob}", "Enter");
            await open.Page.Locator(".moved #t-" + knob).WaitForAsync();
            await open.Page.WaitForTimeoutAsync(1_000);
        }

        await open.Page.EvaluateAsync(
            "for (const d of document.querySelectorAll('#knobs details')) d.open = !/^Rule/.test(d.innerText)");
        await open.Page.FocusAsync("#k-scaleMin");
        await open.Page.EvaluateAsync("delete document.documentElement.dataset.calm");
        await open.Page.Locator("html[data-calm]").WaitForAsync(new LocatorWaitForOptions
        {
            State = WaitForSelectorState.Attached,
            Timeout = Patience,
        });
        await open.Page.EvaluateAsync("document.querySelector('aside').scrollTop = 0");
        await open.Page.ScreenshotAsync(new PageScreenshotOptions { Path = file });
    }
}
