using System.Globalization;
using Capacity.Sim.Tuning;

namespace Capacity.Cli.Tuning;

/// <summary>Shows how far a search is.</summary>
internal sealed class TuneProgress(
    string name, LiveProgress live, TimeProvider clock, int policies, TimeSpan? time)
{
    private const double SearchShare = 0.75; // of the whole, by experience; the rest verifies and looks around

    private readonly long _started = clock.GetTimestamp();

    /// <summary>Says it; from any thread.</summary>
    public void Report(TuningProgress progress)
    {
        TimeSpan elapsed = clock.GetElapsedTime(_started);
        double searched = time is { } limit ? elapsed / limit : (double)progress.Policies / policies;
        double share = progress.Phase switch
        {
            "spread" or "refine" => Math.Min(1, searched) * SearchShare,
            "verify" => SearchShare,
            _ => (1 + SearchShare) / 2,
        };
        TimeSpan? left = share is > 0.02 and <= SearchShare && progress.Phase is "spread" or "refine"
            ? elapsed * ((1 - share) / share) : null;
        live.Report(new ProgressState(name, share, string.Create(CultureInfo.InvariantCulture,
            $"{progress.Phase}: {progress.Policies} policies, {progress.Launches:#,0} launches"), left));
    }
}
