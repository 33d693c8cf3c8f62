using Capacity.Model;

namespace Capacity.Cli.Checking;

/// <summary>Opens the recordings that a scenario replays.</summary>
internal static class RecordingFiles
{
    /// <summary>Reads the recordings of all stages; each file once.</summary>
    /// <param name="scenario">As it was read.</param>
    /// <param name="diagnostics">Receives errors and warnings: CAP044 for a file that cannot be opened.</param>
    /// <returns>The scenario with the recordings that could be read.</returns>
    public static Scenario Open(Scenario scenario, List<Diagnostic> diagnostics)
    {
        var known = new Dictionary<RecordingFile, RecordedArrivals?>();
        var stages = new List<LoadStage>();
        foreach (LoadStage stage in scenario.Load)
        {
            if (stage is not LoadStage.Replay replay)
            {
                stages.Add(stage);
                continue;
            }

            RecordingFile file = replay.File with { At = default, Skip = 0, During = null };
            if (!known.TryGetValue(file, out RecordedArrivals? arrivals))
            {
                arrivals = known[file] = Read(replay.File, scenario.Requests, diagnostics);
            }

            stages.Add(arrivals is null ? replay : Cut(replay.With(arrivals), diagnostics));
        }

        return stages.SequenceEqual(scenario.Load) ? scenario : scenario with { Load = stages };
    }

    private static LoadStage.Replay Cut(LoadStage.Replay stage, List<Diagnostic> diagnostics)
    {
        if (stage.File.Skip >= stage.Arrivals!.Duration)
        {
            diagnostics.Add(new Diagnostic("CAP107", stage.File.At,
                $"'skip' leaves nothing of {stage.File.Path}",
                $"it is {DurationText.Format(stage.Arrivals.Duration)} long"));
        }

        return stage;
    }

    private static RecordedArrivals? Read(
        RecordingFile file, IReadOnlyList<RequestKind> kinds, List<Diagnostic> diagnostics)
    {
        try
        {
            using StreamReader text = File.OpenText(file.Path);
            Parsed<RecordedArrivals> read = RecordingReader.Read(text, file, kinds);
            diagnostics.AddRange(read.Diagnostics);
            return read.TryGet(out RecordedArrivals? arrivals) ? arrivals : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(new Diagnostic("CAP044", file.At, $"cannot read {file.Path}: "
                + ScenarioFiles.Reason(problem), "paths are relative to the scenario file"));
            return null;
        }
    }
}
