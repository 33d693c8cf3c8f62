using System.Globalization;
using System.Net;
using System.Text;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>The result of a script as one page without links to elsewhere.</summary>
internal static class ScriptPage
{
    private static readonly string[] Colors = ["--a", "--b"];

    private const string Style =
        """
        :root{color-scheme:light dark;--ink:#1c2330;--dim:#596273;--line:#d5dae3;--paper:#fff;--good:#12703a;
        --bad:#b3261e;--a:#1f5fbf;--b:#b3261e}
        @media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--dim:#a3acbb;--line:#3a4250;--paper:#151922;
        --good:#59c98a;--bad:#ff8a80;--a:#7fb2ff;--b:#ff8a80}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:70rem;
        margin:2rem auto;padding:0 1rem}
        .wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
        th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
        th:first-child,td:first-child{text-align:left}th,.dim{color:var(--dim);font-weight:500}
        .good{color:var(--good)}.bad{color:var(--bad)}svg{width:100%;height:auto}
        """;

    /// <summary>The whole page.</summary>
    public static string Render(ScriptSetup setup, RunResult run, IReadOnlyList<ScenarioStats> stats)
    {
        ScriptDetails details = run.Script!;
        var page = new StringBuilder();
        string name = Text(setup.Name);
        bool good = details.Thresholds.All(t => !t.Failed);
        page.Append(CultureInfo.InvariantCulture,
            $"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>
            <meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline'">
            <style>{Style}</style></head><body><main><h1>{name}</h1>

            """);
        string word = run.Partial ? "ended early" : good ? "every threshold held" : "a threshold failed";
        page.Append(CultureInfo.InvariantCulture,
            $"<p class=\"{(good && !run.Partial ? "good" : "bad")}\"><strong>{word}</strong></p><p class=\"dim\">"
            + $"{run.Totals.Scheduled:#,0} iterations in {DurationText.Format(Math.Round(run.Duration, 1))} · "
            + $"{run.Totals.Failed:#,0} failed · seed {run.Seed}"
            + $"{(setup.Suite is null ? "" : " · " + Text(setup.Suite))}</p>\n");
        Table(page, "Times and counts", ScriptSummary.Table(stats));
        page.Append("<p class=\"dim\">Times count from the scheduled instant of the iteration and of its first step; "
            + "later steps count from their own start.</p>\n");
        Chart(page, "Iterations per second", "/s", [("offered", run.Series.Offered), ("ended", run.Series.Completed)]);
        Chart(page, "Response time", "s", [("p50", run.Series.P50), ("p99", run.Series.P99)]);
        Rows(page, "Thresholds", ["threshold", "holds"], details.Thresholds.Select(t => new[]
        {
            $"{(t.Step is null ? t.Scenario : $"{t.Scenario}: {t.Step}")}: {t.Check}", t.Failed ? "no" : "yes",
        }));
        Rows(page, "Statuses", ["of", "status", "count", "message"], details.Steps.SelectMany(s =>
            s.Outcomes.Select(o => new[]
            {
                s.Name, o.Status.Length > 0 ? o.Status : o.IsError ? "failed" : "ok",
                o.Count.ToString("#,0", CultureInfo.InvariantCulture), o.Message,
            })));
        Rows(page, "Metrics", ["metric", "value"], details.Metrics.Select(m => new[]
        {
            m.Name, $"{m.Value.ToString("#,0.###", CultureInfo.InvariantCulture)} {m.Unit}",
        }));
        Rows(page, "Events", ["at", "what"], run.Events.Select(e => new[]
        {
            DurationText.Format(e.At), e.Text,
        }));
        return page.Append("</main></body></html>\n").ToString();
    }

    private static void Rows(StringBuilder page, string title, string[] header, IEnumerable<string[]> rows)
    {
        string[][] all = [header, .. rows];
        if (all.Length > 1)
        {
            Table(page, title, all);
        }
    }

    private static void Table(StringBuilder page, string title, IReadOnlyList<string[]> rows)
    {
        page.Append(CultureInfo.InvariantCulture,
            $"<h2>{title}</h2><div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\"><table>");
        foreach ((int i, string[] row) in rows.Index())
        {
            string cell = i == 0 ? "th" : "td";
            page.Append("<tr>").AppendJoin("", row.Select(c => $"<{cell}>{Text(c)}</{cell}>")).Append("</tr>");
        }

        page.Append("</table></div>\n");
    }

    private static void Chart(
        StringBuilder page, string title, string unit, (string Name, IReadOnlyList<double> Values)[] lines)
    {
        const double width = 900;
        const double height = 180;
        int steps = lines.Max(l => l.Values.Count);
        double top = lines.SelectMany(l => l.Values).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        if (steps < 2 || top <= 0)
        {
            return;
        }

        string most = unit == "s" ? DurationText.Format(top)
            : $"{top.ToString("#,0", CultureInfo.InvariantCulture)}{unit}";
        page.Append(CultureInfo.InvariantCulture,
            $"<h2>{title}</h2><p class=\"dim\">top {most} · {steps} s · "
            + $"<span style=\"color:var(--a)\">{lines[0].Name}</span> · "
            + $"<span style=\"color:var(--b)\">{lines[1].Name}</span></p>"
            + $"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}, at most {most}\">"
            + $"<path d=\"M0 {height - 1}H{width}\" stroke=\"var(--line)\"/>");
        foreach (((string _, IReadOnlyList<double> values), string color) in lines.Zip(Colors))
        {
            var path = new StringBuilder();
            bool pen = false;
            foreach ((int i, double value) in values.Index())
            {
                if (double.IsFinite(value))
                {
                    path.Append(CultureInfo.InvariantCulture, $"{(pen ? 'L' : 'M')}{i * width / (steps - 1):0.#} "
                        + $"{height - 2 - (value / top * (height - 4)):0.#}");
                }

                pen = double.IsFinite(value);
            }

            page.Append(CultureInfo.InvariantCulture,
                $"<path d=\"{path}\" fill=\"none\" stroke=\"var({color})\" stroke-width=\"2\"/>");
        }

        page.Append("</svg>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(ScriptSummary.OneLine(text));
}
