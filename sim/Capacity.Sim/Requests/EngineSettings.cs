using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>What the engine has to know besides the requests.</summary>
/// <param name="Service">How replicas serve.</param>
/// <param name="StopGrace">Seconds that a stopping replica gets to finish what it has.</param>
/// <param name="SeriesOfKind">The series of <c>http_server_resp_time</c> that each kind counts in.</param>
/// <param name="Series">How many series a replica has.</param>
/// <param name="ScrapeInterval">Seconds.</param>
/// <param name="Step">Length of a step of the result, seconds.</param>
/// <param name="Duration">Length of the run, seconds.</param>
internal sealed record EngineSettings(
    ServiceModel Service, double StopGrace, int[] SeriesOfKind, int Series, double ScrapeInterval, double Step,
    double Duration)
{
    /// <summary>What the callers do when answers are late or fail.</summary>
    public ClientModel Client { get; init; } = new();

    /// <summary>The series in which errors of each kind count that replicas answer; null: those of good answers.
    /// </summary>
    public int[]? ErrorSeriesOfKind { get; init; }

    /// <summary>Whether replicas may crash, or need longer than their law says.</summary>
    public bool ReplicasBreak { get; init; }

    /// <summary>Goes through the calendar of events also where the recursion would do, for the test that both agree.
    /// </summary>
    public bool ByEvents { get; init; }

    /// <summary>Whether the work of each replica is measured, and when it serves first.</summary>
    public bool MeasuresLoads { get; init; }

    /// <summary>Seed of the run.</summary>
    public ulong Seed { get; init; } = 1;
}
