using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Whether a policy keeps the objectives with the wanted probability.</summary>
public enum TuneAnswer
{
    /// <summary>Beyond chance it does.</summary>
    Passes,

    /// <summary>Beyond chance it does not.</summary>
    Fails,

    /// <summary>The launches do not say.</summary>
    Unknown,
}

/// <summary>One simulated policy as a point of the chart.</summary>
/// <param name="Cost">Mean replica-hours.</param>
/// <param name="Bad">Mean seconds above the limits.</param>
/// <param name="Passed">Launches that kept every objective.</param>
/// <param name="Launches">Launches simulated.</param>
/// <param name="OnFront">Whether no other is better in both.</param>
/// <param name="Changes">What differs from the policy as it is; only for those on the front.</param>
public sealed record TunePoint(
    double Cost, double Bad, int Passed, int Launches, bool OnFront, IReadOnlyList<string> Changes);

/// <summary>An edit of one of the user's files.</summary>
/// <param name="Title">For example <c>com.df.scaleMax 5 → 8</c>.</param>
/// <param name="File">stack, prometheus, alertmanager, scaler or scenario.</param>
/// <param name="Snippet">The lines as the file has them.</param>
/// <param name="Detail">Where they belong.</param>
public sealed record TuneEdit(string Title, string File, string Snippet, string Detail);

/// <summary>A share of launches when the model is wrong.</summary>
/// <param name="Name">In which way.</param>
/// <param name="Passed">Launches that kept every objective.</param>
/// <param name="Total">Launches simulated.</param>
public sealed record TuneDoubt(string Name, int Passed, int Total);

/// <summary>A policy that is worth looking at, on launches that the search did not use.</summary>
public sealed record TuneSuggestion
{
    /// <summary>now, cheapest, knee or sturdy.</summary>
    public required string Role { get; init; }

    /// <summary>Who scales: step, hpa, target or schedule.</summary>
    public required string Policy { get; init; }

    /// <summary>Mean replica-hours.</summary>
    public required double Cost { get; init; }

    /// <summary>Mean seconds above the limits.</summary>
    public required double Bad { get; init; }

    /// <summary>Mean changes of the replicas.</summary>
    public required double Actions { get; init; }

    /// <summary>Fresh launches that kept every objective.</summary>
    public required int Passed { get; init; }

    /// <summary>Fresh launches.</summary>
    public required int Total { get; init; }

    /// <summary>Whether that is enough.</summary>
    public required TuneAnswer Answer { get; init; }

    /// <summary>The edits that deploy it, file by file; none for the policy as it is.</summary>
    public IReadOnlyList<TuneEdit> Edits { get; init; } = [];

    /// <summary>Shares when the model is wrong; may be empty.</summary>
    public IReadOnlyList<TuneDoubt> Doubts { get; init; } = [];

    /// <summary>Whether the report is about several policies, so that the title says which.</summary>
    public bool NamesPolicy { get; init; }

    /// <summary>What it is, for people.</summary>
    public string Title => NamesPolicy ? $"{Policy}: {char.ToLowerInvariant(Name[0])}{Name[1..]}" : Name;

    private string Name => Role switch
    {
        "now" => "As it is",
        "cheapest" => Answer == TuneAnswer.Passes ? "Cheapest that passes" : "Passes most often",
        "knee" => "Knee: more money begins to help less",
        "sturdy" => "Cheapest that a wrong model does not break",
        _ => Role,
    };

    /// <summary>The 95 % Wilson interval around Passed / Total.</summary>
    public (double Low, double High) Interval => Wilson.Interval(Passed, Total);
}

