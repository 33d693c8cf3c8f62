using System.Globalization;
using System.Text.Json;
using Capacity.Model;

namespace Capacity.Cli.Importing;

/// <summary>Reads what a browser recorded (HAR): kinds of requests by method and path, with their times.</summary>
/// <remarks>Source: HTTP Archive 1.2. A service time is <c>timings.wait</c>: from the request until the first
/// byte.</remarks>
internal static class HarReader
{
    private const int MostKinds = 200;
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    /// <summary>Reads the entries.</summary>
    /// <param name="log">The member <c>log</c>.</param>
    /// <param name="diagnostics">CAP164 for entries that are none, CAP165 for what is left out.</param>
    /// <returns>Null with errors.</returns>
    public static ImportedScenario? Read(JsonPlace log, List<Diagnostic> diagnostics)
    {
        JsonPlace? entries = log["entries"];
        if (entries is not { Kind: JsonValueKind.Array, Items.Count: > 0 })
        {
            diagnostics.Add(new Diagnostic("CAP164", (entries ?? log).At, "the recording has no entries",
                "record at least one request, and save it with its content"));
            return null;
        }

        int before = diagnostics.Count;
        Entry[] all = [.. entries.Items.Select(e => ReadEntry(e, diagnostics)).OfType<Entry>()];
        if (diagnostics.Count > before || all.Length == 0)
        {
            return null;
        }

        string host = all.GroupBy(e => e.Host, StringComparer.Ordinal).OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal).First().Key;
        Entry[] ours = [.. all.Where(e => e.Host == host)];
        if (ours.Length < all.Length)
        {
            diagnostics.Add(new Diagnostic("CAP165", entries.At,
                $"{all.Length - ours.Length} of {all.Length} requests go to other hosts than {host}: they are left out",
                "a scenario is about one service", Severity.Warning));
        }

        return Of(ours, entries, diagnostics);
    }

    private static ImportedScenario? Of(Entry[] entries, JsonPlace at, List<Diagnostic> diagnostics)
    {
        var kinds = entries.GroupBy(e => (e.Method, e.Path)).OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key.Path, StringComparer.Ordinal).ThenBy(g => g.Key.Method, StringComparer.Ordinal).ToList();
        if (kinds.Count > MostKinds)
        {
            diagnostics.Add(new Diagnostic("CAP164", at.At,
                $"the recording has {kinds.Count} kinds of requests (method and path), and {MostKinds} are the most",
                "record less, or leave out paths that hold numbers"));
            return null;
        }

        double[] begun = [.. entries.Select(e => e.Begun).Where(double.IsFinite).Order()];
        double length = begun.Length < 2 ? 1 : Math.Max(1, begun[^1] - begun[0]);
        string rate = Math.Clamp(entries.Length / length, 0.001, 1e6).ToString("0.###", CultureInfo.InvariantCulture);
        string during = Math.Min(length, 86_400).ToString("0.###", CultureInfo.InvariantCulture);
        return new ImportedScenario(
            $"Imported from a recording of {entries.Length} requests: multiply the rate by the users you expect",
            [$"{{ stage: recorded, inject: {rate}/s, during: {during}s }}"],
            [.. kinds.Select(g => new ImportedRequest(
                $"{g.Key.Method} {g.Key.Path}", (double)g.Count() / entries.Length, g.Key.Method, g.First().Full,
                Law([.. g.Select(e => e.Wait).Where(double.IsFinite)]), g.Any(e => double.IsFinite(e.Wait))))],
            []);
    }

    private static string Law(double[] waits)
    {
        if (waits.Length == 0)
        {
            return "10ms";
        }

        Array.Sort(waits);
        string At(double share) =>
            (waits[(int)Math.Round(share * (waits.Length - 1))] * 1000).ToString("0.###", CultureInfo.InvariantCulture)
            + "ms";
        return waits.Length == 1 || waits[0] == waits[^1] ? At(0)
            : $"{{ quantiles: {{ 0%: {At(0)}, 25%: {At(0.25)}, 50%: {At(0.5)}, 75%: {At(0.75)}, 95%: {At(0.95)}, "
                + $"100%: {At(1)} }} }}";
    }

    private static Entry? ReadEntry(JsonPlace entry, List<Diagnostic> diagnostics)
    {
        JsonPlace? request = entry["request"];
        JsonPlace? url = request?["url"];
        if (url is null || !Uri.TryCreate(url.Text, UriKind.Absolute, out Uri? address)
            || address.Scheme is not ("http" or "https"))
        {
            diagnostics.Add(new Diagnostic("CAP164", (url ?? request ?? entry).At,
                "this entry has no address of a request", "it needs request.url, beginning with http:// or https://"));
            return null;
        }

        string method = (request!["method"]?.Text ?? "GET").ToUpperInvariant();
        if (!Methods.Contains(method, StringComparer.Ordinal))
        {
            diagnostics.Add(new Diagnostic("CAP164", request["method"]!.At, "this is no method that a scenario knows",
                $"one of {string.Join(", ", Methods)}"));
            return null;
        }

        double wait = entry["timings"]?["wait"]?.Number is { } ms and >= 0 and <= 3_600_000 ? ms / 1000 : double.NaN;
        double begun = DateTimeOffset.TryParse(entry["startedDateTime"]?.Text, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out DateTimeOffset at) ? at.ToUnixTimeMilliseconds() / 1000.0 : double.NaN;
        return new Entry(address.Authority, method, address.AbsolutePath, address.PathAndQuery, wait, begun);
    }

    private sealed record Entry(string Host, string Method, string Path, string Full, double Wait, double Begun);
}
