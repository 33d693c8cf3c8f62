using System.Globalization;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>What each kind of request experienced in the rehearsal, and what was predicted for it.</summary>
internal static class KindTable
{
    private static readonly double[] Quantiles = [0.5, 0.95, 0.99];

    /// <summary>A fold with the table; nothing without kinds.</summary>
    public static Html Of(RunResult measured, RunResult? predicted) => Html.When(measured.Kinds.Count > 0, () => Html.Of($"""
        <details class="card fold"><summary>Requests of the rehearsal by kind</summary>
        {ReportSection.Table("Requests by kind",
            new("<th>Kind</th><th><span class=\"sr\">Run</span></th><th class=\"n\">Requests</th><th class=\"n\">Failed</th><th class=\"n\">p50</th>"
                + "<th class=\"n\">p95</th><th class=\"n\">p99</th><th class=\"n\">Longest</th><th>Status codes</th>"),
            measured.Kinds.Select(k => Row(k, predicted?.Kinds.FirstOrDefault(p => p.Name == k.Name))), "plain")}
        </details>
        """));

    private static Html Row(KindResult measured, KindResult? predicted) => Html.Of($"""
        <tr class="{(predicted is null ? "" : "up")}"><td rowspan="{(predicted is null ? 1 : 2)}"><b>{measured.Name}</b></td><td>measured</td>{Cells(measured)}</tr>
        {Html.When(predicted is not null, () => Html.Of($"<tr class=\"down\"><td>predicted</td>{Cells(predicted!)}</tr>"))}
        """);

    private static Html Cells(KindResult kind) => Html.Of($"""
        <td class="n">{NumberText.Count(kind.Counts.Scheduled)}</td><td class="n">{NumberText.Percent(kind.Counts.FailedShare)}</td>{Quantiles.Select(q => Html.Of($"<td class=\"n\">{DurationText.Format(kind.Latency.Quantile(q))}</td>"))}<td class="n">{(kind.Latency.Count == 0 ? "–" : DurationText.Format(kind.Latency.MaxSeconds))}</td><td>{Codes(kind)}</td>
        """);

    private static string Codes(KindResult kind) => string.Join(", ", kind.StatusCodes.OrderBy(c => c.Key).Select(c =>
        $"{(c.Key == 0 ? "no answer" : c.Key.ToString(CultureInfo.InvariantCulture))}: {NumberText.Count(c.Value)}"));
}
