namespace Capacity.Model;

/// <summary>What only a scenario script has: whole iterations, statuses that are words, thresholds, metrics.</summary>
/// <param name="Scenarios">Whole iterations, scenario by scenario; the run's kinds are the steps.</param>
/// <param name="Steps">Statuses and bytes of scenarios and steps.</param>
/// <param name="Thresholds">How the thresholds did.</param>
/// <param name="Metrics">The script's own metrics at the end.</param>
public sealed record ScriptDetails(
    IReadOnlyList<KindResult> Scenarios, IReadOnlyList<StepDetails> Steps, IReadOnlyList<ThresholdOutcome> Thresholds,
    IReadOnlyList<MetricReading> Metrics);

/// <summary>Statuses and bytes of a step, or of a scenario's iterations.</summary>
/// <param name="Name">Name of the kind.</param>
/// <param name="Bytes">Bytes moved by all of them.</param>
/// <param name="BytesMax">Bytes of the largest.</param>
/// <param name="Outcomes">Counts by status.</param>
public sealed record StepDetails(string Name, long Bytes, long BytesMax, IReadOnlyList<OutcomeCount> Outcomes);

/// <summary>How often a status came.</summary>
/// <param name="Status">As the script said: usually the HTTP status; may be empty.</param>
/// <param name="IsError">Whether it counts as failed.</param>
/// <param name="Message">Message of the first of them; may be empty.</param>
/// <param name="Count">≥ 1.</param>
public sealed record OutcomeCount(string Status, bool IsError, string Message, long Count);

/// <summary>How a script's threshold did.</summary>
/// <param name="Scenario">Name of the scenario; empty for a metric's.</param>
/// <param name="Check">The condition as the script writes it.</param>
/// <param name="Failed">Whether it did not hold in the end, or had ended the run before.</param>
/// <param name="FailedChecks">How often it did not hold during the run.</param>
/// <param name="Problem">The exception of the condition itself; may be empty.</param>
/// <param name="Step">Name of the step; null for the whole scenario.</param>
public sealed record ThresholdOutcome(
    string Scenario, string Check, bool Failed, int FailedChecks, string Problem, string? Step = null);

/// <summary>The value of a script's own metric.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>counter</c> or <c>gauge</c>.</param>
/// <param name="Unit">Its unit; may be empty.</param>
/// <param name="Value">At the end of the run.</param>
public sealed record MetricReading(string Name, string Kind, string Unit, double Value);
