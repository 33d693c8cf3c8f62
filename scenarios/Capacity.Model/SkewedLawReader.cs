namespace Capacity.Model;

/// <summary>Reads the laws of a duration that have two named parameters.</summary>
internal readonly struct SkewedLawReader
{
    private readonly YamlNode? _gamma;
    private readonly YamlNode? _pareto;
    private readonly YamlNode? _hyperexponential;
    private readonly List<Diagnostic> _diagnostics;

    private SkewedLawReader(YamlFields fields, List<Diagnostic> diagnostics)
    {
        _gamma = fields.Take("gamma");
        _pareto = fields.Take("pareto");
        _hyperexponential = fields.Take("hyperexponential");
        _diagnostics = diagnostics;
    }

    /// <summary>How many of these laws are named.</summary>
    public int Count =>
        (_gamma is null ? 0 : 1) + (_pareto is null ? 0 : 1) + (_hyperexponential is null ? 0 : 1);

    /// <summary>Takes the keys of these laws.</summary>
    public static SkewedLawReader Take(YamlFields fields, List<Diagnostic> diagnostics) => new(fields, diagnostics);

    /// <summary>Reads the one that is named.</summary>
    /// <returns>Null, with a diagnostic added, when a parameter is missing or out of its range.</returns>
    public ServiceLaw? Read() => this switch
    {
        { _gamma: { } node } when Two(node, "mean", "cv", 0.01) is var (mean, cv) => new ServiceLaw.Gamma(mean, cv),
        { _pareto: { } node } when Two(node, "min", "shape", 1.01) is var (min, shape) =>
            new ServiceLaw.Pareto(min, shape),
        { _hyperexponential: { } node } when Two(node, "mean", "cv", 1) is var (mean, cv) =>
            new ServiceLaw.Hyperexponential(mean, cv),
        _ => null,
    };

    private (double Duration, double Number)? Two(YamlNode node, string duration, string number, double least)
    {
        var quantity = new Quantity(_diagnostics);
        var fields = new YamlFields(node, "the law", _diagnostics);
        YamlScalar? seconds = fields.RequireScalar(duration, $"{duration}: 20ms");
        YamlScalar? factor = fields.RequireScalar(number, $"{number}: 2");
        fields.RejectOthers();
        double? first = quantity.Duration(seconds, positive: true);
        double? second = quantity.Amount(factor, $"'{number}'", [""], least, 100);
        return first is { } f && second is { } s ? (f, s) : null;
    }
}
