using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Serving;

/// <summary>A run to lay over the simulation.</summary>
/// <param name="Name">Where it came from.</param>
/// <param name="Run">What happened.</param>
/// <param name="IsRehearsal">Whether it was driven at the rehearsal's speed, rather than at the launch's own.</param>
internal sealed record MeasuredRun(string Name, RunResult Run, bool IsRehearsal)
{
    private const string ReportName = "report.json";
    private const string RehearsalName = "rehearsal.json";

    /// <summary>Reads a stored run, or the measured run of a report of <c>capacity check</c>.</summary>
    /// <returns>
    /// The run; or CAP091 … CAP093 (not a stored run), CAP190 (a report without a measured run). CAP191 warns of a run
    /// of another scenario.
    /// </returns>
    public static Parsed<MeasuredRun> Read(SourceText source, Scenario scenario)
    {
        Parsed<RunResult> read = StoredRun.Read(source);
        if (!read.TryGet(out RunResult? run))
        {
            return Parsed<MeasuredRun>.Failed(read.Diagnostics);
        }

        Diagnostic[] doubts = run.Scenario == scenario.Name ? [] :
        [
            new Diagnostic("CAP191", new SourceSpan(source, 1, 1, 1),
                $"this run is of the scenario '{run.Scenario}', the page is about '{scenario.Name}'",
                "the curves are laid over each other all the same", Severity.Warning),
        ];
        double launch = LoadPlan.Of(scenario.Load).Duration;
        double rehearsal = launch / scenario.Rehearsal.Speed;
        return Parsed<MeasuredRun>.From(
            new MeasuredRun(source.Path, run, Distance(run.Duration, rehearsal) < Distance(run.Duration, launch)),
            doubts);
    }

    /// <summary>The runs that the last check or run of a scenario left in the folder of reports.</summary>
    /// <param name="folder">For example reports/out/flash-sale.</param>
    /// <param name="scenario">The scenario.</param>
    /// <returns>The newest that can be read; files that cannot be are passed over.</returns>
    public static IReadOnlyList<MeasuredRun> Last(string folder, Scenario scenario)
    {
        foreach (string file in Files(folder))
        {
            try
            {
                if (Read(new SourceText(file, File.ReadAllText(file)), scenario).TryGet(out MeasuredRun? run)
                    && run.Run.Provenance == Provenance.Measured && run.Run.Scenario == scenario.Name)
                {
                    return [run];
                }
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                continue; // it was not asked for by name
            }
        }

        return [];
    }

    /// <summary>The files that the last check or run left in the folder of reports, the newest first.</summary>
    public static IEnumerable<string> Files(string folder) =>
        new[] { ReportName, RehearsalName }.Select(n => Path.Combine(folder, n)).Where(File.Exists)
            .OrderByDescending(File.GetLastWriteTimeUtc);

    private static double Distance(double a, double b) => Math.Abs(Math.Log(Math.Max(a, 1e-3) / Math.Max(b, 1e-3)));
}
