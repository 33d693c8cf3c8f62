using System.Diagnostics;
using System.Globalization;
using Capacity.Model;

namespace Capacity.Sim.WhatIf;

/// <summary>Laws whose every duration is longer or shorter by a factor.</summary>
public static class ScaledLaw
{
    private const double UsualTail = 0.95;

    /// <summary>The law of the durations times a factor.</summary>
    /// <param name="law">Any law.</param>
    /// <param name="factor">&gt; 0.</param>
    public static ServiceLaw Of(ServiceLaw law, double factor) => law switch
    {
        ServiceLaw.Constant c => new ServiceLaw.Constant(c.Seconds * factor),
        ServiceLaw.Uniform u => new ServiceLaw.Uniform(u.FromSeconds * factor, u.ToSeconds * factor),
        ServiceLaw.Exponential e => new ServiceLaw.Exponential(e.Mean * factor),
        ServiceLaw.Lognormal l => l with { Median = l.Median * factor },
        ServiceLaw.Gamma g => g with { Mean = g.Mean * factor },
        ServiceLaw.Pareto p => p with { Min = p.Min * factor },
        ServiceLaw.Hyperexponential h => h with { Mean = h.Mean * factor },
        ServiceLaw.Empirical m => new ServiceLaw.Empirical([.. m.Points.Select(p => (p.Share, p.Seconds * factor))]),
        _ => throw new UnreachableException($"No rule for {law.GetType().Name}."),
    };

    /// <summary>The law as a scenario writes it.</summary>
    public static string Yaml(ServiceLaw law) => law switch
    {
        ServiceLaw.Constant c => Time(c.Seconds),
        ServiceLaw.Uniform u => $"{{ uniform: [{Time(u.FromSeconds)}, {Time(u.ToSeconds)}] }}",
        ServiceLaw.Exponential e => $"{{ exponential: {Time(e.Mean)} }}",
        ServiceLaw.Lognormal l => $"{{ p50: {Time(l.Median)}, p95: {Time(l.Quantile(UsualTail))} }}",
        ServiceLaw.Gamma g => $"{{ gamma: {{ mean: {Time(g.Mean)}, cv: {Number(g.Cv)} }} }}",
        ServiceLaw.Pareto p => $"{{ pareto: {{ min: {Time(p.Min)}, shape: {Number(p.Shape)} }} }}",
        ServiceLaw.Hyperexponential h =>
            $"{{ hyperexponential: {{ mean: {Time(h.Mean)}, cv: {Number(h.Cv)} }} }}",
        ServiceLaw.Empirical m => "{ quantiles: { "
            + string.Join(", ", m.Points.Select(p => $"{Number(p.Share * 100)}%: {Time(p.Seconds)}")) + " } }",
        _ => throw new UnreachableException($"No rule for {law.GetType().Name}."),
    };

    private static string Time(double seconds) => KnobText.Precise(seconds);

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
