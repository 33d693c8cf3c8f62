using System.CommandLine;
using Capacity.Cli.Checking;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity run</c>: real requests, at the embedded cluster or at a service that runs elsewhere.</summary>
internal static class RunCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("run", "Drive real load and measure: the rehearsal alone");
        var input = new ScenarioInput(command);
        var options = new RunOptions(command);
        var target = new Option<Uri?>("--target")
        {
            Description = "Base address of a service that runs elsewhere, for example http://127.0.0.1:8080",
            HelpName = "address",
            CustomParser = result =>
            {
                string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
                if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https"))
                {
                    return address;
                }

                result.AddError($"--target must be an address such as http://127.0.0.1:8080, not '{text}'");
                return null;
            },
        };
        var agents = new AgentOptions(command);
        Option<int> port = PortOption();
        Option<string?> json = RunOptions.Json();
        command.Options.Add(target);
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

            if (agents.Wanted(parsed))
            {
                RunResult merged = await agents.RunAsync(
                    parsed, loaded.Scenario, parsed.GetValue(input.Set) ?? [], parsed.GetValue(target), seed, console,
                    stop);
                return await RunOutput.FinishAsync(merged, loaded.Scenario, options.Folder(parsed, merged.Scenario),
                    parsed.GetValue(json), console);
            }

            // Another service's loop cannot be made faster, so it gets the launch's own load.
            RunResult run = parsed.GetValue(target) is { } address
                ? await RehearsalRun.RunAgainstAsync(Predictions.Launch(loaded), address, seed, console, stop)
                : await RehearsalRun.RunAsync(
                    Predictions.Rehearsal(loaded), seed, parsed.GetValue(port), console, stop);
            return await RunOutput.FinishAsync(
                run, loaded.Scenario, options.Folder(parsed, run.Scenario), parsed.GetValue(json), console,
                parsed.GetValue(target) is null ? loaded.Scenario.Rehearsal.Speed : 1);
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
