using System.CommandLine;
using System.Text;
using Capacity.Cli.Checking;
using Capacity.Cli.Limits;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity limit</c>: the highest rate at which the objectives hold.</summary>
internal static class LimitCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("limit", "Find the highest rate at which the objectives hold");
        var input = new ScenarioInput(command);
        var live = new Option<bool>("--live") { Description = "Measure at a service in this process" };
        Option<Uri?> target = RunCommand.TargetOption();
        var replicas = new Option<int?>("--replicas")
        {
            Description = "Replicas, all the time; without it those that the stack starts with",
            HelpName = "count",
        };
        replicas.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 1000)
            {
                result.AddError("--replicas must be between 1 and 1000");
            }
        });
        Option<double> budget = Seconds("--budget", "Seconds that a measured search takes", 60, 5, 86_400);
        Option<double> probe = Seconds("--probe", "Seconds for which a rate is held", 3, 0.5, 3_600);
        var seed = new Option<ulong>("--seed")
        {
            Description = "Seed: the same seed gives the same simulated answer",
            HelpName = "number",
            DefaultValueFactory = _ => RunOptions.DefaultSeed,
        };
        Option<int> threads = RunOptions.Threads();
        Option<string?> json = RunOptions.Json();
        foreach (Option option in (Option[])[live, target, replicas, budget, probe, seed, threads, json])
        {
            command.Options.Add(option);
        }

        host.Handle(command, async (parsed, console, stop) =>
        {
            (LoadedScenario? loaded, ExitCode code) = input.Load(parsed, console, parsed.GetValue(seed));
            if (loaded is null)
            {
                return code;
            }

            if (LimitProbe.Steady(loaded.Scenario.Objectives).Count == 0)
            {
                return console.Explain([new Diagnostic("CAP161", new SourceSpan(loaded.Scenario.Source, 1, 1, 1),
                    "no objective of this scenario limits a latency or the errors, so every rate keeps them",
                    "add for example { metric: latency.p99, under: 400ms } to 'objectives'")]);
            }

            Uri? address = parsed.GetValue(target);
            var plan = new LimitPlan(parsed.GetValue(replicas) ?? Math.Max(1, loaded.Loop.InitialReplicas),
                parsed.GetValue(live) || address is not null, address, parsed.GetValue(budget), parsed.GetValue(probe),
                parsed.GetValue(seed), parsed.GetValue(threads));
            LimitAnswer? answer = await new LimitSearch(loaded, plan, console).RunAsync(stop);
            if (answer is null)
            {
                console.Say("stopped before anything was known");
                return ExitCode.Interrupted;
            }

            return await FinishAsync(answer, plan.Seed, parsed.GetValue(json), console);
        });
        return command;
    }

    private static async Task<ExitCode> FinishAsync(
        LimitAnswer answer, ulong seed, string? json, CommandConsole console)
    {
        byte[] bytes = LimitOutput.ToUtf8(answer, seed);
        if (json == "-")
        {
            console.Output.Write(Encoding.UTF8.GetString(bytes));
        }
        else
        {
            foreach (string line in LimitOutput.Lines(answer))
            {
                console.Data(line);
            }

            if (json is not null)
            {
                await AtomicFile.WriteAsync(json, bytes);
                console.Say($"stored  {json}");
            }
        }

        return answer.Partial ? ExitCode.Interrupted
            : answer.Doubt is null && double.IsFinite(answer.Limit.Rate) && double.IsFinite(answer.Limit.High)
                ? ExitCode.Ok
            : ExitCode.Inconclusive;
    }

    private static Option<double> Seconds(string name, string what, double usual, double least, double most)
    {
        var option = new Option<double>(name)
        {
            Description = what,
            HelpName = "seconds",
            DefaultValueFactory = _ => usual,
        };
        option.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() is var value && value >= least && value <= most))
            {
                result.AddError($"{name} must be between {least} and {most} seconds");
            }
        });
        return option;
    }
}
