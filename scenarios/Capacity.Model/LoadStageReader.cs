namespace Capacity.Model;

/// <summary>Reads one stage of the load: <c>{ stage: peak, inject: 700/s, during: 5m }</c>.</summary>
/// <param name="diagnostics">Where errors go.</param>
/// <param name="open">A path as the scenario names it → one that can be opened; reports a file that is not there.
/// </param>
internal sealed class LoadStageReader(List<Diagnostic> diagnostics, Func<YamlScalar?, string?> open)
{
    private const string Example = "write for example { stage: peak, inject: 700/s, during: 5m }";
    private const string Kinds = "'inject', 'ramp_to', 'sine', 'steps', 'spike', 'users', 'replay' and 'pause'";
    private readonly Quantity _quantity = new(diagnostics);
    private readonly ServiceLawReader _laws = new(diagnostics);
    private readonly Words _words = new(diagnostics);
    private readonly CurveStageReader _curves = new(diagnostics);

    /// <summary>Reads a stage.</summary>
    /// <returns>Null, with a diagnostic added, for what is no stage.</returns>
    public LoadStage? Read(YamlNode node)
    {
        int before = diagnostics.Count;
        var fields = new YamlFields(node, "a load stage", diagnostics);
        string name = fields.Scalar("stage")?.Text ?? "";
        YamlScalar? inject = fields.Scalar("inject");
        YamlScalar? rampTo = fields.Scalar("ramp_to");
        YamlNode? sine = fields.Take("sine");
        YamlNode? steps = fields.Take("steps");
        YamlScalar? spike = fields.Scalar("spike");
        YamlScalar? over = fields.Scalar("over");
        YamlScalar? users = fields.Scalar("users");
        YamlScalar? iterations = fields.Scalar("iterations");
        YamlNode? think = fields.Take("think");
        YamlScalar? replay = fields.Scalar("replay");
        YamlScalar? format = fields.Scalar("format");
        YamlScalar? skip = fields.Scalar("skip");
        YamlScalar? pause = fields.Scalar("pause");
        YamlScalar? during = fields.Scalar("during");
        fields.RejectOthers(OtherWords.OfStages);
        YamlNode[] kinds =
        [
            .. new[] { inject, rampTo, sine, steps, spike, users, replay, pause }.OfType<YamlNode>()
                .OrderBy(k => (k.At.Line, k.At.Column)),
        ];
        if (kinds.Length != 1)
        {
            if (diagnostics.Count == before)
            {
                fields.Report("CAP013", kinds.Length == 0 ? node.At with { Length = 1 } : kinds[1].At,
                    kinds.Length == 0
                        ? $"a load stage needs one of the keys {Kinds}"
                        : $"a load stage can have only one of the keys {Kinds}",
                    kinds.Length == 0 ? Example : "make it two stages, or remove one");
            }

            return null;
        }

        Misplaced(over, rampTo ?? steps ?? spike, "over", "ramp_to");
        Misplaced(iterations, users, "iterations", "users");
        Misplaced(think, users, "think", "users");
        Misplaced(format, replay, "format", "replay");
        Misplaced(skip, replay, "skip", "replay");
        Misplaced(pause is null ? null : during, null, "during", "inject', 'ramp_to' or 'users");
        if (pause is null && during is null && replay is null)
        {
            fields.Require("during", "during: 5m");
        }

        double? length = _quantity.Duration(pause ?? during, positive: true);
        LoadStage? stage =
            inject is not null ? _quantity.Rate(inject) is { } rate ? new LoadStage.Open(name, rate, 0, length ?? 1)
                : null
            : rampTo is not null ? Ramp(name, rampTo, over, during, length)
            : sine is not null ? _curves.Sine(name, sine, length)
            : steps is not null ? _curves.Stairs(name, steps, over, length)
            : spike is not null ? _curves.Spike(name, spike, over, length)
            : users is not null ? Users(name, users, iterations, think, length ?? 1)
            : replay is not null ? Replay(name, replay, format, skip, length)
            : new LoadStage.Pause(name, length ?? 1);
        return diagnostics.Count == before ? stage : null;
    }

    private LoadStage.Open? Ramp(string name, YamlScalar rampTo, YamlScalar? over, YamlScalar? during, double? length)
    {
        double? rate = _quantity.Rate(rampTo);
        double? ramp = over is null ? length : _quantity.Duration(over);
        if (ramp > length)
        {
            diagnostics.Add(new Diagnostic("CAP031", over!.At,
                $"the ramp ('over', {over.Text}) is longer than its stage ('during', {during?.Text})",
                "write at most the length of the stage; without 'over' the ramp takes all of it"));
        }

        return rate is { } target ? new LoadStage.Open(name, target, ramp ?? 0, length ?? 1) : null;
    }

    private LoadStage.Users? Users(
        string name, YamlScalar users, YamlScalar? iterations, YamlNode? think, double length)
    {
        int? count = _quantity.Count(users, "users", 1, 1_000_000);
        int? rounds = _quantity.Count(iterations, "iterations", 1, 1_000_000_000);
        ServiceLaw? pause = think is null ? new ServiceLaw.Constant(0) : _laws.Read(think, "the think time");
        return count is { } some && pause is { } law ? new LoadStage.Users(name, some, rounds, law, length) : null;
    }

    private LoadStage.Replay? Replay(
        string name, YamlScalar replay, YamlScalar? format, YamlScalar? skip, double? length)
    {
        string? path = open(replay);
        string? word = _words.OneOf(format, "the format of a recording", RecordingReader.FormatNames);
        double skipped = _quantity.Duration(skip) ?? 0;
        return path is null
            ? null
            : new LoadStage.Replay(
                name,
                new RecordingFile(path, RecordingReader.FormatOf(word), skipped, length, replay.At), length ?? 1);
    }

    private void Misplaced(YamlNode? given, YamlNode? owner, string key, string ownerKey)
    {
        if (given is not null && owner is null)
        {
            diagnostics.Add(
                new Diagnostic("CAP013", given.At, $"'{key}' belongs to '{ownerKey}', which this stage does not have",
                key == "during" ? "write the length after 'pause' alone" : $"remove '{key}', or write '{ownerKey}'"));
        }
    }
}
