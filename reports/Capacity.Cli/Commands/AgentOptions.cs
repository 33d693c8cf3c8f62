using System.CommandLine;
using System.Globalization;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Swarm;
using Capacity.Swarm.Agents;
using Capacity.Swarm.Engine;

namespace Capacity.Cli.Commands;

/// <summary>The options of a load that several agents send together.</summary>
internal sealed class AgentOptions
{
    private readonly Option<int> _count = new("--agents")
    {
        Description = "Send the load from this many agents at once, each its part of the same arrivals",
        HelpName = "number",
    };

    private readonly Option<string> _where = new("--agents-on")
    {
        Description = "local: processes of this machine; swarm: a job of the swarm, in the proxy's network",
        HelpName = "where",
        DefaultValueFactory = _ => "local",
    };

    private readonly Option<string?> _engine = new("--agents-engine")
    {
        Description = "Docker engine of --agents-on swarm (default: $DOCKER_HOST, " + EngineAddress.Usual + ")",
        HelpName = "address",
    };

    /// <summary>Adds the options to a command.</summary>
    public AgentOptions(Command command)
    {
        _count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--agents must be between 1 and 1000");
            }
        });
        _where.AcceptOnlyFromAmong("local", "swarm");
        command.Options.Add(_count);
        command.Options.Add(_where);
        command.Options.Add(_engine);
        command.Validators.Add(result =>
        {
            bool needsTarget = result.GetValue(_count) > 0 && result.GetValue(_where) != "swarm";
            if (needsTarget && result.Children.All(c => c is not System.CommandLine.Parsing.OptionResult
                { Implicit: false, Option.Name: "--target" }))
            {
                result.AddError("--agents needs --target: the embedded cluster lives in one process");
            }
        });
    }

    /// <summary>Whether agents are asked for.</summary>
    public bool Wanted(ParseResult parsed) => parsed.GetValue(_count) > 0;

    /// <summary>Runs the agents and merges what they measured.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="scenario">What to send.</param>
    /// <param name="set">Values that replace some of the scenario's text.</param>
    /// <param name="target">Base address; null takes the swarm's own proxy.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="console">Says what takes time.</param>
    /// <param name="stop">Ends them early.</param>
    /// <exception cref="EnvironmentFailedException">An agent fails.</exception>
    public async Task<RunResult> RunAsync(ParseResult parsed, Scenario scenario, IReadOnlyList<string> set,
        Uri? target, ulong seed, CommandConsole console, CancellationToken stop)
    {
        bool onSwarm = parsed.GetValue(_where) == "swarm";
        var order = new AgentOrder
        {
            Path = scenario.Source.Path,
            Scenario = scenario.Source.Text,
            Set = set,
            Target = target ?? SwarmAgents.Proxy,
            Seed = seed.ToString(CultureInfo.InvariantCulture),
            Agents = parsed.GetValue(_count),
        };
        try
        {
            double duration = LoadPlan.Of(scenario.Load).Duration;
            console.Say(string.Create(CultureInfo.InvariantCulture,
                $"{order.Agents} agents send {scenario.Name} to {order.Target} for {duration:0} s"));
            IReadOnlyList<byte[]> results = onSwarm
                ? await OnSwarmAsync(parsed, order, duration, console, stop)
                : await new LocalAgents(Program()).RunAsync(order, stop);
            return RunMerge.Of([.. results.Select(Read)]);
        }
        catch (ClusterException problem)
        {
            throw new EnvironmentFailedException(problem.Message, problem.Hint, problem);
        }
        catch (EngineException problem)
        {
            throw new EnvironmentFailedException(problem.Message, "see: capacity swarm status", problem);
        }
    }

    private async Task<IReadOnlyList<byte[]>> OnSwarmAsync(
        ParseResult parsed, AgentOrder order, double duration, CommandConsole console, CancellationToken stop)
    {
        string? variable = console.Environment.Variable("DOCKER_HOST");
        using var engine = new EngineClient(EngineAddress.Parse(parsed.GetValue(_engine)
            ?? (string.IsNullOrEmpty(variable) ? EngineAddress.Usual : variable), console.Environment.Variable));
        return await new SwarmAgents(engine, console.Say).RunAsync(order, TimeSpan.FromSeconds(duration), stop);
    }

    private static RunResult Read(byte[] stored)
    {
        Parsed<RunResult> read =
            RunResultJson.Read(new SourceText("agent", System.Text.Encoding.UTF8.GetString(stored)));
        return read.TryGet(out RunResult? run) ? run : throw new EnvironmentFailedException(
            $"a load agent's result cannot be read: {read.Diagnostics[0].Message}",
            "all agents must be the same version of capacity");
    }

    // As this process was started: the program itself, or the runtime with the program's file.
    private static string[] Program()
    {
        string path = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? [path, Path.Combine(AppContext.BaseDirectory, "capacity.dll")] : [path];
    }
}
