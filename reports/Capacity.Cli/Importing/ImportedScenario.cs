using System.Globalization;
using System.Text;

namespace Capacity.Cli.Importing;

/// <summary>What another tool's file says, as far as a scenario can.</summary>
/// <param name="Shows">Its first line.</param>
/// <param name="Load">Lines of the load, as YAML.</param>
/// <param name="Requests">Kinds of requests; their shares add up to 1.</param>
/// <param name="Objectives">Lines of the objectives, as YAML. May be empty.</param>
internal sealed record ImportedScenario(
    string Shows, IReadOnlyList<string> Load, IReadOnlyList<ImportedRequest> Requests,
    IReadOnlyList<string> Objectives)
{
    /// <summary>A scenario file that can be read at once; the names of the stack's files are to be filled in.</summary>
    /// <param name="name">Name of the scenario.</param>
    public string ToYaml(string name)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Shows}\nversion: 1\nname: {name}\n");
        text.Append("target:                 # your own files: name them\n  service: shop_web\n");
        text.Append("  stack: docker-stack.yml\n  alertmanager: alertmanager.yml\n\nload:\n");
        foreach (string stage in Load)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {stage}\n");
        }

        text.Append("\nrequests:\n");
        foreach ((ImportedRequest request, string share) in Requests.Zip(Shares()))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"  - {{ name: {Quoted(request.Name)}, share: {share}, method: {request.Method}, "
                + $"path: {Quoted(request.Path)}, service_time: {request.Law} }}"
                + $"{(request.Known ? "" : "   # assumed: the file has no times")}\n");
        }

        if (Objectives.Count > 0)
        {
            text.Append("\nobjectives:\n");
            foreach (string objective in Objectives)
            {
                text.Append(CultureInfo.InvariantCulture, $"  - {objective}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>A text as YAML reads it back, whatever it holds.</summary>
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                < ' ' or '\u007F' or (>= '\uD800' and <= '\uDFFF') or '\uFEFF' or >= '\uFFFE'
                    or (>= '\u0080' and <= '\u009F') or '\u2028' or '\u2029' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Shares in hundredths of a percent that add up to 100 % exactly: the largest takes the rest.</summary>
    private IEnumerable<string> Shares()
    {
        int[] parts = [.. Requests.Select(r => Math.Max(1, (int)Math.Round(r.Share * 10_000)))];
        int largest = Array.IndexOf(parts, parts.Max());
        parts[largest] += 10_000 - parts.Sum();
        return parts.Select(p => (p / 100.0).ToString("0.##", CultureInfo.InvariantCulture) + "%");
    }
}

/// <summary>A kind of request of another tool's file.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Share">Share of all, 0 … 1.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query; begins with a slash.</param>
/// <param name="Law">Service time, as YAML.</param>
/// <param name="Known">Whether the file says so.</param>
internal sealed record ImportedRequest(string Name, double Share, string Method, string Path, string Law, bool Known);
