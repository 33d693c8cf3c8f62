using System.Globalization;

namespace Capacity.Model;

/// <summary>Reads the stages whose rate follows a curve: <c>sine</c>, <c>steps</c> and <c>spike</c>.</summary>
internal sealed class CurveStageReader(List<Diagnostic> diagnostics)
{
    /// <summary>Most periods of one stage: each becomes pieces that are kept.</summary>
    public const int PeriodsMax = 2_000;

    /// <summary>Most steps of one stage.</summary>
    public const int StepsMax = 1_000;

    private readonly Quantity _quantity = new(diagnostics);

    /// <summary>Reads <c>sine: { mean: 400/s, amplitude: 300/s, period: 24h, peak_at: 14h }</c>.</summary>
    /// <returns>Null, with a diagnostic added, for what is no such stage.</returns>
    public LoadStage.Sine? Sine(string name, YamlNode node, double? length)
    {
        var fields = new YamlFields(node, "a sine", diagnostics);
        YamlScalar? amplitudeNode = fields.RequireScalar("amplitude", "amplitude: 300/s");
        YamlScalar? periodNode = fields.RequireScalar("period", "period: 24h");
        double? mean = _quantity.Rate(fields.RequireScalar("mean", "mean: 400/s"));
        double? amplitude = _quantity.Rate(amplitudeNode);
        double? period = _quantity.Duration(periodNode, positive: true);
        double? peak = _quantity.Duration(fields.Scalar("peak_at"));
        fields.RejectOthers(OtherWords.OfSines);
        if (amplitude > mean)
        {
            fields.Report("CAP100", amplitudeNode!.At, "the amplitude is above the mean: the rate would be negative",
                string.Create(CultureInfo.InvariantCulture, $"write {mean:0.###}/s or less"));
        }

        if (length / period > PeriodsMax)
        {
            fields.Report("CAP100", periodNode!.At, $"the stage has more than {PeriodsMax} periods",
                "write a longer period; for quick changes use 'spacing: { bursty: … }'");
        }

        return mean is { } around && amplitude is { } swing && period is { } every
            ? new LoadStage.Sine(name, around, swing, every, peak ?? (every / 4), length ?? 1)
            : null;
    }

    /// <summary>Reads <c>steps: [100/s, 200/s]</c> or <c>steps: { from: 100/s, by: 50/s, times: 5 }</c>.</summary>
    /// <returns>Null, with a diagnostic added, for what is no such stage.</returns>
    public LoadStage.Stairs? Stairs(string name, YamlNode node, YamlScalar? over, double? length)
    {
        List<double> rates = node is YamlList list ? Listed(list) : Counted(node);
        double? change = _quantity.Duration(over);
        if (rates.Count > 0 && change > length / rates.Count)
        {
            diagnostics.Add(new Diagnostic("CAP101", over!.At,
                $"each change ('over', {over.Text}) takes longer than its step",
                string.Create(CultureInfo.InvariantCulture,
                    $"the {rates.Count} steps last {length / rates.Count:0.###} s each; write that or less")));
        }

        return rates.Count == 0 ? null : new LoadStage.Stairs(name, rates, change ?? 0, length ?? 1);
    }

    /// <summary>Reads <c>spike: 2000/s</c>.</summary>
    /// <returns>Null, with a diagnostic added, for what is no such stage.</returns>
    public LoadStage.Spike? Spike(string name, YamlScalar node, YamlScalar? over, double? length)
    {
        double? rate = _quantity.Rate(node);
        double? rise = _quantity.Duration(over);
        if (2 * rise > length)
        {
            diagnostics.Add(new Diagnostic("CAP102", over!.At,
                $"rise and fall ('over', {over.Text}, twice) are longer than the stage",
                "write at most half the length of the stage; without 'over' the rate jumps"));
        }

        return rate is { } top ? new LoadStage.Spike(name, top, rise ?? 0, length ?? 1) : null;
    }

    private List<double> Listed(YamlList list)
    {
        var rates = new List<double>();
        foreach (YamlNode item in list.Items)
        {
            if (item is not YamlScalar scalar)
            {
                diagnostics.Add(new Diagnostic("CAP012", item.At, $"a step must be a rate, but this is {item.Kind}",
                    "write for example steps: [100/s, 200/s, 300/s]"));
            }
            else if (_quantity.Rate(scalar) is { } rate)
            {
                rates.Add(rate);
            }
        }

        if (list.Items.Count is 0 or > StepsMax)
        {
            diagnostics.Add(new Diagnostic("CAP101", list.At with { Length = 1 },
                $"a stage has 1 to {StepsMax} steps, not {list.Items.Count}", "write for example [100/s, 200/s]"));
        }

        return rates;
    }

    private List<double> Counted(YamlNode node)
    {
        int before = diagnostics.Count;
        var fields = new YamlFields(node, "the steps", diagnostics);
        double? from = _quantity.Rate(fields.RequireScalar("from", "from: 100/s"));
        double? by = _quantity.Rate(fields.RequireScalar("by", "by: 50/s"));
        YamlScalar? timesNode = fields.RequireScalar("times", "times: 5");
        int? times = _quantity.Count(timesNode, "steps", 1, StepsMax);
        fields.RejectOthers(OtherWords.OfSteps);
        if (diagnostics.Count != before || from is not { } first || by is not { } more || times is not { } count)
        {
            return [];
        }

        if (first + (more * (count - 1)) > Quantity.RateMax)
        {
            fields.Report("CAP101", timesNode!.At, "the last of these steps is too high for a rate",
                "fewer steps, or a smaller 'by'");
        }

        return [.. Enumerable.Range(0, count).Select(i => first + (i * more))];
    }
}