/// <summary>One knob around the suggestion.</summary>
/// <param name="Id">As <c>--knob</c> takes it.</param>
/// <param name="Name">For people.</param>
/// <param name="Place">What it is in the user's files.</param>
/// <param name="Unit">How its values are written: count, seconds or share.</param>
/// <param name="Configured">Its value now.</param>
/// <param name="Suggested">Its value in the suggestion; NaN without one.</param>
/// <param name="SafeLow">Lowest value tried down to which the objectives held; NaN when not tried.</param>
/// <param name="SafeHigh">Highest likewise.</param>
/// <param name="CostRange">Largest difference of the replica-hours by it.</param>
/// <param name="BadRange">Largest difference of the bad seconds by it.</param>
public sealed record TuneKnob(
    string Id, string Name, string Place, string Unit, double Configured, double Suggested, double SafeLow,
    double SafeHigh, double CostRange, double BadRange)
{
    /// <summary>A value of it for people.</summary>
    public string Text(double value) => !double.IsFinite(value) ? "–"
        : Unit == "share" ? NumberText.Percent(value)
        : Unit == "seconds" ? NumberText.Length(value)
        : NumberText.Count(value);

    /// <summary>Its safe range for people.</summary>
    public string SafeText => NumberText.Range(Text(SafeLow), Text(SafeHigh));
}

/// <summary>What a search of the policies found.</summary>
public sealed record TuneReport
{
    /// <summary>What was asked.</summary>
    public required Scenario Scenario { get; init; }

    /// <summary>Version of Capacity.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>Seed of the search; the fresh launches' seed follows from it.</summary>
    public required ulong Seed { get; init; }

    /// <summary>cheapest or knee.</summary>
    public required string Goal { get; init; }

    /// <summary>Share of launches that must keep every objective.</summary>
    public required double Probability { get; init; }

    /// <summary>Where the service times come from, a sentence.</summary>
    public required string Calibration { get; init; }

    /// <summary>Whether they were measured.</summary>
    public required bool Calibrated { get; init; }

    /// <summary>Whether anything passes.</summary>
    public required TuneAnswer Answer { get; init; }

    /// <summary>The policy as it is first, then what was found.</summary>
    public required IReadOnlyList<TuneSuggestion> Suggestions { get; init; }

    /// <summary>What was searched, the knob that matters most first.</summary>
    public required IReadOnlyList<TuneKnob> Knobs { get; init; }

    /// <summary>Every simulated policy.</summary>
    public required IReadOnlyList<TunePoint> Points { get; init; }

    /// <summary>Policies of the search.</summary>
    public required int Searched { get; init; }

    /// <summary>Policies ruled out without a launch.</summary>
    public required int RuledOut { get; init; }

    /// <summary>Launches simulated in all.</summary>
    public required int Launches { get; init; }

    /// <summary>Requests simulated in all.</summary>
    public required long Requests { get; init; }

    /// <summary>Whether it was stopped before its end.</summary>
    public required bool Partial { get; init; }

    /// <summary>The command that gives it again.</summary>
    public required string Command { get; init; }

    /// <summary>The policy as it is.</summary>
    public TuneSuggestion Now => Suggestions[0];

    /// <summary>The one that the goal asks for; null when stopped before there was one.</summary>
    public TuneSuggestion? Suggested => Suggestions.FirstOrDefault(s => s.Role == Goal);

    /// <summary>The answer in a sentence.</summary>
    public string Headline => (Answer, Suggested) switch
    {
        _ when Partial => "Stopped early: the best so far, not tested on fresh launches",
        (TuneAnswer.Passes, { Answer: TuneAnswer.Passes, Edits.Count: 0 }) => "The policy as it is cannot be bettered",
        (TuneAnswer.Passes, { Answer: TuneAnswer.Passes } s) when Now.Answer == TuneAnswer.Passes =>
            $"A policy that passes costs {NumberText.SignedPercent((s.Cost / Now.Cost) - 1)} compared with now",
        (TuneAnswer.Passes, { Answer: TuneAnswer.Passes } s) =>
            $"{NumberText.Count(s.Edits.Count)} {(s.Edits.Count == 1 ? "edit makes" : "edits make")} the launch pass, "
            + $"at {NumberText.SignedPercent((s.Cost / Now.Cost) - 1)} replica-hours",
        (TuneAnswer.Passes, _) => "The suggestion does not pass, another policy does",
        (TuneAnswer.Fails, _) => "No policy was found that passes",
        _ => "The launches are too few to say whether any policy passes",
    };
}
