using System.CommandLine;
using System.Net;
using Capacity.Cli.Checking;
using Capacity.Cli.Exposing;
using Capacity.Load;
using Capacity.Model;
using Capacity.Reports;

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
        var agents = new AgentOptions(command);
        var target = new TargetOptions(command, elsewhere: true);
        Option<int> port = PortOption();
        Option<string?> json = RunOptions.Json();
        command.Options.Add(port);
        command.Options.Add(json);
        Option<IPEndPoint?> prometheus = MetricsPage.Option();
        command.Options.Add(prometheus);
        var records = new Option<string?>("--records")
        {
            Description = "Write one line of JSON per request to this file: instants, status, bytes, what failed",
            HelpName = "file",
        };
        var connections = new Option<int?>("--connections")
        {
            Description = "Most connections at once; requests beyond them wait for one. Without it: as many as needed",
            HelpName = "number",
        };
        connections.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
            {
                result.AddError("--connections must be at least 1");
            }
        });
        command.Options.Add(records);
        command.Options.Add(connections);
        host.Handle(command, async (parsed, console, stop) =>
        {
            ulong seed = parsed.GetValue(options.Seed);
            (LoadedScenario? loaded, ExitCode code) = input.Load(parsed, console, seed,
                target.Target(parsed) is { IsSwarm: true });
            if (loaded is null)
            {
                return code;
            }

            string folder = options.Folder(parsed, loaded.Scenario.Name);
            AtomicFile.Prepare(folder);
            if (agents.Wanted(parsed))
            {
                DateTimeOffset begun = console.Environment.Clock.GetUtcNow();
                RunResult merged = await agents.RunAsync(
                    parsed, loaded.Scenario, parsed.GetValue(input.Set) ?? [], target.Target(parsed)?.Address, seed,
                    console, stop);
                merged = merged with { StartedAt = begun, LoadDigest = LoadDigest.Of(loaded.Scenario) };
                return await RunOutput.FinishAsync(
                    merged, loaded.Scenario, folder, parsed.GetValue(json), console);
            }

            if (target.Target(parsed) is { IsSwarm: true })
            {
                (RunResult? earlier, ExitCode unread) = target.Calibration(parsed, console);
                if (unread != ExitCode.Ok)
                {
                    return unread;
                }

                var swarm = new SwarmRehearsal(loaded, target.Folder(parsed),
                    target.Engine(parsed, console.Environment), seed, console);
                RunResult seen = await swarm.RunAsync(earlier, target.CalibrationFile(parsed), folder, stop);
                return await RunOutput.FinishAsync(seen, loaded.Scenario, folder, parsed.GetValue(json), console,
                    SwarmPrediction.Speed(loaded));
            }

            await using MetricsPage? page = await MetricsPage.StartAsync(parsed.GetValue(prometheus), console, stop);

            // Another service's loop cannot be made faster, so it gets the launch's own load.
            Uri? address = target.Target(parsed)?.Address;
            DateTimeOffset started = console.Environment.Clock.GetUtcNow();
            Rehearsal rehearsal = address is null
                ? loaded.Scenario.Rehearsal : new Rehearsal { Speed = 1 };
            using RecordsFile? file = RecordsFile.Open(parsed.GetValue(records));
            LoadSettings Adjusted(LoadSettings load) => load with
            {
                Records = file?.Stream,
                Http = loaded.Scenario.Http with
                {
                    Connections = parsed.GetValue(connections) ?? loaded.Scenario.Http.Connections,
                },
            };
            RunResult run = address is not null
                ? await RehearsalRun.RunAgainstAsync(
                    Predictions.Launch(loaded), address, seed, console, stop, page, Adjusted)
                : await RehearsalRun.RunAsync(
                    Predictions.Rehearsal(loaded), seed, parsed.GetValue(port), console, stop, page, Adjusted);
            file?.Keep();
            run = run with
            {
                StartedAt = started,
                LoadDigest = LoadDigest.Of(loaded.Scenario, rehearsal.Demand, rehearsal.Speed),
            };
            return await RunOutput.FinishAsync(
                run, loaded.Scenario, folder, parsed.GetValue(json), console,
                address is null ? loaded.Scenario.Rehearsal.Speed : 1);
        });
        return command;
    }

    /// <summary>A service that runs elsewhere.</summary>
    public static Option<Uri?> TargetOption() => new Option<Uri?>("--target")
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
