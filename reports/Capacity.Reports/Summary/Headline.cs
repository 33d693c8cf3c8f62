using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The answer in plain words, composed from the figures; every form of the report begins with it.</summary>
internal static class Headline
{
    /// <summary>The verdict's word.</summary>
    public static string Word(VerdictKind kind) => kind switch
    {
        VerdictKind.Go => "GO",
        VerdictKind.GoWithConditions => "GO WITH CONDITIONS",
        VerdictKind.NoGo => "NO-GO",
        _ => "NOT ENOUGH EVIDENCE",
    };

    /// <summary>One sentence without a full stop: what to expect.</summary>
    public static string Sentence(ReportFigures figures)
    {
        Verdict verdict = figures.Report.Verdict;
        return verdict.Kind switch
        {
            VerdictKind.Go => $"Every objective holds in {Launches(verdict)}",
            VerdictKind.GoWithConditions =>
                $"Every objective holds in {Launches(verdict)}, and {Conditions(verdict)}",
            VerdictKind.NoGo => Expectation(figures),
            _ when figures.Report.Measured is null =>
                "Nothing has been rehearsed, and a simulation alone is no evidence",
            _ when figures.Report.Comparison is { Doubts.Count: > 0 } =>
                "The model does not fit the rehearsal well enough to answer",
            _ when verdict.Low < Verdict.Target =>
                $"It may hold: {Launches(verdict)} {Meet(verdict)} every objective, too few to be sure",
            _ => "There is not enough evidence for an answer",
        };
    }

    /// <summary>Whole sentences: how it comes about and how sure it is.</summary>
    public static string Detail(ReportFigures figures)
    {
        Verdict verdict = figures.Report.Verdict;
        var sentences = new List<string>();
        double peak = figures.Report.Launches.Offered.Median.Where(v => !double.IsNaN(v)).DefaultIfEmpty(0).Max();
        if (peak > 0)
        {
            sentences.Add($"Traffic peaks at {NumberText.Count(peak)} requests/s.");
        }

        if (FirstScaleUp(figures.Report.Launches.Middle) is { } action)
        {
            sentences.Add($"{action.Alert} asks for more replicas at {NumberText.Clock(action.At)} of the middle launch"
                + (double.IsNaN(action.Chain.InRotation)
                    ? "."
                    : $"; they serve requests {NumberText.Length(action.Chain.InRotation - action.At)} later."));
        }

        if (figures.Latency is { } latency && latency.Value.High > 0)
        {
            string until = latency.Value.Median > 0 ? "climbs to" : "may reach";
            double worst = latency.Value.Median > 0 ? latency.Worst.Median : latency.Worst.High;
            sentences.Add($"{latency.Title} {until} {DurationText.Format(worst)}, and its limit is "
                + $"{DurationText.Format(latency.Objective.Limit)}.");
        }

        if (verdict.Kind is not (VerdictKind.Go or VerdictKind.GoWithConditions))
        {
            string only = verdict.Passed * 2 < verdict.Total ? "Only " : "";
            sentences.Add(verdict.Passed == 0
                ? $"None of {verdict.Total} simulated launches meets every objective."
                : $"{only}{Launches(verdict)} {Meet(verdict)} every objective.");
        }

        return string.Join(' ', sentences);
    }

    /// <summary>The smallest change that makes it a go, or how near the best one comes; empty without
    /// changes.</summary>
    public static (string Title, string Detail) Fix(ReportFigures figures)
    {
        if (figures.Report.Changes.Count == 0 || figures.Report.Verdict.Kind == VerdictKind.Go)
        {
            return ("", "");
        }

        ChangeOutcome change = figures.Fix ?? figures.Report.Changes.MaxBy(c => ReportFigures.ShareOf(c.Launches))!;
        string cost = $"cost {NumberText.SignedPercent(figures.ExtraCost(change))}";
        string passed = $"{change.Launches.Passed} of {change.Launches.Launches.Count} launches pass, {cost}.";
        return figures.Fix is null
            ? ($"No change that was tried is enough; the best is: {change.Title}", passed)
            : ($"{(IsSure(change) ? "Smallest change that makes it a go" : "Smallest change that helps enough here")}: "
                + change.Title, passed + (IsSure(change) ? "" : " More launches are needed to be sure."));
    }

