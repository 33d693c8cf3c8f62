using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Capacity.Benchmarks;

/// <summary>From a move of a slider to the painted curves, in Chromium, for the flash sale.</summary>
/// <remarks>
/// The moves are key strokes on two sliders that walk through settings without a second visit, so that no answer comes
/// from launches that were simulated before: one of them begins with a service that is overloaded by far, which takes
/// several times as long. First each waits until the one before is painted whole, as deliberate moves do; then they
/// come every 30 ms, as in a drag, and each is timed until curves are painted that hold it. Where the first launch
/// takes longer than a move may, those are the curves of its beginning; whole ones are timed as well.
/// </remarks>
internal static class WhatIfSpeed
{
    private const int Moves = 200;
    private const int DragPause = 30; // milliseconds
    private const int Patience = 60_000;

    private sealed record Walk(IReadOnlyList<Move> Moves, double[] Whole);

    private sealed record Move(double Ms, int Launches, double SimulatedMs, double DrawnMs);

    private sealed record Figure(string Name, double Value, string Unit);

    public static async Task PrintAsync(TextWriter output, string? json)
    {
        await using WhatIfBrowser open = await WhatIfBrowser.OpenAsync("#", 900);
        await open.Page.WaitForTimeoutAsync(2_000); // the first launches are slow: the code is being compiled
        await StepAsync(open.Page, 20, waits: true); // warm-up
        var figures = new List<Figure>();
        foreach ((string name, bool waits) in new[] { ("move", true), ("drag", false) })
        {
            await open.Page.ReloadAsync();
            await open.Page.Locator("#verdict .vb").WaitForAsync();
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            Walk walk = await StepAsync(open.Page, Moves, waits);
            double cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / Moves;
            Print(output, name, walk, cpu, figures);
        }

        output.WriteLine($"load of the machine: {LoadAverage()}");
        if (json is not null)
        {
            await File.WriteAllTextAsync(json,
                JsonSerializer.Serialize(figures, JsonSerializerOptions.Web) + "\n");
        }
    }

    private static async Task<Walk> StepAsync(IPage page, int count, bool waits)
    {
        await page.FillAsync("#t-scaleMax", "1");
        await page.PressAsync("#t-scaleMax", "Enter");
        await page.WaitForTimeoutAsync(1_500);
        await page.EvaluateAsync("performance.clearMeasures()");
        bool right = true;
        for (int i = 0, inRow = 0; i < count; i++)
        {
            if (inRow == 12)
            {
                await page.FocusAsync("#k-peak");
                await page.Keyboard.PressAsync(i < count / 2 ? "ArrowRight" : "ArrowLeft");
                (right, inRow) = (!right, 0);
            }
            else
            {
                await page.FocusAsync("#k-scaleMax");
                await page.Keyboard.PressAsync(right ? "ArrowRight" : "ArrowLeft");
                inRow++;
            }

            if (waits)
            {
                await page.WaitForFunctionAsync(
                    "n => performance.getEntriesByName('whole').length > n", i,
                    new PageWaitForFunctionOptions { Timeout = Patience });
            }
            else
            {
                await page.WaitForTimeoutAsync(DragPause);
            }
        }

        await page.WaitForTimeoutAsync(2_000);
        JsonElement? found = await page.EvaluateAsync<JsonElement>(
            "['move', 'whole'].map(n => performance.getEntriesByName(n)"
            + ".map(m => [m.duration, m.detail.launches, m.detail.ms, m.detail.drawn]))");
        return new Walk(
            [
                .. found!.Value[0].EnumerateArray().Select(m =>
                    new Move(m[0].GetDouble(), m[1].GetInt32(), m[2].GetDouble(), m[3].GetDouble())),
            ],
            [.. found.Value[1].EnumerateArray().Select(m => m[0].GetDouble())]);
    }

    private static void Print(TextWriter output, string name, Walk walk, double cpu, List<Figure> figures)
    {
        static double At(IEnumerable<double> values, double share)
        {
            double[] ascending = [.. values.Order()];
            return ascending[Math.Min(ascending.Length - 1, (int)(share * ascending.Length))];
        }

        static string Both(IEnumerable<double> values) => string.Create(
            CultureInfo.InvariantCulture, $"p50 {At(values, 0.5):0} ms, p95 {At(values, 0.95):0} ms");
        double[] painted = [.. walk.Moves.Select(m => m.Ms)];
        output.WriteLine($"{name}: {Moves} moves, {painted.Length} redraws; move to paint {Both(painted)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  worst {painted.Max():0} ms; {walk.Moves.Count(m => m.Launches == 0)} began with a part of a launch;")
            + $" until a whole one is painted {Both(walk.Whole)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  simulated in {Both(walk.Moves.Select(m => m.SimulatedMs))}; drawn in ")
            + string.Create(CultureInfo.InvariantCulture,
                $"{Both(walk.Moves.Select(m => m.DrawnMs))}; CPU of the server {cpu:0} ms each"));
        figures.Add(new Figure($"whatif.{name}.p50_ms", At(painted, 0.5), "ms"));
        figures.Add(new Figure($"whatif.{name}.p95_ms", At(painted, 0.95), "ms"));
        figures.Add(new Figure($"whatif.{name}.whole.p95_ms", At(walk.Whole, 0.95), "ms"));
    }

    internal static string LoadAverage() => File.Exists("/proc/loadavg")
        ? File.ReadAllText("/proc/loadavg").Trim()
        : "unknown";
}
