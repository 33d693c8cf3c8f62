using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Capacity.Cli.Checking;
using Capacity.Model;
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
        var predict = new Option<bool>("--predict") { Description = "Simulate the drill only; no swarm is needed" };
        var command = new Command("drill", "Make a fault on purpose, and see what it costs and how long it lasts")
        {
            name,
            list,
            predict,
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
            bool only = parsed.GetValue(predict);
            DrillForecast? forecast = Predict(drill, parsed.GetValue(folder)!, console);
            if (only)
            {
                if (parsed.GetValue(json) && forecast is not null)
                {
                    console.Data(DrillJson.Write(forecast));
                }

                return forecast is null ? ExitCode.InvalidScenario : ExitCode.Ok;
            }

            DrillResult result = await RunAsync(drill, parsed.GetValue(folder)!, console, stop);
            if (parsed.GetValue(json))
            {
                console.Data(DrillJson.Write(result, forecast));
            }

            return Tell(result, console);
        });
        return command;
    }

    /// <summary>Says beforehand what the simulator expects; nothing on a swarm that runs a scenario's own
    /// stack.</summary>
    private static DrillForecast? Predict(Drill drill, string folder, CommandConsole console)
    {
        var place = new SwarmFolder(folder);
        if (!drill.OnNodes && place.RunsScenario)
        {
            console.Say("predicted nothing: the swarm runs the stack of a scenario, not the one of the drills");
            return null;
        }

        IReadOnlyDictionary<string, string> variables = drill.OnNodes ? new Dictionary<string, string>(
            StringComparer.Ordinal) : place.Read()?.Variables ?? new Dictionary<string, string>(StringComparer.Ordinal);
        Parsed<DrillForecast> predicted = DrillPrediction.Of(drill, variables, seed: 1);
        console.Explain(predicted.Diagnostics);
        if (!predicted.TryGet(out DrillForecast? forecast))
        {
            return null;
        }

        string recovery = forecast.Recovery is { } time ? string.Create(CultureInfo.InvariantCulture,
            $"recovered after {time.Middle:0.0} s ({time.Low:0.0} … {time.High:0.0})") : "not recovered";
        console.Say(string.Create(CultureInfo.InvariantCulture,
            $"predicted {forecast.Failed.Middle:0} requests failed ({forecast.Failed.Low:0} … "
            + $"{forecast.Failed.High:0}); {recovery}; replicas {Curve(forecast.Curve)}; "
            + $"{forecast.Launches} launches"));
        return forecast;
    }

    /// <summary>A replica curve in one line.</summary>
    private static string Curve(IReadOnlyList<DrillStep> steps) => string.Join(" → ", steps.Select((s, i) => i == 0
        ? s.Wanted.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{s.Wanted} ({s.Since:0} s)")));

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
            + $"{result.SlowestSeconds:0.00} s; outage {result.OutageSeconds:0.0} s; replicas {Curve(result.Curve)}"));
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
            if (!drill.OnNodes)
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
