using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Capacity.Cli.Checking;
using Capacity.Load;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Swarm.Agents;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity agent</c>: one of several load generators, started by <c>capacity run --agents</c>.</summary>
internal static class AgentCommand
{
    private const double LateMax = 0.5; // seconds

    public static Command Create(CommandHost host)
    {
        var index = new Option<int?>("--index")
        {
            Description = "Number of this agent, from 0 (default: as $" + SwarmAgents.SlotVariable + " says)",
            HelpName = "number",
        };
        var command = new Command("agent",
            "Send one part of a load; started by 'capacity run --agents', with its order on the input") { index };
        host.Handle(command, async (parsed, console, stop) =>
        {
            string? inherited = console.Environment.Variable(SwarmAgents.OrderVariable);
            string text = string.IsNullOrEmpty(inherited)
                ? await console.Environment.Input.ReadLineAsync(stop) ?? "" : Decoded(inherited);
            Parsed<AgentOrder> read = AgentOrder.Read(new SourceText("order", text));
            console.Explain(read.Diagnostics);
            if (!read.TryGet(out AgentOrder? order))
            {
                return ExitCode.Usage;
            }

            int number = parsed.GetValue(index) ?? Slot(console, order.Agents);
            if (number < 0 || number >= order.Agents)
            {
                console.Fail(string.Create(CultureInfo.InvariantCulture,
                    $"agent {number} is not among the {order.Agents} of the order"), "numbers count from 0");
                return ExitCode.Usage;
            }

            return await RunAsync(order, number, console, stop);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        AgentOrder order, int number, CommandConsole console, CancellationToken stop)
    {
        Parsed<Scenario> read = ScenarioReader.Read(
            new SourceText(order.Path, order.Scenario), [.. order.Set], _ => true);
        if (!read.TryGet(out Scenario? scenario))
        {
            return console.Explain(read.Diagnostics);
        }

        LoadSettings settings = RehearsalRun.SettingsOf(
            scenario, order.Target, ulong.Parse(order.Seed, CultureInfo.InvariantCulture));
        settings = settings with { Plan = new LoadShare(number, order.Agents).Of(settings.Plan) };
        using var undisturbed = new Undisturbed();
        await RehearsalRun.CheckAsync(settings.Requests, order.Target, stop); // it also readies the code that sends
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        long startAt = order.StartAt;
        if (startAt == 0)
        {
            console.Data(LocalAgents.Ready);
            await console.Output.FlushAsync(stop);
            string? told = await console.Environment.Input.ReadLineAsync(stop);
            if (!long.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out startAt))
            {
                return ExitCode.Interrupted;
            }

            _ = StopWithInputAsync(console.Environment.Input, ended);
        }

        double ahead = (startAt - console.Environment.Clock.GetUtcNow().ToUnixTimeMilliseconds()) / 1000.0;
        if (ahead < -LateMax)
        {
            var late = new Diagnostic("CAP132", new SourceSpan(new SourceText("order", ""), 1, 1, 0),
                string.Create(CultureInfo.InvariantCulture, $"this agent is {-ahead:0.0} s too late for the start"),
                "set the nodes' clocks, and see that every node has the image already");
            console.Explain([late]);
            return ExitCode.EnvironmentFailed;
        }

        long start = Stopwatch.GetTimestamp() + (long)(ahead * Stopwatch.Frequency);
        RunResult run = await new LoadEngine(settings).RunAsync(start, null, ended.Token);
        foreach (string line in AgentLines.Write(number, RunResultJson.ToUtf8(run)))
        {
            console.Data(line);
        }

        return ExitCode.Ok;
    }

    // Whoever started the agent closes its input to end it early.
    private static Task StopWithInputAsync(TextReader input, CancellationTokenSource ended) => Task.Run(() =>
    {
        while (input.ReadLine() is not null)
        {
        }

        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    });

    private static string Decoded(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length)
            ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }

    // The tasks of a job count from 0, those of other services from 1; for 0 the engine writes the node's id instead.
    private static int Slot(CommandConsole console, int agents) => int.TryParse(
        console.Environment.Variable(SwarmAgents.SlotVariable), NumberStyles.None, CultureInfo.InvariantCulture,
        out int slot) ? slot % agents : 0;
}