    /// <summary>Whether a change passes in at least 95 % of launches beyond chance.</summary>
    private static bool IsSure(ChangeOutcome change) =>
        Wilson.Interval(change.Launches.Passed, change.Launches.Launches.Count).Low >= Verdict.Target;

    /// <summary>What gives way first when everything holds; empty without objectives.</summary>
    public static string FirstToBreak(ReportFigures figures)
    {
        ObjectiveSummary? first = figures.Objectives
            .Where(o => o.ShownLimit > 0).MaxBy(o => o.Shown.High / o.ShownLimit);
        if (first is null)
        {
            return "";
        }

        string use = first.CountsSeconds ? "above its limit for" : "at";
        string limit = first.CountsSeconds ? $"{NumberText.Length(first.ShownLimit)} are allowed"
            : $"the limit is {first.Measure(first.Objective.Limit)}";
        return $"First thing to break: {first.Title}. In the worst 5 % of launches it is "
            + $"{use} {first.ShownText(first.Shown.High)}; {limit} "
            + $"({NumberText.Percent(first.Shown.High / first.ShownLimit)} used).";
    }

    /// <summary>The first scale-up of a run that an alert or a policy asked for; null when there is none.</summary>
    public static ScaleAction? FirstScaleUp(RunResult run) => run.ScaleActions.FirstOrDefault(a => a.To > a.From);

    /// <summary>For example <c>1 of 100 simulated launches</c>.</summary>
    public static string Launches(Verdict verdict) =>
        $"{verdict.Passed} of {verdict.Total} simulated {(verdict.Total == 1 ? "launch" : "launches")}";

    private static string Conditions(Verdict verdict) => verdict.Conditions.Count == 1
        ? "one thing is to be done before"
        : $"{verdict.Conditions.Count} things are to be done before";

    private static string Meet(Verdict verdict) => verdict.Passed == 1 ? "meets" : "meet";

    private static string Expectation(ReportFigures figures)
    {
        if (figures.Latency is { State: not ObjectiveState.Met } latency
            && latency.Value.Median > latency.Objective.Except)
        {
            return $"Expect {NumberText.About(latency.Value.Median)} of slow requests{Where(figures.Breaches)}";
        }

        return figures.Weakest switch
        {
            { State: not ObjectiveState.Met, Objective.Metric: ObjectiveMetric.Errors } o =>
                $"Expect {o.Measure(o.Value.Median)} of requests to fail; {o.Measure(o.Objective.Limit)} may",
            { State: not ObjectiveState.Met, Objective.Metric: ObjectiveMetric.Replicas } o =>
                $"Expect {o.Measure(o.Value.Median)}; {NumberText.Count(o.Objective.Limit)} are allowed",
            { State: not ObjectiveState.Met, Objective.Metric: ObjectiveMetric.Cost } o =>
                $"Expect a cost of {o.Measure(o.Value.Median)}; {NumberText.Count(o.Objective.Limit)} are allowed",
            _ => $"Expect a broken objective: {Launches(figures.Report.Verdict)} "
                + $"{Meet(figures.Report.Verdict)} all of them",
        };
    }

    private static string Where(IReadOnlyList<Breach> breaches)
    {
        string[] phases = [.. breaches.Select(b => b.Phase).Where(p => p.Length > 0).Distinct(StringComparer.Ordinal)];
        return phases.Length switch
        {
            0 => "",
            1 when breaches.All(b => b.Phase == phases[0]) => $", in the phase “{phases[0]}”",
            1 => $", first in “{phases[0]}”",
            2 => $", first in “{phases[0]}”, again in “{phases[1]}”",
            _ => $", first in “{phases[0]}”, then in “{phases[1]}” and later",
        };
    }
}
