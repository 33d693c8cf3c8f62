namespace Capacity.Model;

/// <summary>One seeded trial of the whole scenario.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Seed">Gives this launch again.</param>
/// <param name="Passed">Whether every objective held.</param>
/// <param name="Outcomes">One per objective, in the scenario's order.</param>
/// <param name="ReplicaHours">What it cost.</param>
public sealed record Launch(
    int Number, ulong Seed, bool Passed, IReadOnlyList<ObjectiveOutcome> Outcomes, double ReplicaHours);

/// <summary>A quantity over time in many launches, step by step; NaN where no launch has a value.</summary>
/// <param name="Low">5 % of the launches are below.</param>
/// <param name="Median">Half of the launches are below.</param>
/// <param name="High">95 % of the launches are below.</param>
public sealed record Band(IReadOnlyList<double> Low, IReadOnlyList<double> Median, IReadOnlyList<double> High);

/// <summary>Many launches of one scenario under one policy, with the same seeds for every policy.</summary>
public sealed record LaunchSet
{
    /// <summary>In order of their numbers. At least one.</summary>
    public required IReadOnlyList<Launch> Launches { get; init; }

    /// <summary>Length of a launch, seconds.</summary>
    public required double Duration { get; init; }

    /// <summary>Length of one step of the bands, seconds.</summary>
    public required double Step { get; init; }

    /// <summary>Scheduled requests per second.</summary>
    public required Band Offered { get; init; }

    /// <summary>Replicas wanted.</summary>
    public required Band Desired { get; init; }

    /// <summary>Replicas that receive requests.</summary>
    public required Band Ready { get; init; }

    /// <summary>Median response time, seconds.</summary>
    public required Band P50 { get; init; }

    /// <summary>95th percentile of the response time, seconds.</summary>
    public required Band P95 { get; init; }

    /// <summary>99th percentile of the response time, seconds.</summary>
    public required Band P99 { get; init; }

    /// <summary>Failed share of requests.</summary>
    public required Band Errors { get; init; }

    /// <summary>The launch in the middle: whose sum of seconds above limits is the median. Alert and scale lanes show
    /// it.</summary>
    public required RunResult Middle { get; init; }

    /// <summary>Number of that launch.</summary>
    public required int MiddleNumber { get; init; }

    /// <summary>Share of launches in which each alert fires, by alert name.</summary>
    public required IReadOnlyDictionary<string, double> AlertShares { get; init; }

    /// <summary>Requests simulated in all launches.</summary>
    public required long Requests { get; init; }

    /// <summary>Why no more launches were simulated; null for a number that was fixed beforehand.</summary>
    public SequentialStop? Stopped { get; init; }

    /// <summary>Whether launches were stopped early, so that fewer are here than asked for.</summary>
    public bool Partial { get; init; }

    /// <summary>Launches that met every objective.</summary>
    public int Passed => Launches.Count(l => l.Passed);
}

/// <summary>Why a set of launches ended where it did.</summary>
/// <param name="Reason">decided, narrow or limit: the verdict was certain, the interval was narrow enough, or there
/// were
/// as many launches as allowed.</param>
/// <param name="Looks">How often the launches were judged, the last time included.</param>
/// <param name="Low">Lower end of the interval of the share of launches that pass, at the error of one look.</param>
/// <param name="High">Upper end.</param>
public sealed record SequentialStop(string Reason, int Looks, double Low, double High);
