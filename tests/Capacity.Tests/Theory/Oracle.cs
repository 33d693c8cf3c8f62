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

    /// <summary>The numbers of a map by name; inside of it joined by underscores, entries of a series by their
    /// instant: series_t15_EN.</summary>
    private static Dictionary<string, double> Numbers(JsonElement map)
    {
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        Add(map, "", numbers);
        return numbers;
    }

    private static void Add(JsonElement of, string name, Dictionary<string, double> numbers)
    {
        string before = name.Length == 0 ? "" : name + "_";
        switch (of.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in of.EnumerateObject().Where(p => p.Name != "t"))
                {
                    Add(property.Value, before + property.Name, numbers);
                }

                break;
            case JsonValueKind.Array:
                foreach ((int index, JsonElement entry) in of.EnumerateArray().Index())
                {
                    string place = entry.ValueKind == JsonValueKind.Object
                        && entry.TryGetProperty("t", out JsonElement t)
                        ? string.Create(CultureInfo.InvariantCulture, $"t{t.GetDouble()}")
                        : string.Create(CultureInfo.InvariantCulture, $"{index}");
                    Add(entry, before + place, numbers);
                }

                break;
            case JsonValueKind.Number:
                numbers[name] = of.GetDouble();
                break;
            case JsonValueKind.String when double.TryParse(
                of.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number):
                numbers[name] = number;
                break;
            default:
                break;
        }
    }
}
