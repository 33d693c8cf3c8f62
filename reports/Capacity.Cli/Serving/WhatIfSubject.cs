using System.Globalization;
using System.Text;
using Capacity.Cli.Checking;
using Capacity.Sim;
using Capacity.Sim.WhatIf;

namespace Capacity.Cli.Serving;

/// <summary>What a what-if page is about.</summary>
/// <param name="Loaded">The scenario with its control loop, as configured.</param>
/// <param name="Measured">Runs to lay over the simulation; may be empty.</param>
/// <param name="Seed">Seed of the launches: the same for every case.</param>
/// <param name="Command">The command that checks the scenario, without the settings of the page.</param>
internal sealed record WhatIfSubject(
    LoadedScenario Loaded, IReadOnlyList<MeasuredRun> Measured, ulong Seed, string Command)
{
    /// <summary>The view that shows the launch itself; others are indices of <see cref="Measured"/>.</summary>
    public const int LaunchView = -1;

    /// <summary>The settings that can be turned.</summary>
    public WhatIfKnobs Knobs { get; } = WhatIfKnobs.Of(Loaded.Scenario, Loaded.Loop);

    /// <summary>The same text for values that make the same case in the same view.</summary>
    public string KeyOf(IReadOnlyDictionary<string, double> values, int view)
    {
        var key = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{view}");
        foreach ((string id, double value) in Knobs.Effective(values))
        {
            key.Append(CultureInfo.InvariantCulture, $" {id}={value:R}");
        }

        return key.ToString();
    }

    /// <summary>The launches of a case, none of them simulated yet.</summary>
    /// <param name="values">Of knobs, by id.</param>
    /// <param name="view"><see cref="LaunchView"/>, or which measured run is laid over it: the load is then as fast as
    /// it was.</param>
    public TurnedLaunches Prepare(IReadOnlyDictionary<string, double> values, int view)
    {
        WhatIfCase turned = Knobs.Turn(values);
        LoadedScenario loaded = Loaded with { Scenario = turned.Scenario, Loop = turned.Loop };
        bool rehearsal = view >= 0 && Measured[view].IsRehearsal;
        SimulationInput input = rehearsal ? Predictions.Rehearsal(loaded) : Predictions.Launch(loaded);
        return new TurnedLaunches(
            KeyOf(values, view), turned, new WhatIfLaunches(input, turned.Scenario.Objectives, Seed));
    }
}

/// <summary>A case and its launches.</summary>
/// <param name="Key">See <see cref="WhatIfSubject.KeyOf"/>.</param>
/// <param name="Case">What was turned.</param>
/// <param name="Launches">As many as have been simulated.</param>
internal sealed record TurnedLaunches(string Key, WhatIfCase Case, WhatIfLaunches Launches);
