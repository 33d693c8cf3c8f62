using Capacity.Cli.Checking;
using Capacity.Reports;
using Capacity.Sim.Tuning;
using Capacity.Sim.WhatIf;

namespace Capacity.Cli.Tuning;

/// <summary>What the search found → what the report shows.</summary>
internal static class TuneMapping
{
    /// <summary>The report of one search, with the suggestions of searches of other policies beside its own.</summary>
    /// <param name="searches">At least one; the first is reported in full.</param>
    /// <param name="loaded">What was asked.</param>
    public static TuneReport Report(
        IReadOnlyList<(TuningOutcome Found, TunePlan Plan)> searches, LoadedScenario loaded)
    {
        TuneReport first = Report(searches[0].Found, searches[0].Plan, loaded);
        if (searches.Count == 1)
        {
            return first;
        }

        IEnumerable<TuneSuggestion> others = searches.Skip(1)
            .Select(s => (s.Found, s.Plan, Suggested: s.Found.Suggested(s.Plan.Settings.Goal)))
            .Where(s => s.Suggested is not null)
            .Select(s => Suggestion(first.Goal, s.Suggested!, s.Found, s.Plan));
        return first with
        {
            Suggestions = [.. first.Suggestions.Concat(others).Select(s => s with { NamesPolicy = true })],
            Searched = searches.Sum(s => s.Found.Searched),
            RuledOut = searches.Sum(s => s.Found.RuledOut),
            Launches = searches.Sum(s => s.Found.Launches),
            Requests = searches.Sum(s => s.Found.Requests),
            Partial = searches.Any(s => s.Found.Partial),
        };
    }

    /// <summary>The report of one search.</summary>
    private static TuneReport Report(TuningOutcome found, TunePlan plan, LoadedScenario loaded)
    {
        TuningGoal goal = plan.Settings.Goal;
        VerifiedPolicy? suggested = found.Suggested(goal);
        var front = found.Front.Select(p => p.Number).ToHashSet();
        return new TuneReport
        {
            Scenario = loaded.Scenario,
            ToolVersion = CapacityProgram.Version,
            Seed = plan.Settings.Seed,
            Goal = goal == TuningGoal.Knee ? "knee" : "cheapest",
            Probability = plan.Settings.Probability,
            Calibration = plan.Calibration,
            Calibrated = plan.Calibrated,
            Answer = Answer(found.Answer(plan.Settings.Probability)),
            Suggestions =
            [
                .. new[]
                {
                    ("now", found.Configured), ("cheapest", found.Cheapest), ("knee", found.Knee),
                    ("sturdy", found.Sturdy),
                }.Where(s => s.Item2 is not null).Select(s => Suggestion(s.Item1, s.Item2!, found, plan)),
            ],
            Knobs = [.. Knobs(found, suggested).OrderByDescending(k => Weight(k, found.Configured))],
            Points =
            [
                .. found.Tried.Where(p => p.Scores.Count > 0).Select(p => new TunePoint(p.Cost, p.Bad, p.Passed,
                    p.Scores.Count, front.Contains(p.Number),
                    front.Contains(p.Number) ? [.. found.Space.Case(p.Stops).Changes.Select(c => c.Title)] : [])),
            ],
            Searched = found.Searched,
            RuledOut = found.RuledOut,
            Launches = found.Launches,
            Requests = found.Requests,
            Partial = found.Partial,
            Command = plan.Command,
        };
    }

    private static TuneSuggestion Suggestion(
        string role, VerifiedPolicy verified, TuningOutcome found, TunePlan plan) => new()
        {
            Role = role,
            Policy = plan.Policy,
            Cost = verified.Cost,
            Bad = verified.Bad,
            Actions = verified.Actions,
            Passed = verified.Passed,
            Total = verified.Fresh.Count,
            Answer = Answer(verified.Answer(plan.Settings.Probability)),
            Edits =
            [
                .. found.Space.Case(verified.Policy.Stops).Changes
                    .Select(c => new TuneEdit(c.Title, c.File, c.Snippet, c.Detail)),
            ],
            Doubts = [.. verified.Perturbed.Select(p => new TuneDoubt(p.Name, p.Passed, p.Total))],
        };

    private static IEnumerable<TuneKnob> Knobs(TuningOutcome found, VerifiedPolicy? suggested)
    {
        for (int k = 0; k < found.Space.Knobs.Count; k++)
        {
            Knob knob = found.Space.Knobs[k];
            KnobEffect? effect = k < found.Effects.Count ? found.Effects[k] : null;
            string group = knob.Group.StartsWith("Rules: ", StringComparison.Ordinal) ? $"{knob.Group[7..]}: " : "";
            yield return new TuneKnob(knob.Id, group + knob.Name, knob.Place,
                knob.Unit switch { KnobUnit.Seconds => "seconds", KnobUnit.Share => "share", _ => "count" },
                knob.Value,
                suggested is null ? double.NaN : knob.Stops[suggested.Policy.Stops[k]],
                effect is null ? double.NaN : knob.Stops[effect.SafeLow],
                effect is null ? double.NaN : knob.Stops[effect.SafeHigh],
                effect?.CostRange ?? double.NaN, effect?.BadRange ?? double.NaN);
        }
    }

    /// <summary>Cost and bad seconds on one scale: shares of what the policy has now.</summary>
    private static double Weight(TuneKnob knob, VerifiedPolicy now) => double.IsNaN(knob.CostRange) ? 0
        : (knob.CostRange / Math.Max(1e-9, now.Cost)) + (knob.BadRange / Math.Max(60, now.Bad));

    private static TuneAnswer Answer(TuningAnswer answer) => answer switch
    {
        TuningAnswer.Passes => TuneAnswer.Passes,
        TuningAnswer.Fails => TuneAnswer.Fails,
        _ => TuneAnswer.Unknown,
    };
}
