using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>What a scenario may use before its first iteration and after its last.</summary>
/// <param name="ScenarioName">Its name.</param>
/// <param name="Logger">Writes lines beside the progress.</param>
/// <param name="CancellationToken">Cancelled when the run is stopped.</param>
public sealed record ScenarioInitContext(
    string ScenarioName, ScriptLog Logger, CancellationToken CancellationToken) : IScenarioInitContext;

/// <summary>What a scenario may use before its first iteration and after its last.</summary>
public interface IScenarioInitContext
{
    /// <summary>Name of the scenario.</summary>
    string ScenarioName { get; }

    /// <summary>Writes lines beside the progress.</summary>
    ScriptLog Logger { get; }

    /// <summary>Cancelled when the run is stopped.</summary>
    CancellationToken CancellationToken { get; }
}

/// <summary>Makes scenarios.</summary>
public static class Scenario
{
    /// <summary>A scenario: what is done over and over.</summary>
    /// <param name="name">For tables; one word per scenario of a run.</param>
    /// <param name="run">One iteration.</param>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
    public static ScenarioProps Create(string name, Func<IScenarioContext, ValueTask<IResponse>> run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new ScenarioProps(name, run);
    }

    /// <inheritdoc cref="Create(string, Func{IScenarioContext, ValueTask{IResponse}})"/>
    public static ScenarioProps Create(string name, Func<IScenarioContext, Task<IResponse>> run) =>
        Create(name, context => new ValueTask<IResponse>(run(context)));

    /// <summary>A scenario without iterations: its init and clean alone.</summary>
    /// <param name="name">For messages.</param>
    public static ScenarioProps Empty(string name) => new(name, null);
}

/// <summary>A scenario with all that was said about it. Each method gives a changed copy.</summary>
public sealed record ScenarioProps
{
    internal ScenarioProps(string name, Func<IScenarioContext, ValueTask<IResponse>>? body) =>
        (Name, Body) = (name, body);

    /// <summary>Its name.</summary>
    public string Name { get; private init; }

    internal Func<IScenarioContext, ValueTask<IResponse>>? Body { get; private init; }

    internal Func<IScenarioInitContext, Task>? Init { get; private init; }

    internal Func<IScenarioInitContext, Task>? Clean { get; private init; }

    internal TimeSpan WarmUp { get; private init; }

    internal IReadOnlyList<LoadSimulation> Simulations { get; private init; } = [];

    internal ArrivalSpacing Spacing { get; private init; } = ArrivalSpacing.Poisson;

    internal bool RestartIterationOnFail { get; private init; } = true;

    internal int MaxFailCount { get; private init; } = 5_000;

    internal int? Weight { get; private init; }

    internal IReadOnlyList<Threshold> Thresholds { get; private init; } = [];

    /// <summary>What is done once before the scenario, warm-up included.</summary>
    public ScenarioProps WithInit(Func<IScenarioInitContext, Task> init) => this with { Init = init };

    /// <summary>What is done once after the scenario, also when the run was stopped.</summary>
    public ScenarioProps WithClean(Func<IScenarioInitContext, Task> clean) => this with { Clean = clean };

    /// <summary>Runs the first simulation for a while beforehand, and forgets what came of it.</summary>
    /// <param name="duration">≥ 0.</param>
    public ScenarioProps WithWarmUpDuration(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        return this with { WarmUp = duration };
    }

    /// <summary>No warm-up, which is the default.</summary>
    public ScenarioProps WithoutWarmUp() => this with { WarmUp = TimeSpan.Zero };

    /// <summary>The load, stretch after stretch. Without it one copy runs for a minute.</summary>
    public ScenarioProps WithLoadSimulations(params LoadSimulation[] simulations) =>
        this with { Simulations = [.. simulations] };

    /// <summary>How the arrivals of open simulations are spaced: independent users (the default), or evenly.</summary>
    /// <param name="even">On an even grid.</param>
    public ScenarioProps WithEvenArrivals(bool even = true) =>
        this with { Spacing = even ? ArrivalSpacing.Even : ArrivalSpacing.Poisson };

    /// <summary>Whether a failed step ends its iteration, which is the default.</summary>
    public ScenarioProps WithRestartIterationOnFail(bool restart) => this with { RestartIterationOnFail = restart };

    /// <summary>After so many failed iterations the whole run ends. 5,000 unless said otherwise.</summary>
    /// <param name="count">≥ 1.</param>
    public ScenarioProps WithMaxFailCount(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return this with { MaxFailCount = count };
    }

    /// <summary>
    /// All scenarios with a weight share one load: each arrival, or iteration of a copy, goes to one of them by its
    /// weight. Their simulations must be equal.
    /// </summary>
    /// <param name="weight">≥ 1, compared with the others'.</param>
    public ScenarioProps WithWeight(int weight)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        return this with { Weight = weight };
    }

    /// <summary>What must hold; the run fails otherwise.</summary>
    public ScenarioProps WithThresholds(params Threshold[] thresholds) => this with { Thresholds = [.. thresholds] };
}
