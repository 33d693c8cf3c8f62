using System.CommandLine;
using Capacity.Cli.Checking;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity run</c>: real requests, at the embedded cluster, at the live stack on a
/// swarm, or at a service that runs elsewhere.</summary>
internal static class RunCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("run", "Drive real load and measure: the rehearsal alone");
        var input = new ScenarioInput(command);
        var options = new RunOptions(command);
        var target = new TargetOptions(command, elsewhere: true);
        Option<int> port = PortOption();
        Option<string?> json = RunOptions.Json();
        command.Options.Add(port);
        command.Options.Add(json);
        host.Handle(command, async (parsed, console, stop) =>
        {
            ulong seed = parsed.GetValue(options.Seed);
            (LoadedScenario? loaded, ExitCode code) = input.Load(parsed, console, seed);
            if (loaded is null)
            {
                return code;
            }

            if (target.Target(parsed) is { IsSwarm: true })
            {
                (RunResult? earlier, ExitCode unread) = target.Calibration(parsed, console);
                if (unread != ExitCode.Ok)
                {
                    return unread;
                }

                var rehearsal = new SwarmRehearsal(loaded, target.Folder(parsed),
                    target.Engine(parsed, console.Environment), seed, console);
                string folder = options.Folder(parsed, loaded.Scenario.Name);
                RunResult seen = await rehearsal.RunAsync(earlier, target.CalibrationFile(parsed), folder, stop);
                return await RunOutput.FinishAsync(seen, loaded.Scenario, folder, parsed.GetValue(json), console,
                    SwarmPrediction.Speed(loaded));
            }

            // Another service's loop cannot be made faster, so it gets the launch's own load.
            Uri? address = target.Target(parsed)?.Address;
            RunResult run = address is not null
                ? await RehearsalRun.RunAgainstAsync(Predictions.Launch(loaded), address, seed, console, stop)
                : await RehearsalRun.RunAsync(
                    Predictions.Rehearsal(loaded), seed, parsed.GetValue(port), console, stop);
            return await RunOutput.FinishAsync(
                run, loaded.Scenario, options.Folder(parsed, run.Scenario), parsed.GetValue(json), console,
                address is null ? loaded.Scenario.Rehearsal.Speed : 1);
        });
        return command;
    }

    /// <summary>Port of the embedded cluster's balancer.</summary>
    public static Option<int> PortOption()
    {
        var port = new Option<int>("--port")
        {
            Description = "Port of the embedded cluster's balancer on loopback; 0 takes any free one",
            HelpName = "number",
        };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65_535)
            {
                result.AddError("--port must be between 0 and 65535");
            }
        });
        return port;
    }
}
