using System.CommandLine;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Scaler;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity scaler</c>: docker-scaler's service, a drop-in for it.</summary>
internal static class ScalerCommand
{
    private const string TokenVariable = "SCALER_TOKEN";

    public static Command Create(CommandHost host)
    {
        var command = new Command("scaler",
            "Run docker-scaler's service: Alertmanager's webhooks scale services of the swarm");
        var options = new ServiceOptions(command);
        var tokenFile = new Option<string?>("--token-file")
        {
            Description = $"File with the bearer token that callers must show (default: ${TokenVariable}); none lets "
                + "everybody scale, as docker-scaler does",
            HelpName = "file",
        };
        var labelled = new Option<bool>("--only-labelled")
        {
            Description = "Refuse services without a com.df.scale… label",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing" };
        Option<TimeSpan> coolDown = ServiceOptions.Duration("--cool-down", "0s",
            "Least time between two changes of a service");
        Option<TimeSpan> once = ServiceOptions.Duration("--once-within", "0s",
            "Obey a notification sent again within this time only once; shorter than repeat_interval");
        foreach (Option option in new Option[] { tokenFile, labelled, dryRun, coolDown, once })
        {
            command.Options.Add(option);
        }

        host.Handle(command, (parsed, console, stop) => ServiceOptions.RunAsync(
            async () =>
            {
                ScalerSettings read = ScalerVariables.Read(console.Environment.Variable);
                ScalerSettings settings = read with
                {
                    Listen = options.Listen(parsed),
                    Port = options.Port(parsed),
                    Token = Token(parsed.GetValue(tokenFile), console),
                    OnlyLabelled = parsed.GetValue(labelled),
                    DryRun = parsed.GetValue(dryRun),
                    OnceWithin = parsed.GetValue(once),
                    Options = read.Options with { CoolDown = parsed.GetValue(coolDown) },
                };
                EngineClient engine = options.Engine(parsed, console);
                ScalerServer server = await ScalerServer.StartAsync(
                    settings, engine, options.Log(parsed, console), console.Environment.Clock, stop);
                console.Say($"scaler: listening on {server.Address}, scaling at {engine.Address}");
                return (server, server.StopAsync);
            }, TimeSpan.FromSeconds(10), stop));
        return command;
    }

    private static string? Token(string? file, CommandConsole console)
    {
        if (file == "none")
        {
            return null;
        }

        try
        {
            string? token = file is null ? console.Environment.Variable(TokenVariable) : File.ReadAllText(file);
            return file is not null && string.IsNullOrWhiteSpace(token)
                ? throw new EnvironmentFailedException($"{file} is empty", "write the token into it")
                : string.IsNullOrWhiteSpace(token) ? null : token.Trim();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailedException($"cannot read {file}: {problem.Message}",
                "name a file that holds the token", problem);
        }
    }
}
