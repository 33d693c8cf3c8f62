using System.Globalization;

namespace Capacity.Model;

/// <summary>Reads <c>spacing</c>: a word, or <c>{ bursty: … }</c>, or <c>{ variability: 4 }</c>.</summary>
internal sealed class SpacingReader(List<Diagnostic> diagnostics)
{
    private static readonly string[] Known = ["poisson", "even"];
    private readonly Quantity _quantity = new(diagnostics);
    private readonly Words _words = new(diagnostics);

    /// <summary>Reads a spacing.</summary>
    /// <returns>Poisson for null, and, with a diagnostic added, for what is none.</returns>
    public ArrivalSpacing Read(YamlNode? node)
    {
        if (node is null or YamlScalar)
        {
            string? word = _words.OneOf((YamlScalar?)node, "a spacing of arrivals", Known);
            return word == "even" ? ArrivalSpacing.Even : ArrivalSpacing.Poisson;
        }

        var fields = new YamlFields(node, "the spacing", diagnostics);
        YamlNode? bursty = fields.Take("bursty");
        YamlScalar? variability = fields.Scalar("variability");
        fields.RejectOthers();
        if (bursty is null == variability is null)
        {
            fields.Report("CAP013", node.At with { Length = 1 }, "a spacing has one of the keys 'bursty' and "
                + "'variability'", "write for example spacing: { bursty: { factor: 5, share: 10%, length: 20s } }");
            return ArrivalSpacing.Poisson;
        }

        if (bursty is not null)
        {
            return Bursty(bursty) ?? ArrivalSpacing.Poisson;
        }

        double? squared = _quantity.Amount(variability, "a variability", [""], 1, 10_000);
        return squared is { } cv2 ? new ArrivalSpacing.Variable(cv2) : ArrivalSpacing.Poisson;
    }

    private ArrivalSpacing.Bursty? Bursty(YamlNode node)
    {
        var fields = new YamlFields(node, "the bursts", diagnostics);
        YamlScalar? factorNode = fields.RequireScalar("factor", "factor: 5");
        YamlScalar? shareNode = fields.RequireScalar("share", "share: 10%");
        double? factor = _quantity.Amount(factorNode, "a burst factor", ["", "x"], 1, 1_000);
        double? share = _quantity.Share(shareNode);
        double? length = _quantity.Duration(fields.RequireScalar("length", "length: 20s"), positive: true);
        fields.RejectOthers(OtherWords.OfBursts);
        if (share is 0 or 1)
        {
            fields.Report("CAP103", shareNode!.At, "bursts that are never, or always, are none",
                "write for example 10%, or spacing: poisson");
        }
        else if (factor is { } f && share is { } s && f * s > 1 + 1e-9)
        {
            string most = (Math.Floor(100 / s) / 100).ToString("0.##", CultureInfo.InvariantCulture);
            fields.Report("CAP103", factorNode!.At,
                string.Create(CultureInfo.InvariantCulture,
                    $"{f:0.##} times the rate in {s * 100:0.##}% of the time is more than all requests"),
                $"write {most} or less, or a smaller share");
        }

        return factor is { } times && share is { } part && length is { } seconds
            ? new ArrivalSpacing.Bursty(times, part, seconds)
            : null;
    }
}
