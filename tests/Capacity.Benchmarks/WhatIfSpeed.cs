using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Capacity.Benchmarks;

/// <summary>From a move of a slider to the painted curves, in Chromium, for the flash sale.</summary>
/// <remarks>
/// The moves are key strokes on two sliders that walk through settings without a second visit, so that no answer comes
/// from launches that were simulated before. First each waits for the one before to be painted, as deliberate moves do;
/// then they come every 30 ms, as in a drag, and each is timed until curves are painted that hold it.
/// </remarks>
internal static class WhatIfSpeed
{
    private const int Moves = 200;
    private const int DragPause = 30; // milliseconds
    private const int Patience = 60_000;

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
            IReadOnlyList<Move> moves = await StepAsync(open.Page, Moves, waits);
            double cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / moves.Count;
            Print(output, name, moves, cpu, figures);
        }

        output.WriteLine($"load of the machine: {LoadAverage()}");
        if (json is not null)
        {
            await File.WriteAllTextAsync(json,
                JsonSerializer.Serialize(figures, new JsonSerializerOptions(JsonSerializerDefaults.Web)) + "\n");
        }
    }

    private static async Task<IReadOnlyList<Move>> StepAsync(IPage page, int count, bool waits)
    {
        await page.EvaluateAsync("performance.clearMeasures('move')");
        await page.FillAsync("#t-scaleMax", "1");
        await page.PressAsync("#t-scaleMax", "Enter");
        await page.WaitForTimeoutAsync(1_500);
        await page.EvaluateAsync("performance.clearMeasures('move')");
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
                    "n => performance.getEntriesByName('move').length > n", i,
                    new PageWaitForFunctionOptions { Timeout = Patience });
            }
            else
            {
                await page.WaitForTimeoutAsync(DragPause);
            }
        }

        await page.WaitForTimeoutAsync(2_000);
        JsonElement? found = await page.EvaluateAsync<JsonElement>(
            "performance.getEntriesByName('move').map(m => [m.duration, m.detail.launches, m.detail.ms, m.detail.drawn])");
        return
        [
            .. found!.Value.EnumerateArray().Select(m =>
                new Move(m[0].GetDouble(), m[1].GetInt32(), m[2].GetDouble(), m[3].GetDouble())),
        ];
    }

    private static void Print(
        TextWriter output, string name, IReadOnlyList<Move> moves, double cpu, List<Figure> figures)
    {
        double At(Func<Move, double> value, double share)
        {
            double[] ascending = [.. moves.Select(value).Order()];
            return ascending[Math.Min(ascending.Length - 1, (int)(share * ascending.Length))];
        }

        string Both(Func<Move, double> value) => string.Create(
            CultureInfo.InvariantCulture, $"p50 {At(value, 0.5):0} ms, p95 {At(value, 0.95):0} ms");
        output.WriteLine($"{name}: {Moves} moves, {moves.Count} redraws; move to paint {Both(m => m.Ms)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  worst {At(m => m.Ms, 1):0} ms; first answers of {At(m => m.Launches, 0)} to {At(m => m.Launches, 1)}")
            + " launches");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  simulated in {Both(m => m.SimulatedMs)}; drawn in {Both(m => m.DrawnMs)}; server's CPU {cpu:0} ms each"));
        figures.Add(new Figure($"whatif.{name}.p50_ms", At(m => m.Ms, 0.5), "ms"));
        figures.Add(new Figure($"whatif.{name}.p95_ms", At(m => m.Ms, 0.95), "ms"));
    }

    private static string LoadAverage() => File.Exists("/proc/loadavg")
        ? File.ReadAllText("/proc/loadavg").Trim()
        : "unknown";
}
