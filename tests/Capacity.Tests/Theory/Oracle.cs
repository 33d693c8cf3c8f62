using System.Globalization;
using System.Text.Json;

namespace Capacity.Tests.Theory;

/// <summary>One closed-form result: the parameters of its model, and what theory says about it.</summary>
internal sealed record Oracle(
    string Id, IReadOnlyDictionary<string, double> Parameters, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>A parameter that must be there.</summary>
    public double this[string parameter] => Parameters[parameter];

    /// <summary>The number that follows a word in the name: 4 in mg1_erlang4_rho0.9.</summary>
    public double NumberAfter(string word)
    {
        int from = Id.IndexOf(word, StringComparison.Ordinal) + word.Length;
        int to = from;
        while (to < Id.Length && (char.IsAsciiDigit(Id[to]) || Id[to] == '.'))
        {
            to++;
        }

        return double.Parse(Id.AsSpan(from, to - from), CultureInfo.InvariantCulture);
    }

    /// <summary>All results of the golden file.</summary>
    public static IReadOnlyList<Oracle> All()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(QueueingOracles.RequiredPath()));
        return
        [
            .. document.RootElement.GetProperty("oracles").EnumerateArray().Select(o => new Oracle(
                o.GetProperty("id").GetString()!, Numbers(o.GetProperty("params")), Numbers(o.GetProperty("values")))),
        ];
    }

    private static Dictionary<string, double> Numbers(JsonElement map) => map.EnumerateObject()
        .Select(p => (p.Name, Value: p.Value.ValueKind switch
        {
            JsonValueKind.Number => p.Value.GetDouble(),
            JsonValueKind.String when double.TryParse(
                p.Value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
            _ => double.NaN,
        }))
        .Where(p => !double.IsNaN(p.Value))
        .ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
}
