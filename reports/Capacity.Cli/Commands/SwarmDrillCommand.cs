using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Capacity.Swarm;
using Capacity.Swarm.Drills;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity swarm drill</c>: a fault on purpose, on a real swarm under load.</summary>
internal static class SwarmDrillCommand
{
    public static Command Create(CommandHost host, Option<string> folder)
    {
        var name = new Argument<string?>("name")
        {
            Description = "Which drill: " + string.Join(", ", Drill.All.Select(d => d.Name)),
            HelpName = "name",
            DefaultValueFactory = _ => null,
        };
        name.CompletionSources.Add([.. Drill.All.Select(d => d.Name)]);
        var list = new Option<bool>("--list") { Description = "Say what each drill does and expects" };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON to the output" };
        var command = new Command("drill", "Make a fault on purpose, and see what it costs and how long it lasts")
        {
            name,
            list,
            json,
        };
        command.Validators.Add(result =>
        {
            string? asked = result.GetValue(name);
            if (asked is null ? !result.GetValue(list) : Drill.All.All(d => d.Name != asked))
            {
                result.AddError(asked is null ? "name a drill, or see them all with --list"
                    : $"there is no drill '{asked}'; there are: {string.Join(", ", Drill.All.Select(d => d.Name))}");
            }
        });
        host.Handle(command, async (parsed, console, stop) =>
        {
            if (parsed.GetValue(name) is not { } asked)
            {
                return List(console);
            }

            Drill drill = Drill.All.Single(d => d.Name == asked);
            console.Say($"{drill.Name}: {drill.Fault}");
            console.Say($"expected  {drill.Expected}");
            DrillResult result = await RunAsync(drill, parsed.GetValue(folder)!, console, stop);
            if (parsed.GetValue(json))
            {
                console.Data(Json(result));
            }

            return Tell(result, console);
        });
        return command;
    }

    /// <summary>The result as one JSON object.</summary>
    internal static string Json(DrillResult result)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("drill", result.Drill.Name);
            json.WriteString("fault", result.Drill.Fault);
            json.WriteString("expected", result.Drill.Expected);
            json.WriteBoolean("met", result.Unmet.Count == 0);
            json.WriteStartArray("unmet");
            foreach (string unmet in result.Unmet)
            {
                json.WriteStringValue(unmet);
            }

            json.WriteEndArray();
            Seconds("faultAt", result.FaultAt);
            Seconds("repairedAt", result.RepairedAt);
            Seconds("recoverySeconds", result.RecoverySeconds);
            json.WriteNumber("requests", result.Requests);
            json.WriteNumber("failed", result.Failed);
            json.WriteStartObject("failures");
            foreach ((string why, int many) in result.Failures.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                json.WriteNumber(why, many);
            }

            json.WriteEndObject();
            Seconds("outageSeconds", result.OutageSeconds);
            Seconds("slowestSeconds", result.SlowestSeconds);
            json.WriteNumber("scaledMeanwhile", result.ScaledMeanwhile);
            json.WriteStartArray("events");
            foreach (DrillEvent happened in result.Events)
            {
                json.WriteStartObject();
                Seconds("at", happened.At);
                json.WriteString("text", happened.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();

            void Seconds(string key, double value)
            {
                if (double.IsNaN(value))
                {
                    json.WriteNull(key);
                }
                else
                {
                    json.WriteNumber(key, Math.Round(value, 3));
                }
            }
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static ExitCode List(CommandConsole console)
    {
        foreach (Drill drill in Drill.All)
        {
            console.Data($"{drill.Name,-18}{drill.Fault}");
            console.Data($"{"",-18}expected: {drill.Expected}");
        }

        return ExitCode.Ok;
    }

    private static ExitCode Tell(DrillResult result, CommandConsole console)
    {
        string why = result.Failed == 0 ? "" : " (" + string.Join(", ", result.Failures.OrderBy(
            f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}: {f.Value}")) + ")";
        string recovery = double.IsNaN(result.RecoverySeconds) ? "not recovered" : string.Create(
            CultureInfo.InvariantCulture, $"recovered after {result.RecoverySeconds:0.0} s");
        console.Say(string.Create(CultureInfo.InvariantCulture,
            $"measured  {result.Failed} of {result.Requests} requests failed{why}; {recovery}; slowest answer "
            + $"{result.SlowestSeconds:0.00} s; outage {result.OutageSeconds:0.0} s"));
        foreach (string unmet in result.Unmet)
        {
            console.Say($"{console.Tinted("not as expected", Tint.Red)}  {unmet}");
        }

        if (result.Unmet.Count == 0)
        {
            console.Say(console.Tinted("as expected", Tint.Green));
        }

        return result.Unmet.Count == 0 ? ExitCode.Ok : ExitCode.No;
    }

    private static async Task<DrillResult> RunAsync(
        Drill drill, string folder, CommandConsole console, CancellationToken stop)
    {
        void Event(DrillEvent happened) => console.Say(string.Create(
            CultureInfo.InvariantCulture, $"{happened.At,6:0.0} s  {happened.Text}"));
        try
        {
            if (drill.Name != "lose-node")
            {
                return await new DrillRun(new SwarmFolder(folder), null, Event).RunAsync(drill, stop);
            }

            long started = Stopwatch.GetTimestamp();
            var swarm = new NodeSwarm(folder.TrimEnd('/') + "-nodes", line => console.Say(string.Create(
                CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s  {line}")));
            try
            {
                await swarm.UpAsync(stop);
                return await new DrillRun(swarm.Folder, swarm.Network, Event).RunAsync(drill, stop);
            }
            finally
            {
                await swarm.DownAsync(CancellationToken.None);
            }
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
}
