using System.Globalization;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>Which scenarios share one load.</summary>
internal static class ScenarioGroups
{
    /// <summary>Each scenario by itself; all with a weight together.</summary>
    /// <param name="scenarios">May be empty.</param>
    /// <param name="seed">Seed of the run. The first load gets it as it is, so that it has the arrivals of a scenario
    /// file; the others get seeds of their own.</param>
    /// <exception cref="ScriptException">Two have one name, or weighted ones have different loads.</exception>
    public static IReadOnlyList<(SimulationPlan Plan, ulong Seed, IReadOnlyList<ScenarioProps> Members)> Of(
        IReadOnlyList<ScenarioProps> scenarios, ulong seed)
    {
        if (scenarios.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw ScriptException.Contradiction($"two scenarios have the name '{twice.Key}'", "give each its own");
        }

        ScenarioProps[] weighted = [.. scenarios.Where(s => s.Weight is not null)];
        if (weighted.Skip(1).FirstOrDefault(s => !s.Simulations.SequenceEqual(weighted[0].Simulations)
            || s.Spacing != weighted[0].Spacing) is { } other)
        {
            throw ScriptException.Contradiction($"scenarios '{weighted[0].Name}' and '{other.Name}' share one load by "
                + "their weights, but have different load simulations", "give them the same, or no weights");
        }

        var groups = new List<(SimulationPlan, ulong, IReadOnlyList<ScenarioProps>)>();
        foreach (ScenarioProps scenario in scenarios)
        {
            if (scenario.Weight is not null && !ReferenceEquals(scenario, weighted[0]))
            {
                continue;
            }

            ulong own = groups.Count == 0 ? seed : RandomSource.SeedOf(
                seed, string.Create(CultureInfo.InvariantCulture, $"scenario-{groups.Count + 1}"));
            groups.Add((SimulationPlan.Of(scenario.Simulations, own), own,
                scenario.Weight is null ? [scenario] : weighted));
        }

        return groups;
    }
}
