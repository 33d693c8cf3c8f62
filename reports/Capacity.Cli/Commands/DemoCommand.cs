using System.CommandLine;
using Capacity.Swarm;
using Capacity.Swarm.Demo;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity demo</c>: one replica of the demo service.</summary>
internal static class DemoCommand
{
    private const int WorkersMax = 100_000;

    public static Command Create(CommandHost host)
    {
        var command = new Command("demo",
            "Run one replica of the demo service: /demo/hello?delay=ms, /demo/person, /metrics");
        var options = new ServiceOptions(command, withEngine: false);
        var workers = new Option<int?>("--workers")
        {
            Description = "Requests served at once; the others wait (default: without limit, as go-demo)",
            HelpName = "number",
        };
        workers.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > WorkersMax)
            {
                result.AddError("--workers must be between 1 and 100000");
            }
        });
        Option<TimeSpan> cpu = ServiceOptions.Duration("--cpu", "0s", "CPU time that each request burns");
        Option<TimeSpan> grace = ServiceOptions.Duration("--grace", "15s",
            "After a signal to stop, longest wait for requests that are being served");
        var slowdown = new Option<double>("--slowdown")
        {
            Description = "Factor on the delays that requests ask for: 1.1 plays a build that is 10 % slower",
            HelpName = "factor",
            DefaultValueFactory = _ => 1,
        };
        slowdown.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() is >= 0 and <= 1000))
            {
                result.AddError("--slowdown must be between 0 and 1000");
            }
        });
        command.Options.Add(slowdown);
        Option<Uri?> database = ServiceOptions.Address("--database",
            "Another demo service that keeps the names of /demo/person, called through a circuit breaker");
        var logRequests = new Option<bool>("--log-requests")
        {
            Description = "Log every request, not only failed ones",
        };
        command.Options.Add(workers);
        command.Options.Add(database);
        command.Options.Add(logRequests);
        command.Options.Add(cpu);
        command.Options.Add(grace);
        host.Handle(command, (parsed, console, stop) => ServiceOptions.RunAsync(
            async () =>
            {
                ServiceLog log = options.Log(parsed, console);
                DemoServer server = await DemoServer.StartAsync(
                    new DemoSettings
                    {
                        Service = console.Environment.Variable("SERVICE_NAME") is { Length: > 0 } name
                            ? name : "go-demo",
                        Listen = options.Listen(parsed),
                        Port = options.Port(parsed),
                        Workers = parsed.GetValue(workers),
                        CpuPerRequest = parsed.GetValue(cpu).TotalSeconds,
                        Slowdown = parsed.GetValue(slowdown),
                        Seed = (ulong)Environment.ProcessId,
                        Database = parsed.GetValue(database),
                        Log = log,
                        LogRequests = parsed.GetValue(logRequests),
                    }, stop);
                log.Info($"demo: listening on {server.Address}");
                return (server, server.StopAsync);
            }, parsed.GetValue(grace), stop));
        return command;
    }
}
