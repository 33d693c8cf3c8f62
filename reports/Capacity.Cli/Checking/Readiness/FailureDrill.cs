using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Cli.Checking;

/// <summary>Something that breaks at the worst moment.</summary>
/// <param name="Name">For example <c>a replica is lost</c>.</param>
/// <param name="What">What exactly happens.</param>
/// <param name="Input">The launches with it.</param>
internal sealed record FailureDrill(string Name, string What, SimulationInput Input)
{
    private const double Outage = 600; // seconds

    /// <summary>The drills for a launch: each breaks something as the most traffic begins.</summary>
    /// <param name="launch">The launches as expected.</param>
    public static IEnumerable<FailureDrill> Of(SimulationInput launch)
    {
        double peak = PeakOf(launch.Plan);
        string when = $"at {TimeSpan.FromSeconds(peak):h\\:mm\\:ss}, as the most traffic begins";
        yield return new FailureDrill("replica lost", $"one replica crashes {when}",
            With(launch, new Fault.Crash(peak, 1, null)));
        if (launch.Nodes is { } nodes)
        {
            yield return new FailureDrill("node lost", $"one of {nodes.Count} nodes is lost {when}",
                With(launch, new Fault.LoseNode(peak, 1, null, Fault.LoseNode.UsualDetect)));
        }

        yield return new FailureDrill("replica slow", $"one replica takes three times as long for 10 minutes {when}",
            With(launch, new Fault.Slow(peak, 1, 3, Outage)));
        double before = Math.Max(0, peak - 60); // so that the surge meets it
        yield return new FailureDrill("metrics lost", $"Prometheus is down for 10 minutes around the surge {when}",
            With(launch, new Fault.Outage(before, LoopPart.Prometheus, Outage)));
        yield return new FailureDrill("notifications lost",
            $"Alertmanager is down for 10 minutes around the surge {when}",
            With(launch, new Fault.Outage(before, LoopPart.Alertmanager, Outage)));
        yield return new FailureDrill("scaler lost", $"the scaler is down for 10 minutes around the surge {when}",
            With(launch, new Fault.Outage(before, LoopPart.Scaler, Outage)));
    }

    /// <summary>When the highest rate of the plan begins, seconds; for plans without rates when most users come, or
    /// else the middle.</summary>
    private static double PeakOf(LoadPlan plan)
    {
        double peak = plan.Open.Peak;
        if (peak <= 0)
        {
            return plan.Users.MaxBy(u => u.Users.Count)?.From ?? (plan.Duration / 2);
        }

        foreach (RateSegment segment in plan.Open.Segments)
        {
            if (segment.FromRate >= peak || segment.ToRate >= peak)
            {
                return segment.FromRate >= peak ? segment.From : segment.To;
            }
        }

        return plan.Duration / 2;
    }

    private static SimulationInput With(SimulationInput launch, Fault fault) =>
        launch with { Faults = [.. launch.Faults, fault] };
}
