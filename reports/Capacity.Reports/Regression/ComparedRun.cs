using Capacity.Model;

namespace Capacity.Reports;

/// <summary>What a comparison needs of one run.</summary>
/// <param name="Seed">Of its arrivals; runs of one seed make a pair.</param>
/// <param name="StartedAt">When it began; null where that is not known.</param>
/// <param name="Duration">Seconds, &gt; 0.</param>
/// <param name="Totals">Requests of all kinds.</param>
/// <param name="Latency">Response times of all kinds from the scheduled instants.</param>
/// <param name="ReplicaHours">What it cost.</param>
public sealed record ComparedRun(
    ulong Seed, DateTimeOffset? StartedAt, double Duration, RequestCounts Totals, LatencyHistogram Latency,
    double ReplicaHours)
{
    /// <summary>Lateness of the load generator that makes its latencies doubtful, seconds; null when it kept its
    /// schedule.</summary>
    public double? Late { get; init; }

    /// <summary>Takes it from a whole result.</summary>
    public static ComparedRun Of(RunResult run) =>
        new(run.Seed, run.StartedAt, run.Duration, run.Totals, run.AllLatencies(), run.ReplicaHours)
        {
            Late = run.Generator is { LatenessP50: > LateFrom } generator ? generator.LatenessP50 : null,
        };

    private const double LateFrom = 0.01; // seconds in the median: the generator, not the service, is then measured
}

/// <summary>The load that runs were made with: only runs of one load can be compared.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Provenance">Measured or simulated.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Kinds">Names of the kinds of requests, in order.</param>
/// <param name="Phases">The stages with their lengths, in order.</param>
/// <param name="Digest">Of the load as asked for; null where it is not known.</param>
public sealed record LoadShape(
    string Scenario, Provenance Provenance, double Duration, IReadOnlyList<string> Kinds, string Phases,
    string? Digest)
{
    /// <summary>Takes it from a result.</summary>
    public static LoadShape Of(RunResult run) => new(
        run.Scenario, run.Provenance, run.Duration, [.. run.Kinds.Select(k => k.Name)],
        string.Join(", ", run.Phases.Select(p => $"{p.Name} {DurationText.Format(p.To - p.From)}".TrimStart())),
        run.LoadDigest);

    /// <summary>What differs between two loads, in words: <c>duration: 60 s and 90 s</c>.</summary>
    /// <returns>Empty when their runs can be compared.</returns>
    public IReadOnlyList<string> DifferencesTo(LoadShape other)
    {
        var differences = new List<string>();
        void Compare(string what, string ours, string theirs)
        {
            if (ours != theirs)
            {
                differences.Add($"{what}: {PlainText.OneLine(ours)} and {PlainText.OneLine(theirs)}");
            }
        }

        Compare("scenario", Scenario, other.Scenario);
        Compare("origin", Word(Provenance), Word(other.Provenance));
        Compare("duration", DurationText.Format(Duration), DurationText.Format(other.Duration));
        Compare("kinds of requests", string.Join(", ", Kinds), string.Join(", ", other.Kinds));
        Compare("stages", Phases, other.Phases);
        if (differences.Count == 0 && Digest is not null && other.Digest is not null)
        {
            Compare("digest of the load (rates, shares, paths, spacing)", Digest[..Math.Min(12, Digest.Length)],
                other.Digest[..Math.Min(12, other.Digest.Length)]);
        }

        return differences;
    }

    private static string Word(Provenance provenance) => provenance == Provenance.Measured ? "measured" : "simulated";
}
