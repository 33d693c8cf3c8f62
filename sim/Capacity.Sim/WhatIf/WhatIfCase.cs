using Capacity.Control;
using Capacity.Model;
using Capacity.Sim.Tuning;

namespace Capacity.Sim.WhatIf;

/// <summary>A scenario and its control loop with some knobs turned, and the edits that would make it real.</summary>
/// <param name="Scenario">What is asked, with the service as it would be.</param>
/// <param name="Loop">The control loop as it would be.</param>
public sealed record WhatIfCase(Scenario Scenario, LoopSettings Loop)
{
    /// <summary>Edits of the stack, Prometheus, Alertmanager and the scaler; one per setting that differs.</summary>
    public IReadOnlyList<PolicyChange> Changes { get; init; } = [];

    /// <summary>Values of the scenario that differ, as <c>--set</c> takes them: <c>service.workers=8</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Whether a label that alerts are made of has changed.</summary>
    internal bool AlertsChanged { get; init; }

    /// <summary>The case with another loop, and the edit that leads to it.</summary>
    internal WhatIfCase With(LoopSettings loop, string title, string detail, string snippet, string file) => this with
    {
        Loop = loop,
        Changes = [.. Changes, new PolicyChange(title, detail, snippet, file, loop)],
    };

    /// <summary>The case with another scenario, and the setting that leads to it.</summary>
    internal WhatIfCase With(Scenario scenario, string setting) =>
        this with { Scenario = scenario, Settings = [.. Settings, setting] };

    /// <summary>The case with a label of the service at another value.</summary>
    internal WhatIfCase WithLabel(string label, string before, string after)
    {
        var labels = new Dictionary<string, string>(Loop.ServiceLabels, StringComparer.Ordinal) { [label] = after };
        LoopSettings loop = Loop with { ServiceLabels = labels };
        return this with
        {
            Loop = loop,
            Changes =
            [
                .. Changes.Where(c => !c.Snippet.StartsWith($"- {label}=", StringComparison.Ordinal)),
                new PolicyChange(
                    before.Length == 0 ? $"{label} → {after}" : $"{label} {before} → {after}",
                    $"a label of {Loop.Service}, under deploy", $"- {label}={after}", "stack", loop),
            ],
        };
    }
}
