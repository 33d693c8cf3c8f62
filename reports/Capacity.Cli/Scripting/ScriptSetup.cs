using Capacity.Cli;

namespace Capacity.Scripting;

/// <summary>How a script is run and reported. Each method gives a changed copy.</summary>
public sealed record ScriptSetup
{
    internal ScriptSetup(IReadOnlyList<ScenarioProps> scenarios) => Scenarios = [.. scenarios];

    internal IReadOnlyList<ScenarioProps> Scenarios { get; private init; }

    internal string? Suite { get; private init; }

    internal string? TestName { get; private init; }

    internal string? Folder { get; private init; }

    internal string FileName { get; private init; } = "report";

    internal IReadOnlyList<ReportFormat> Formats { get; private init; } =
        [ReportFormat.Json, ReportFormat.Html, ReportFormat.Md, ReportFormat.Csv];

    internal IReadOnlyList<Metric> Metrics { get; private init; } = [];

    internal ulong Seed { get; private init; } = Cli.Checking.RunOptions.DefaultSeed;

    internal TimeSpan ReportingInterval { get; private init; } = TimeSpan.FromSeconds(5);

    internal TimeSpan CompletionTimeout { get; private init; } = TimeSpan.FromMinutes(1);

    internal string Name => TestName ?? Scenarios[0].Name;

    /// <summary>Name of a family of scripts, for the reports.</summary>
    public ScriptSetup WithTestSuite(string suite) => this with { Suite = suite };

    /// <summary>Name of the script: of its result, and of its folder. Without it the first scenario's.</summary>
    public ScriptSetup WithTestName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return this with { TestName = name };
    }

    /// <summary>Runs only these of the scenarios.</summary>
    /// <exception cref="ArgumentException">There is no scenario of that name.</exception>
    public ScriptSetup WithTargetScenarios(params string[] names)
    {
        string? unknown = names.FirstOrDefault(n => Scenarios.All(s => s.Name != n));
        return unknown is not null
            ? throw new ArgumentException($"there is no scenario '{unknown}'", nameof(names))
            : this with { Scenarios = [.. Scenarios.Where(s => names.Contains(s.Name, StringComparer.Ordinal))] };
    }

    /// <summary>Where the reports go. Without it reports/out/ and the name; <c>--out</c> says otherwise.</summary>
    public ScriptSetup WithReportFolder(string folder) => this with { Folder = folder };

    /// <summary>Name of the report files without their ending.</summary>
    public ScriptSetup WithReportFileName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return this with { FileName = name };
    }

    /// <summary>Which reports are written.</summary>
    public ScriptSetup WithReportFormats(params ReportFormat[] formats) => this with { Formats = [.. formats] };

    /// <summary>Writes no files.</summary>
    public ScriptSetup WithoutReports() => this with { Formats = [] };

    /// <summary>How often thresholds are checked during the run. 5 s unless said otherwise.</summary>
    /// <param name="interval">≥ 1 s.</param>
    public ScriptSetup WithReportingInterval(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromSeconds(1));
        return this with { ReportingInterval = interval };
    }

    /// <summary>How long iterations under way are waited for at the end. One minute unless said otherwise.</summary>
    public ScriptSetup WithScenarioCompletionTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        return this with { CompletionTimeout = timeout };
    }

    /// <summary>Seed of arrivals and chance; <c>--seed</c> says otherwise.</summary>
    public ScriptSetup WithSeed(ulong seed) => this with { Seed = seed };

    /// <summary>Shows the script's own metrics.</summary>
    public ScriptSetup RegisterMetrics(params Metric[] metrics) => this with { Metrics = [.. metrics] };

    /// <summary>Runs the script to its end.</summary>
    /// <param name="args">The script's arguments; <c>--help</c> lists them.</param>
    public NodeStats Run(params string[] args) => RunAsync(args).GetAwaiter().GetResult();

    /// <summary>Runs the script to its end.</summary>
    /// <param name="args">The script's arguments; <c>--help</c> lists them.</param>
    public async Task<NodeStats> RunAsync(params string[] args)
    {
        using var interruption = Interruption.OfProcess();
        NodeStats stats = await RunAsync(args, CliEnvironment.OfProcess(), interruption.Token);
        Environment.ExitCode = stats.ExitCode;
        return stats;
    }

    internal async Task<NodeStats> RunAsync(
        IReadOnlyList<string> args, CliEnvironment environment, CancellationToken stop)
    {
        NodeStats? stats = null;
        ExitCode code = await CapacityProgram.RunAsync(["script", .. args], environment, stop, [host =>
        {
            var command = new ScriptCommand(this);
            return command.Create(host, finished => stats = finished);
        }]);
        return (stats ?? new NodeStats { ExitCode = 0 }) with { ExitCode = (int)code };
    }
}
