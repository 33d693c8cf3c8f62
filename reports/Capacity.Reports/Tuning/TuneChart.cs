using System.Text;
using System.Text.Json;

namespace Capacity.Reports;

/// <summary>What the page's script draws: policies as points.</summary>
internal static class TuneChart
{
    private const int MostDots = 1500; // per tone; more would only blacken the same place

    /// <summary>JSON that cannot end a script element: the writer escapes every &lt;.</summary>
    public static string Json(TuneReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("file", "tune");
            json.WriteStartArray("charts");
            json.WriteEndArray();
            json.WriteStartObject("scatter");
            TunePoint[] front = [.. report.Points.Where(p => p.OnFront).OrderBy(p => p.Cost)];
            Points(json, "front", front);
            bool Passing(TunePoint point) => point.Launches > 1 && point.Passed >= report.Probability * point.Launches;
            Points(json, "passing", report.Points.Where(Passing).Take(MostDots));
            Points(json, "others", report.Points.Where(p => !Passing(p)).Take(MostDots));
            json.WriteStartArray("named");
            foreach (TuneSuggestion s in Named(report))
            {
                json.WriteStartObject();
                json.WriteString("name", s.Role);
                json.WriteString("tone", s.Role == "now" ? "mut" : s.Answer == TuneAnswer.Passes ? "ok" : "acc");
                json.WritePropertyName("at");
                Point(json, s.Cost, s.Bad);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Suggestions that are not at the place of one before.</summary>
    private static IEnumerable<TuneSuggestion> Named(TuneReport report) =>
        report.Suggestions.Where((s, i) => !report.Suggestions.Take(i).Any(o => o.Cost == s.Cost && o.Bad == s.Bad));

    private static void Points(Utf8JsonWriter json, string name, IEnumerable<TunePoint> points)
    {
        json.WriteStartArray(name);
        foreach (TunePoint point in points)
        {
            Point(json, point.Cost, point.Bad);
        }

        json.WriteEndArray();
    }

    private static void Point(Utf8JsonWriter json, double cost, double bad)
    {
        json.WriteStartArray();
        json.WriteNumberValue(Math.Round(cost, 4));
        json.WriteNumberValue(Math.Round(bad, 1));
        json.WriteEndArray();
    }
}
