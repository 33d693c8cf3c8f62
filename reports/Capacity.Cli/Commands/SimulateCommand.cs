using System.CommandLine;
using System.Globalization;
using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity simulate</c>: one simulated launch, from the scenario's own assumptions.</summary>
internal static class SimulateCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("simulate", "Simulate one launch in virtual time");
        var input = new ScenarioInput(command);
        var options = new RunOptions(command);
        var rate = new Option<string?>("--rate")
        {
            Description = "Scale the demand to this mean rate, for example 1200/s",
            HelpName = "rate",
        };
        var length = new Option<string?>("--for")
        {
            Description = "Stretch the demand to this length, for example 24h",
            HelpName = "duration",
        };
        var target = new TargetOptions(command, drives: false);
        Option<string?> json = RunOptions.Json();
        var policy = new Option<string?>("--policy")
        {
            Description = "Who scales instead of the scenario's policy: step (alerts and docker-scaler), hpa, target "
                + "or schedule",
            HelpName = "name",
        };
        policy.AcceptOnlyFromAmong([.. PolicyModel.Names]);
        command.Options.Add(policy);
        command.Options.Add(rate);
        command.Options.Add(length);
        command.Options.Add(json);
        host.Handle(command, async (parsed, console, stop) =>
        {
            ulong seed = parsed.GetValue(options.Seed);
            (LoadedScenario? loaded, ExitCode code) = input.Load(parsed, console, seed,
                target.Target(parsed) is { IsSwarm: true });
            if (loaded is null)
            {
                return code;
            }

            var diagnostics = new List<Diagnostic>();
            (double demand, double speed) =
                Scale(loaded.Scenario, parsed.GetValue(rate), parsed.GetValue(length), diagnostics);
            Scenario scenario = WithPolicy(loaded.Scenario, parsed.GetValue(policy), diagnostics);
            if (diagnostics.Count > 0)
            {
                console.Explain(diagnostics);
                return ExitCode.Usage;
            }

            (RunResult? earlier, ExitCode unread) = target.Calibration(parsed, console);
            if (unread != ExitCode.Ok)
            {
                return unread;
            }

            LoadedScenario asked = loaded with { Scenario = scenario };
            SimulationInput launch = target.Target(parsed) is not null ? SwarmPrediction.Input(asked)
                : Predictions.Launch(asked, demand, speed);
            RunResult run = LaunchSimulation.Run(
                earlier is null ? launch : SwarmPrediction.Fit(launch, earlier), seed, stop);
            return await RunOutput.FinishAsync(
                run, loaded.Scenario, options.Folder(parsed, run.Scenario), parsed.GetValue(json), console);
        });
        return command;
    }

    private static Scenario WithPolicy(Scenario scenario, string? name, List<Diagnostic> diagnostics)
    {
        if (name is null)
        {
            return scenario;
        }

        PolicyModel policy = scenario.Policy with
        {
            Use = (PolicyKind)PolicyModel.Names.Index().First(n => n.Item == name).Index,
        };
        if (policy.Obstacle(scenario.Service) is ({ } code, { } message, { } hint))
        {
            diagnostics.Add(new Diagnostic(code, SourceSpan.None, message, hint));
        }

        return scenario with { Policy = policy };
    }

    /// <summary>Factors that bring the demand to a mean rate and a length.</summary>
    internal static (double Demand, double Speed) Scale(
        Scenario scenario, string? rate, string? length, List<Diagnostic> diagnostics)
    {
        var quantity = new Quantity(diagnostics);
        double? Read(string? text, string option, Func<YamlScalar, double?> read) => text is null
            ? null
            : read(new YamlScalar(new SourceSpan(new SourceText(option, text), 1, 1, text.Length), text, Plain: true));

        LoadPlan plan = LoadPlan.Of(scenario.Load);
        double mean = plan.OpenRequests / plan.Duration;
        double? wanted = Read(rate, "--rate", s => quantity.Rate(s));
        double? seconds = Read(length, "--for", s => quantity.Duration(s));
        if (wanted is not null && mean <= 0)
        {
            diagnostics.Add(new Diagnostic("CAP045", SourceSpan.None, "--rate needs a scenario with open load stages",
                string.Create(CultureInfo.InvariantCulture, $"'{scenario.Name}' has users only")));
        }

        return (wanted / mean ?? 1, seconds is > 0 ? plan.Duration / seconds.Value : 1);
    }
}
