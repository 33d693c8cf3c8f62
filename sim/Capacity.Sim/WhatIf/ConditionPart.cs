namespace Capacity.Sim.WhatIf;

/// <summary>One shortcut of an alert condition: <c>@resp_time_below:0.025,5m,0.75</c>.</summary>
/// <param name="Operator">What joins it to the one before: unless, and, or; empty for the first.</param>
/// <param name="Name">With its <c>@</c>.</param>
/// <param name="Values">As written.</param>
internal sealed record ConditionPart(string Operator, string Name, string[] Values)
{
    /// <summary>Takes a condition apart.</summary>
    /// <param name="condition">Any text.</param>
    /// <param name="operators">Words that join shortcuts, between underscores.</param>
    /// <returns>No parts for PromQL.</returns>
    public static IReadOnlyList<ConditionPart> Split(string condition, IReadOnlyList<string> operators)
    {
        if (!condition.StartsWith('@'))
        {
            return [];
        }

        var parts = new List<ConditionPart>();
        string rest = condition;
        string joined = "";
        while (true)
        {
            (int at, string found) = operators
                .Select(o => (At: rest.IndexOf($"_{o}_", StringComparison.Ordinal), Operator: o))
                .Where(o => o.At >= 0).DefaultIfEmpty((At: rest.Length, Operator: "")).MinBy(o => o.At);
            string[] halves = rest[..at].Split(':', 2);
            parts.Add(new ConditionPart(joined, halves[0], halves.Length > 1 ? halves[1].Split(',') : []));
            if (found.Length == 0)
            {
                return parts;
            }

            (joined, rest) = (found, rest[(at + found.Length + 2)..]);
        }
    }

    /// <summary>The condition with one value replaced.</summary>
    public static string Replace(IReadOnlyList<ConditionPart> parts, int part, int at, string value) =>
        string.Concat(parts.Select((p, i) =>
        {
            string[] values = i == part ? [.. p.Values.Select((v, j) => j == at ? value : v)] : p.Values;
            string joint = p.Operator.Length == 0 ? "" : $"_{p.Operator}_";
            return values.Length == 0 ? joint + p.Name : $"{joint}{p.Name}:{string.Join(',', values)}";
        }));
}
