using System.Globalization;
using System.Text.Json;

namespace Capacity.Swarm.Live;

/// <summary>Reads from Prometheus when it scraped and evaluated what: the samples themselves bear the
/// instants.</summary>
/// <param name="http">Asks.</param>
/// <param name="server">Address of Prometheus.</param>
internal sealed class PrometheusHistory(HttpClient http, Uri server)
{
    /// <summary>Reads every sample of a selector.</summary>
    /// <param name="selector">For example <c>up{job="web"}</c>.</param>
    /// <param name="from">The first instant.</param>
    /// <param name="to">The last instant.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The labels of each series, and the instants of its samples, ascending.</returns>
    /// <exception cref="ClusterException">Prometheus does not answer, or not as it should.</exception>
    public async Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, DateTimeOffset[] At)>> ReadAsync(
        string selector, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        long range = Math.Max(1, (long)(to - from).TotalMilliseconds);
        string query = string.Create(CultureInfo.InvariantCulture, $"{selector}[{range}ms]");
        string time = (to.ToUnixTimeMilliseconds() / 1000.0).ToString("0.###", CultureInfo.InvariantCulture);
        var address = new Uri(server, $"/api/v1/query?query={Uri.EscapeDataString(query)}&time={time}");
        try
        {
            return Read(await http.GetStringAsync(address, cancellationToken));
        }
        catch (Exception problem) when (problem is HttpRequestException or JsonException or KeyNotFoundException
            or InvalidOperationException or FormatException)
        {
            throw new ClusterException($"Prometheus at {server} does not tell what it did: {problem.Message}",
                "see its page, and the log of its container", problem);
        }
    }

    /// <summary>The alerts that are active now: labels, whether they fire, and since when the expression
    /// holds.</summary>
    /// <returns>Empty when Prometheus does not answer: it may not have started yet.</returns>
    public async Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, bool Fires, DateTimeOffset Since)>>
        ActiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = JsonDocument.Parse(
                await http.GetStringAsync(new Uri(server, "/api/v1/alerts"), cancellationToken));
            return
            [
                .. answer.RootElement.GetProperty("data").GetProperty("alerts").EnumerateArray().Select(a => (
                    (IReadOnlyDictionary<string, string>)Labels(a.GetProperty("labels")),
                    a.GetProperty("state").GetString() == "firing",
                    a.GetProperty("activeAt").GetDateTimeOffset())),
            ];
        }
        catch (Exception problem) when (problem is HttpRequestException or JsonException or KeyNotFoundException
            or InvalidOperationException or FormatException or OperationCanceledException)
        {
            return [];
        }
    }

    private static Dictionary<string, string> Labels(JsonElement labels) => labels.EnumerateObject()
        .ToDictionary(l => l.Name, l => l.Value.GetString() ?? "", StringComparer.Ordinal);

    /// <summary>Reads an answer with a range of samples.</summary>
    internal static IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, DateTimeOffset[] At)> Read(string json)
    {
        using var answer = JsonDocument.Parse(json);
        return
        [
            .. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(series => (
                (IReadOnlyDictionary<string, string>)Labels(series.GetProperty("metric")),
                series.GetProperty("values").EnumerateArray().Select(v => DateTimeOffset.FromUnixTimeMilliseconds(
                    (long)Math.Round(v[0].GetDouble() * 1000))).ToArray())),
        ];
    }
}
