using System.Globalization;

namespace Capacity.Cli.Limits;

/// <summary>What real probes and a fitted model come to.</summary>
/// <param name="Limit">The answer.</param>
/// <param name="Measured">What the probes say alone; null when they are too few for more than bounds.</param>
/// <param name="Doubt">Why that is not evidence enough; null when it is.</param>
internal sealed record LiveJudgement(RateLimit Limit, RateLimit? Measured, string? Doubt)
{
    private const double BusyShareMax = 1 / 3.0;
    private const double ModelError = 0.02; // a queue with workers is never quite what the service is
    private const double Uncorrected = 0.05; // how much short probes may be off when no model says so

    /// <summary>Judges.</summary>
    /// <param name="live">What was probed.</param>
    /// <param name="model">The fitted model's limit; null when there is none.</param>
    /// <param name="fit">The fitted model.</param>
    /// <param name="plan">Length of a probe and threads.</param>
    public static LiveJudgement Of(LiveLimit live, RateLimit? model, SimulatedLimit fit, LimitPlan plan)
    {
        string? doubt = live.BusyProbes > live.Probes.Count * BusyShareMax
            ? string.Create(CultureInfo.InvariantCulture, $"the load generator was late in {live.BusyProbes} of "
                + $"{live.Probes.Count} probes; use a less busy machine, or more time (--budget)") : null;
        LimitEstimate? probes = double.IsNaN(live.Middle) ? null : LimitEstimate.Of(live.Probes, live.Middle);
        if (probes is null)
        {
            RateBracket bracket = live.Bracket;
            double rate = bracket.Good <= 0 ? double.NaN
                : double.IsInfinity(bracket.Bad) ? bracket.Good : Math.Sqrt(bracket.Good * bracket.Bad);
            return new LiveJudgement(new RateLimit(rate, bracket.Good, bracket.Bad), null, doubt);
        }

        LimitEstimate corrected = probes with { Error = Math.Sqrt(Square(probes.Error) + Square(Uncorrected)) };
        if (model is not null
            && fit.OfShortProbes([.. LimitEstimate.Near(live.Probes, live.Middle).Select(p => p.Rate)],
                plan.ProbeSeconds, model.Rate, plan.Threads) is { } known)
        {
            corrected = probes with
            {
                LogRate = probes.LogRate - known.Bias,
                Error = Math.Max(probes.Error, known.Spread),
            };
        }

        LimitEstimate? byModel = model is null ? null : new LimitEstimate(Math.Log(model.Rate), Math.Sqrt(
            Square(ModelError) + Square((model.High - model.Low) / model.Rate / 4)
            + (1.0 / Math.Max(1, live.GoodRuns.Sum(r => r.Kinds.Sum(k => k.Service.Count))))), int.MaxValue);
        return new LiveJudgement(LimitEstimate.Together(corrected, byModel),
            byModel is null ? null : corrected.ToLimit(), doubt);
    }

    private static double Square(double value) => value * value;
}
