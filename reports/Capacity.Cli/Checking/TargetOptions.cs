using System.CommandLine;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Swarm;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Cli.Checking;

/// <summary>What real requests are driven at.</summary>
/// <param name="Address">A service that runs elsewhere; null for the live stack on a swarm.</param>
internal sealed record RunTarget(Uri? Address)
{
    /// <summary>Whether it is the live stack on a swarm.</summary>
    public bool IsSwarm => Address is null;
}

/// <summary>The options that say what real requests are driven at.</summary>
internal sealed class TargetOptions
{
    private const string Swarm = "swarm";

    private readonly Option<RunTarget?> _target;
    private readonly Option<string> _folder = new("--swarm-folder")
    {
        Description = "With --target swarm: where the swarm is kept",
        HelpName = "folder",
        DefaultValueFactory = _ => SwarmFolder.Usual,
    };

    private readonly Option<string?> _engine = new("--engine")
    {
        Description = "With --target swarm: the engine for a new swarm (default: $DOCKER_HOST, that of this machine, "
            + "or a throw-away one)",
        HelpName = "address",
    };

    private readonly Option<string?> _calibration = new("--calibration")
    {
        Description = "With --target swarm: an earlier run's rehearsal.json; the run is predicted from it beforehand",
        HelpName = "file",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="elsewhere">Whether services that run elsewhere may be named.</param>
    /// <param name="drives">Whether anything is driven there, or only predicted.</param>
    public TargetOptions(Command command, bool elsewhere = false, bool drives = true)
    {
        _target = new Option<RunTarget?>("--target")
        {
            Description = elsewhere
                ? "swarm: the live stack on a real swarm; or the base address of a service that runs elsewhere"
                : drives ? "swarm: rehearse on the live stack, on a real swarm"
                : "swarm: predict the run on the live stack, at the rehearsal's speed",
            HelpName = elsewhere ? "swarm|address" : Swarm,
            CustomParser = result =>
            {
                string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
                if (text == Swarm)
                {
                    return new RunTarget((Uri?)null);
                }

                if (elsewhere && Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
                    && address.Scheme is ("http" or "https"))
                {
                    return new RunTarget(address);
                }

                result.AddError(elsewhere
                    ? $"--target must be swarm, or an address such as http://127.0.0.1:8080, not '{text}'"
                    : $"--target must be swarm, not '{text}'");
                return null;
            },
        };
        _target.CompletionSources.Add(Swarm);
        command.Options.Add(_target);
        if (drives)
        {
            command.Options.Add(_folder);
            command.Options.Add(_engine);
        }

        if (elsewhere || !drives)
        {
            command.Options.Add(_calibration);
        }
    }

    /// <summary>The target; null for the embedded cluster.</summary>
    public RunTarget? Target(ParseResult parsed) => parsed.GetValue(_target);

    /// <summary>Where the swarm is kept.</summary>
    public SwarmFolder Folder(ParseResult parsed) => new(parsed.GetValue(_folder)!);

    /// <summary>The engine for a new swarm; null decides by whether one runs.</summary>
    /// <exception cref="EnvironmentFailedException">It is no address.</exception>
    public EngineAddress? Engine(ParseResult parsed, CliEnvironment environment) =>
        EngineOf(parsed.GetValue(_engine), environment);

    /// <summary>An engine by its address, or by the variable <c>DOCKER_HOST</c>; over TLS where the variables of the
    /// Docker client say so.</summary>
    /// <returns>Null when neither is given.</returns>
    /// <exception cref="EnvironmentFailedException">It is no address.</exception>
    public static EngineAddress? EngineOf(string? text, CliEnvironment environment)
    {
        string? address = string.IsNullOrEmpty(text) ? environment.Variable("DOCKER_HOST") : text;
        try
        {
            return string.IsNullOrEmpty(address) ? null : EngineAddress.Parse(address, environment.Variable);
        }
        catch (ClusterException problem)
        {
            throw new EnvironmentFailedException(problem.Message, problem.Hint, problem);
        }
    }

    /// <summary>Reads the earlier run.</summary>
    /// <returns>Null and the exit code when it cannot be read; null and <see cref="ExitCode.Ok"/> when none is
    /// named.</returns>
    public (RunResult? Run, ExitCode Code) Calibration(ParseResult parsed, CommandConsole console)
    {
        if (parsed.GetValue(_calibration) is not { } path)
        {
            return (null, ExitCode.Ok);
        }

        if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
        {
            return (null, ExitCode.Usage);
        }

        Parsed<RunResult> read = RunResultJson.Read(source);
        console.Explain(read.Diagnostics);
        return read.TryGet(out RunResult? run) ? (run, ExitCode.Ok) : (null, ExitCode.InvalidScenario);
    }

    /// <summary>The file that <see cref="Calibration"/> reads.</summary>
    public string? CalibrationFile(ParseResult parsed) => parsed.GetValue(_calibration);
}
