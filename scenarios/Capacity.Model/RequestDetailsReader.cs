using System.Text.RegularExpressions;

namespace Capacity.Model;

/// <summary>Reads what real requests carry, how their answers are checked, and how they travel.</summary>
internal sealed class RequestDetailsReader(List<Diagnostic> diagnostics)
{
    private const string NameExample = "Accept: application/json";
    private static readonly string[] Answers = ["yes", "no", "true", "false"];
    private static readonly string[] Versions = ["1.1", "2"];
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    private static readonly Regex PathForm = new(
        @"\A[^\s.\[\]]+(\[\d{1,9}\])*(\.[^\s.\[\]]+(\[\d{1,9}\])*)*\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private readonly Quantity _quantity = new(diagnostics);
    private readonly Words _words = new(diagnostics);

    /// <summary>Reads <c>headers</c> and <c>body</c> of a request.</summary>
    public RequestContent Content(YamlFields request)
    {
        List<KeyValuePair<string, string>> headers = Headers(request.Take("headers"));
        string? body = request.Scalar("body")?.Text;
        return headers.Count == 0 && body is null ? RequestContent.None : new RequestContent(headers, body);
    }

    /// <summary>Reads <c>check</c> of a request.</summary>
    /// <returns>Null when there is none.</returns>
    public ResponseCheck? Check(YamlNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var fields = new YamlFields(node, "a check", diagnostics);
        YamlScalar? matches = fields.Scalar("matches");
        YamlScalar? json = fields.Scalar("json");
        YamlScalar? equals = fields.Scalar("equals");
        var check = new ResponseCheck
        {
            Status = _quantity.Count(fields.Scalar("status"), "an HTTP status", 200, 599),
            Headers = Headers(fields.Take("headers")),
            Contains = fields.Scalar("contains")?.Text,
            Matches = matches?.Text,
            JsonPath = json?.Text,
            JsonValue = equals?.Text,
        };
        fields.RejectOthers();
        if (matches is not null && !IsPattern(matches.Text))
        {
            fields.Report("CAP151", matches.At, $"'{matches.Text}' is not a regular expression",
                "close its brackets, or write '\\' before characters that stand for themselves");
        }

        if (json is not null && !PathForm.IsMatch(json.Text))
        {
            fields.Report("CAP152", json.At, $"'{json.Text}' is not a path into JSON",
                "write names with dots and indices in brackets, as in items[0].name");
        }

        if (equals is not null && json is null)
        {
            fields.Report("CAP013", equals.At, "'equals' needs 'json'", "add for example json: status");
        }

        return check;
    }

    /// <summary>Reads <c>http</c> of a scenario.</summary>
    public HttpSettings Http(YamlNode? node)
    {
        if (node is null)
        {
            return new HttpSettings();
        }

        var fields = new YamlFields(node, "'http'", diagnostics);
        YamlScalar? proxy = fields.Scalar("proxy");
        Uri? address = null;
        if (proxy is not null
            && !(Uri.TryCreate(proxy.Text, UriKind.Absolute, out address) && address.Scheme is "http" or "https"))
        {
            fields.Report("CAP153", proxy.At, $"'{proxy.Text}' is not the address of a proxy",
                "write it like http://127.0.0.1:3128");
            address = null;
        }

        var http = new HttpSettings
        {
            Connections = _quantity.Count(fields.Scalar("connections"), "a number of connections", 1, 100_000),
            Http2 = _words.OneOf(fields.Scalar("version"), "a version of HTTP", Versions) == "2",
            Redirects = Yes(fields.Scalar("redirects")),
            Cookies = Yes(fields.Scalar("cookies")),
            Proxy = address,
            ConnectTimeout = _quantity.Duration(fields.Scalar("connect_timeout"), positive: true),
            FirstByteTimeout = _quantity.Duration(fields.Scalar("first_byte_timeout"), positive: true),
        };
        fields.RejectOthers();
        return http;
    }

    private static bool IsPattern(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.None, PatternLimit);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private bool Yes(YamlScalar? node) => _words.OneOf(node, "yes or no", Answers) is "yes" or "true";

    private List<KeyValuePair<string, string>> Headers(YamlNode? node)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (node is null)
        {
            return headers;
        }

        if (node is not YamlMap map)
        {
            diagnostics.Add(new Diagnostic("CAP012", node.At,
                $"'headers' must be a map of names and values, but this is {node.Kind}", $"write {{ {NameExample} }}"));
            return headers;
        }

        foreach (YamlEntry entry in map.Entries)
        {
            string name = entry.Key.Text;
            bool good = name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c));
            if (good && entry.Value is YamlScalar value && !value.Text.Any(char.IsControl))
            {
                headers.Add(new(name, value.Text));
                continue;
            }

            diagnostics.Add(new Diagnostic("CAP150", good ? entry.Value.At : entry.Key.At,
                good
                    ? $"the value of the header '{name}' must be one line of text"
                    : $"'{name}' cannot be the name of a header",
                $"write for example {NameExample}"));
        }

        return headers;
    }
}
