using System.Globalization;
using Capacity.Model;

namespace Capacity.Sim.WhatIf;

/// <summary>How much is asked of the service.</summary>
internal static class TrafficKnobs
{
    private const string Group = "Traffic";

    private static readonly double[] Levels =
        [0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5, 3];

    private static readonly double[] Peaks = [0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5];

    public static IEnumerable<KnobAction> Of(Scenario scenario)
    {
        string[] keys = RateKeys(scenario);
        double highest = scenario.Load.OfType<LoadStage.Open>().Select(s => s.ToRate).DefaultIfEmpty(0).Max();
        if (highest > 0 && scenario.Load.OfType<LoadStage.Open>().Any(s => s.ToRate < highest))
        {
            Knob peak = Knob.Of("peak", Group, "peak rate", KnobUnit.Rate, highest, "load",
                Peaks.Select(f => Math.Round(f * highest, 2)));
            yield return new KnobAction(peak, (turned, rate) =>
                Changed(turned, keys, s => s is LoadStage.Open open && open.ToRate == highest
                    ? open with { ToRate = rate } : s));
        }

        Knob level = Knob.Of("traffic", Group, "traffic level", KnobUnit.Factor, 1, "load", Levels);
        yield return new KnobAction(level, (turned, factor) => Changed(turned, keys, s => s switch
        {
            LoadStage.Open open => open with { ToRate = Math.Round(open.ToRate * factor, 3) },
            LoadStage.Users users => users with { Count = Math.Max(1, (int)Math.Ceiling(users.Count * factor)) },
            _ => s,
        }));
    }

    private static WhatIfCase Changed(WhatIfCase turned, string[] keys, Func<LoadStage, LoadStage> change)
    {
        IReadOnlyList<LoadStage> before = turned.Scenario.Load;
        LoadStage[] after = [.. before.Select(change)];
        IEnumerable<(int Stage, string Setting)> settings = after.Index().Where(s => s.Item != before[s.Index])
            .Select(s => (s.Index, $"load[{Text(s.Index)}].{keys[s.Index]}={Amount(s.Item)}"));
        (int Stage, string Setting)[] now = [.. settings];
        return turned with
        {
            Scenario = turned.Scenario with { Load = after },
            Settings =
            [
                .. turned.Settings.Where(o =>
                    !now.Any(n => o.StartsWith($"load[{Text(n.Stage)}].", StringComparison.Ordinal))),
                .. now.Select(n => n.Setting),
            ],
        };
    }

    private static string Amount(LoadStage stage) => stage switch
    {
        LoadStage.Open open => open.ToRate.ToString("0.######", CultureInfo.InvariantCulture) + "/s",
        LoadStage.Users users => Text(users.Count),
        _ => "",
    };

    /// <summary>The key that holds each stage's amount; a stage that is not in the file is taken for its
    /// kind.</summary>
    private static string[] RateKeys(Scenario scenario)
    {
        YamlList? stages = YamlText.Read(scenario.Source).TryGet(out YamlNode? root) && root is YamlMap map
            ? map.Find("load") as YamlList : null;
        return
        [
            .. scenario.Load.Select((stage, i) => stage switch
            {
                LoadStage.Open open => stages is not null && i < stages.Items.Count && stages.Items[i] is YamlMap entry
                    ? entry.Find("ramp_to") is null ? "inject" : "ramp_to"
                    : open.Over > 0 ? "ramp_to" : "inject",
                _ => "users",
            }),
        ];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
