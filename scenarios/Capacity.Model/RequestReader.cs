using System.Globalization;

namespace Capacity.Model;

/// <summary>Reads the kinds of requests and checks that their shares make a whole.</summary>
internal sealed class RequestReader(List<Diagnostic> diagnostics)
{
    internal const string DefaultPath = $"/demo/hello?delay={RequestKind.ServiceTimePlace}";
    private const double Rounding = 0.0011; // three times 33.3% is meant to be everything

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    private readonly Quantity _quantity = new(diagnostics);
    private readonly ServiceLawReader _laws = new(diagnostics);
    private readonly Words _words = new(diagnostics);
    private readonly RequestDetailsReader _details = new(diagnostics);

    /// <summary>Reads the list.</summary>
    /// <returns>The kinds that could be read, with shares that add up to 1 if there was no diagnostic.</returns>
    public IReadOnlyList<RequestKind> Read(IReadOnlyList<YamlNode> nodes)
    {
        int before = diagnostics.Count;
        var kinds = new List<RequestKind>();
        YamlNode? lastShare = null;
        foreach (YamlNode node in nodes)
        {
            RequestKind? kind = Read(node, nodes.Count == 1);
            if (kind is null)
            {
                continue;
            }

            if (kinds.Any(k => k.Name == kind.Name))
            {
                diagnostics.Add(new Diagnostic("CAP034", node.At with { Length = 1 },
                    $"two kinds of requests have the name '{kind.Name}'", "give each its own name"));
            }

            lastShare = (node as YamlMap)?.Find("share") ?? node;
            kinds.Add(kind);
        }

        double sum = kinds.Sum(k => k.Share);
        if (diagnostics.Count == before && kinds.Count > 0 && Math.Abs(sum - 1) > Rounding)
        {
            double fits = kinds[^1].Share + 1 - sum;
            diagnostics.Add(new Diagnostic("CAP030", lastShare!.At,
                string.Create(CultureInfo.InvariantCulture,
                    $"the shares of the requests add up to {sum * 100:0.##}%, not to 100%"),
                fits > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"for example {fits * 100:0.##}% here")
                    : "make some of them smaller"));
        }

        return diagnostics.Count == before ? [.. kinds.Select(k => k with { Share = k.Share / sum })] : kinds;
    }

    private RequestKind? Read(YamlNode node, bool alone)
    {
        int before = diagnostics.Count;
        var fields = new YamlFields(node, "a request", diagnostics);
        YamlScalar? name = fields.RequireScalar("name", "name: browse");
        double? share = _quantity.Share(alone ? fields.Scalar("share") : fields.RequireScalar("share", "share: 50%"));
        string? method = _words.OneOf(fields.Scalar("method"), "an HTTP method", Methods);
        YamlScalar? path = fields.Scalar("path");
        YamlScalar? match = fields.Scalar("match");
        ServiceLaw? law = _laws.Read(
            fields.Require("service_time", "service_time: { p50: 8ms, p95: 15ms }"), "a service time");
        RequestContent content = _details.Content(fields);
        ResponseCheck? check = _details.Check(fields.Take("check"));
        fields.RejectOthers(OtherWords.OfRequests);
        if (path is not null && (!path.Text.StartsWith('/') || path.Text.Any(c => char.IsControl(c) || c == ' ')))
        {
            fields.Report("CAP024", path.At, $"'{path.Text}' is not a path", $"write for example \"{DefaultPath}\"");
        }

        if (match is not null
            && (!match.Text.StartsWith('/') || match.Text.Any(c => char.IsControl(c) || c is ' ' or '?')))
        {
            fields.Report("CAP024", match.At, $"'{match.Text}' is not the path of recorded requests",
                "write for example /products/*, without query");
        }

        if (share == 0)
        {
            fields.Report("CAP023", fields.At with { Length = 1 }, "a request with a share of nothing is never sent",
                "remove it, or give it a share");
        }

        return diagnostics.Count == before
            ? new RequestKind(name!.Text, share ?? 1, method ?? "GET", path?.Text ?? DefaultPath, law!, match?.Text)
            {
                Content = content,
                Check = check,
            }
            : null;
    }
}
