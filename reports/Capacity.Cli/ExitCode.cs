namespace Capacity.Cli;

/// <summary>What the program's exit code says. Scripts and pipelines rely on these numbers.</summary>
internal enum ExitCode
{
    /// <summary>Go, no regression, or simply done.</summary>
    Ok = 0,

    /// <summary>No-go, or regressed.</summary>
    No = 1,

    /// <summary>The command line cannot be understood, or names a file that is not there.</summary>
    Usage = 2,

    /// <summary>The scenario, or a file that it names, has errors.</summary>
    InvalidScenario = 3,

    /// <summary>The target, the swarm or this machine failed: nothing can be said about the service.</summary>
    EnvironmentFailed = 4,

    /// <summary>Not enough launches, data or validation for a verdict.</summary>
    Inconclusive = 5,

    /// <summary>A defect of this program.</summary>
    Internal = 70,

    /// <summary>Stopped by Ctrl-C or SIGTERM; what was finished is kept.</summary>
    Interrupted = 130,
}
