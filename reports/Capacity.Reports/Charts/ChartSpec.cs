namespace Capacity.Reports;

/// <summary>What the page's script draws: one panel over time. Serialised with camel-case names.</summary>
internal sealed record ChartSpec
{
    /// <summary>Equals <c>data-chart</c> of the panel that it is drawn into.</summary>
    public required string Id { get; init; }

    /// <summary>For screen readers and exports.</summary>
    public required string Title { get; init; }

    /// <summary>Behind each value in the read-out; may be empty.</summary>
    public string Unit { get; init; } = "";

    /// <summary>How values are written: duration, count or percent.</summary>
    public required string Format { get; init; }

    /// <summary>Height of the plot, CSS pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Length of the time axis, seconds.</summary>
    public required double Duration { get; init; }

    /// <summary>Seconds between values.</summary>
    public required double Step { get; init; }

    /// <summary>Lower end of the value axis; null leaves it to the script.</summary>
    public double? Min { get; init; }

    /// <summary>Upper end of the value axis; null leaves it to the script.</summary>
    public double? Max { get; init; }

    /// <summary>Distance of the value axis' ticks; null leaves it to the script.</summary>
    public double? Interval { get; init; }

    /// <summary>Whether the value axis is logarithmic; needs <see cref="Min"/> and <see cref="Max"/>.</summary>
    public bool Log { get; init; }

    /// <summary>Whether the time axis has labels.</summary>
    public bool TimeLabels { get; init; }

    /// <summary>Lines and bands.</summary>
    public required IReadOnlyList<ChartSeries> Series { get; init; }

    /// <summary>Limits, drawn across.</summary>
    public IReadOnlyList<ChartLimit> Limits { get; init; } = [];

    /// <summary>Shaded stretches of time.</summary>
    public IReadOnlyList<ChartArea> Areas { get; init; } = [];
}

/// <summary>A line, with a band around it when both ends are given.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Color">Name of a CSS variable without its dashes.</param>
/// <param name="Kind">line or step.</param>
/// <param name="Values">One per step; NaN leaves a gap.</param>
internal sealed record ChartSeries(string Name, string Color, string Kind, IReadOnlyList<double> Values)
{
    /// <summary>Name in the read-out when it differs.</summary>
    public string? Tip { get; init; }

    /// <summary>Lower end of the band.</summary>
    public IReadOnlyList<double>? Low { get; init; }

    /// <summary>Upper end of the band.</summary>
    public IReadOnlyList<double>? High { get; init; }

    /// <summary>Whether the line is dashed.</summary>
    public bool Dash { get; init; }

    /// <summary>Whether the area below is tinted.</summary>
    public bool Fill { get; init; }

    /// <summary>Width of the line, CSS pixels.</summary>
    public double? Width { get; init; }
}

/// <summary>A limit.</summary>
/// <param name="Value">On the value axis.</param>
/// <param name="Label">What it says.</param>
internal sealed record ChartLimit(double Value, string Label);

/// <summary>A stretch of time above the limit.</summary>
/// <param name="From">Seconds.</param>
/// <param name="To">Seconds.</param>
internal sealed record ChartArea(double From, double To);

/// <summary>All that the page's script reads.</summary>
/// <param name="File">Name for exported files, without an extension.</param>
/// <param name="Charts">All panels.</param>
internal sealed record ChartPage(string File, IReadOnlyList<ChartSpec> Charts);
