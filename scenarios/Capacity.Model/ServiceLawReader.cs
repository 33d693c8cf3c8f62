using System.Globalization;

namespace Capacity.Model;

/// <summary>Reads the law of a duration: <c>8ms</c>, <c>{ p50: 24ms, p95: 61ms }</c> …</summary>
internal sealed class ServiceLawReader(List<Diagnostic> diagnostics)
{
    private const string Examples =
        "write 8ms, { p50: 8ms, p95: 15ms }, { uniform: [0ms, 2s] } or { exponential: 20ms }";
    private readonly Quantity _quantity = new(diagnostics);

    /// <summary>Reads a law.</summary>
    /// <returns>Null for null, and null with a diagnostic added (CAP013, CAP020 … CAP023, CAP032) for what is no
    /// law.</returns>
    public ServiceLaw? Read(YamlNode? node, string what)
    {
        switch (node)
        {
            case null:
                return null;
            case YamlScalar scalar:
                return _quantity.Duration(scalar) is { } seconds ? new ServiceLaw.Constant(seconds) : null;
            case YamlList list:
                diagnostics.Add(
                    new Diagnostic("CAP012", list.At, $"{what} must be a duration or a law, but this is a list",
                    Examples));
                return null;
            default:
                return FromMap(node, what);
        }
    }

    private ServiceLaw? FromMap(YamlNode node, string what)
    {
        var fields = new YamlFields(node, what, diagnostics);
        YamlScalar? median = fields.Scalar("p50");
        (double Share, YamlScalar? At)[] tails =
            [(0.9, fields.Scalar("p90")), (0.95, fields.Scalar("p95")), (0.99, fields.Scalar("p99"))];
        YamlNode? uniform = fields.Take("uniform");
        YamlScalar? exponential = fields.Scalar("exponential");
        YamlScalar? constant = fields.Scalar("constant");
        YamlNode? quantiles = fields.Take("quantiles");
        var skewed = SkewedLawReader.Take(fields, diagnostics);
        int before = diagnostics.Count;
        fields.RejectOthers();
        (double Share, YamlScalar? At) tail = tails.LastOrDefault(t => t.At is not null);
        int tailsGiven = tails.Count(t => t.At is not null);
        int laws = (median is not null || tail.At is not null ? 1 : 0) + (uniform is not null ? 1 : 0)
            + (exponential is not null ? 1 : 0) + (constant is not null ? 1 : 0) + (quantiles is not null ? 1 : 0)
            + skewed.Count;
        if (laws != 1 || tailsGiven > 1)
        {
            if (diagnostics.Count == before)
            {
                diagnostics.Add(new Diagnostic("CAP013", node.At with { Length = 1 },
                    laws == 0 ? $"{what} names no law" : $"{what} must name exactly one law", Examples));
            }

            return null;
        }

        if (skewed.Count == 1)
        {
            return skewed.Read();
        }

        return (uniform, exponential, constant, quantiles) switch
        {
            ({ }, _, _, _) => Uniform(uniform),
            (_, { }, _, _) => _quantity.Duration(exponential) is { } mean ? new ServiceLaw.Exponential(mean) : null,
            (_, _, { }, _) => _quantity.Duration(constant) is { } seconds ? new ServiceLaw.Constant(seconds) : null,
            (_, _, _, { }) => Empirical(quantiles),
            _ => Lognormal(fields, median, tail.At, tail.Share, what),
        };
    }

    private ServiceLaw.Lognormal? Lognormal(YamlFields fields, YamlScalar? median, YamlScalar? tail, double share,
        string what)
    {
        if (median is null || tail is null)
        {
            fields.Report("CAP011", fields.At with { Length = 1 },
                $"{what} needs the key '{(median is null ? "p50" : "p95")}'",
                "write for example { p50: 8ms, p95: 15ms }");
            return null;
        }

        double? low = _quantity.Duration(median, positive: true);
        double? high = _quantity.Duration(tail, positive: true);
        if (low is null || high is null)
        {
            return null;
        }

        if (high < low)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"p{share * 100:0}");
            fields.Report("CAP032", tail.At, $"{name} ({tail.Text}) is below p50 ({median.Text})",
                $"a larger share of values stays below {name}, so it cannot be smaller");
            return null;
        }

        return new ServiceLaw.Lognormal(low.Value, Math.Log(high.Value / low.Value) / Normal.Quantile(share));
    }

    private ServiceLaw.Uniform? Uniform(YamlNode node)
    {
        if (node is not YamlList { Items: [YamlScalar from, YamlScalar to] })
        {
            diagnostics.Add(new Diagnostic("CAP012", node.At, "'uniform' must be a list of two durations",
                "write for example [0ms, 5999ms]"));
            return null;
        }

        double? low = _quantity.Duration(from);
        double? high = _quantity.Duration(to);
        if (low is null || high is null)
        {
            return null;
        }

        if (high < low)
        {
            diagnostics.Add(
                new Diagnostic("CAP032", to.At, $"the upper bound ({to.Text}) is below the lower one ({from.Text})",
                $"write [{to.Text}, {from.Text}]"));
            return null;
        }

        return new ServiceLaw.Uniform(low.Value, high.Value);
    }

    private ServiceLaw.Empirical? Empirical(YamlNode node)
    {
        const string Example = "write for example { 0%: 1ms, 50%: 20ms, 100%: 200ms }";
        if (node is not YamlMap map)
        {
            diagnostics.Add(
                new Diagnostic("CAP012", node.At, "'quantiles' must be a map from shares to durations", Example));
            return null;
        }

        int before = diagnostics.Count;
        var points = new List<(double Share, double Seconds)>();
        foreach (YamlEntry entry in map.Entries)
        {
            double? share = _quantity.Share(entry.Key);
            double? seconds = entry.Value is YamlScalar text ? _quantity.Duration(text) : null;
            if (entry.Value is not YamlScalar)
            {
                diagnostics.Add(new Diagnostic("CAP012", entry.Value.At, "a quantile must be a duration", Example));
            }

            if (share is { } s && seconds is { } v)
            {
                if (points.Count > 0 && (s <= points[^1].Share || v < points[^1].Seconds))
                {
                    diagnostics.Add(new Diagnostic("CAP032", entry.Key.At,
                        $"the quantile at {entry.Key.Text} does not ascend from the one before",
                        "sort shares and durations"));
                }

                points.Add((s, v));
            }
        }

        if (diagnostics.Count == before && (points.Count < 2 || points[0].Share != 0 || points[^1].Share != 1))
        {
            diagnostics.Add(
                new Diagnostic("CAP032", map.At with { Length = 1 }, "the quantiles must reach from 0% to 100%",
                Example));
        }

        return diagnostics.Count == before ? new ServiceLaw.Empirical(points) : null;
    }
}
