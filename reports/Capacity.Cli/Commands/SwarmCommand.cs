using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Capacity.Cli.Checking;
using Capacity.Swarm;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity swarm</c>: the self-adapting system on a real Docker Swarm.</summary>
internal static class SwarmCommand
{
    public static Command Create(CommandHost host)
    {
        var folder = new Option<string>("--folder")
        {
            Description = "Where the throw-away engine and the stack's files are kept until 'down'",
            HelpName = "folder",
            DefaultValueFactory = _ => SwarmFolder.Usual,
            Recursive = true,
        };
        return new Command("swarm", "Run the self-adapting system on a real Docker Swarm")
        {
            folder,
            Up(host, folder),
            Down(host, folder),
            Status(host, folder),
            SwarmDrillCommand.Create(host, folder),
        };
    }

    private static Command Up(CommandHost host, Option<string> folder)
    {
        var engine = new Option<string?>("--engine")
        {
            Description = "Use this engine, a manager of a swarm (default: $DOCKER_HOST, or the one of this machine; "
                + "when none runs, root gets a throw-away one)",
            HelpName = "address",
        };
        var images = new Option<string>("--images")
        {
            Description = "local: made from programs of this machine, no registry is asked; public: from registries",
            HelpName = "which",
            DefaultValueFactory = _ => "local",
        };
        images.AcceptOnlyFromAmong("local", "public");
        var set = new Option<string[]>("--set")
        {
            Description = "A variable of the stack file, as in --set SCALE_MAX=3; may be repeated",
            HelpName = "NAME=value",
            DefaultValueFactory = _ => [],
        };
        set.Validators.Add(result =>
        {
            foreach (string wrong in (result.GetValueOrDefault<string[]>() ?? []).Where(s => s.IndexOf('=') < 1))
            {
                result.AddError($"--set takes NAME=value, not '{wrong}'");
            }
        });
        var command = new Command("up", "Start it: engine, images, stack") { engine, images, set };
        host.Handle(command, (parsed, console, stop) => GuardedAsync(async () =>
        {
            long started = Stopwatch.GetTimestamp();
            var place = new SwarmFolder(parsed.GetValue(folder)!);
            var options = new LiveSwarmOptions
            {
                Engine = TargetOptions.EngineOf(parsed.GetValue(engine), console.Environment),
                LocalImages = parsed.GetValue(images) == "local",
                Variables = parsed.GetValue(set)!.Select(s => s.Split('=', 2))
                    .ToDictionary(s => s[0], s => s[1], StringComparer.Ordinal),
            };
            await new LiveSwarm(place, Say(console, started)).UpAsync(options, stop);
            Say(console, started)("the swarm is up");
            await PrintAsync(place, console, stop);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Down(CommandHost host, Option<string> folder)
    {
        var command = new Command("down", "End it, and leave nothing behind");
        host.Handle(command, (parsed, console, stop) => GuardedAsync(async () =>
        {
            long started = Stopwatch.GetTimestamp();
            var place = new SwarmFolder(parsed.GetValue(folder)!);
            bool any = await new LiveSwarm(place, Say(console, started)).DownAsync(stop);
            Say(console, started)(any ? "the swarm is down, and nothing is left of it" : "no swarm is up");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Status(CommandHost host, Option<string> folder)
    {
        var command = new Command("status", "Say what runs, and where");
        host.Handle(command, (parsed, console, stop) => GuardedAsync(
            () => PrintAsync(new SwarmFolder(parsed.GetValue(folder)!), console, stop)));
        return command;
    }

    private static async Task<ExitCode> PrintAsync(
        SwarmFolder folder, CommandConsole console, CancellationToken stop)
    {
        IReadOnlyList<EngineService>? services = await new LiveSwarm(folder, console.Say).StatusAsync(stop);
        if (services is null)
        {
            console.Say("no swarm is up; start one with: capacity swarm up");
            return ExitCode.EnvironmentFailed;
        }

        foreach (EngineService service in services.OrderBy(s => s.Spec.Name, StringComparer.Ordinal))
        {
            EngineServiceStatus status = service.ServiceStatus ?? new EngineServiceStatus(0, 0);
            console.Data(string.Create(CultureInfo.InvariantCulture,
                $"{service.Spec.Name,-22} {status.RunningTasks}/{status.DesiredTasks} running"));
        }

        IReadOnlyDictionary<string, string> variables = folder.Read()?.Variables
            ?? new Dictionary<string, string>(StringComparer.Ordinal);
        string Local(string variable) => $"http://127.0.0.1:{StackPorts.Of(variables, variable)}";
        string proxy = Local("PROXY_PORT");
        console.Say($"demo service  {proxy}/demo/hello?delay=100");
        console.Say($"proxy         {Local("STATS_PORT")}/stats");
        console.Say($"Prometheus    {Local("PROMETHEUS_PORT")}");
        console.Say($"Alertmanager  {Local("ALERTMANAGER_PORT")}");
        console.Say($"scale by hand curl -X POST {proxy}/scaler/v1/scale-service"
            + $" -H \"Authorization: Bearer $(cat {folder.TokenFile})\""
            + $" -d '{{\"groupLabels\":{{\"scale\":\"up\",\"service\":\"{LiveSwarm.StackName}_main\"}}}}'");
        return ExitCode.Ok;
    }

    private static Action<string> Say(CommandConsole console, long started) => line => console.Say(string.Create(
        CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s  {line}"));

    private static async Task<ExitCode> GuardedAsync(Func<Task<ExitCode>> body)
    {
        try
        {
            return await body();
        }
        catch (ClusterException problem)
        {
            throw new EnvironmentFailedException(problem.Message, problem.Hint, problem);
        }
        catch (EngineException problem)
        {
            throw new EnvironmentFailedException(problem.Message,
                "check that Docker runs and that this node is a manager: docker swarm init", problem);
        }
    }
}
