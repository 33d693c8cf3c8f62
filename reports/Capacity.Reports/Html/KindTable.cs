using System.Globalization;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>What each kind of request experienced in the rehearsal, and what was predicted for it.</summary>
internal static class KindTable
{
    private static readonly double[] Quantiles = [0.5, 0.95, 0.99];

    private static readonly Html Head = new("<th>Kind</th><th><span class=\"sr\">Run</span></th>"
        + "<th class=\"n\">Requests</th>"
        + "<th class=\"n\">Failed</th><th class=\"n\">p50</th><th class=\"n\">p95</th><th class=\"n\">p99</th>"
        + "<th class=\"n\">Longest</th><th>Status codes</th>");

    /// <summary>A fold with the table; nothing without kinds.</summary>
    public static Html Of(RunResult measured, RunResult? predicted)
    {
        IEnumerable<Html> rows = measured.Kinds.Select(k =>
            Row(k, predicted?.Kinds.FirstOrDefault(p => p.Name == k.Name)));
        return Html.When(measured.Kinds.Count > 0, () => Html.Of($"""
            <details class="card fold"><summary>Requests of the rehearsal by kind</summary>
            {ReportSection.Table("Requests by kind", Head, rows, "plain")}
            </details>
            """));
    }

    private static Html Row(KindResult measured, KindResult? predicted)
    {
        Html below = Html.When(predicted is not null, () =>
            Html.Of($"<tr class=\"down\"><td>predicted</td>{Cells(predicted!)}</tr>"));
        return Html.Of($"""
            <tr class="{(predicted is null ? "" : "up")}"><td rowspan="{(predicted is null ? 1 : 2)}">
            <b>{measured.Name}</b></td><td>measured</td>{Cells(measured)}</tr>
            {below}
            """);
    }

    private static Html Cells(KindResult kind)
    {
        IEnumerable<string> numbers =
        [
            NumberText.Count(kind.Counts.Scheduled),
            NumberText.Percent(kind.Counts.FailedShare),
            .. Quantiles.Select(q => DurationText.Format(kind.Latency.Quantile(q))),
            DurationText.Format(kind.Latency.Count == 0 ? double.NaN : kind.Latency.MaxSeconds),
        ];
        return Html.Of($"{numbers.Select(n => Html.Of($"<td class=\"n\">{n}</td>"))}<td>{Codes(kind)}</td>");
    }

    private static string Codes(KindResult kind) => string.Join(", ", kind.StatusCodes.OrderBy(c => c.Key).Select(c =>
        $"{(c.Key == 0 ? "no answer" : c.Key.ToString(CultureInfo.InvariantCulture))}: {NumberText.Count(c.Value)}"));
}
