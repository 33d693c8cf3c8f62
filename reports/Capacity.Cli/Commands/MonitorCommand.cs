using System.CommandLine;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Monitor;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity monitor</c>: docker-flow-monitor and its listener in one service.</summary>
internal static class MonitorCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("monitor",
            "Keep Prometheus' rules and scrapes as the labels of the swarm's services say");
        var options = new ServiceOptions(command);
        var folder = new Option<string>("--folder")
        {
            Description = "Folder of alert.rules and prometheus.yml, shared with Prometheus",
            HelpName = "folder",
            DefaultValueFactory = _ => "/etc/prometheus",
        };
        var template = new Option<string?>("--template")
        {
            Description = "prometheus.yml to which the scrapes of services are added; without it only rules are kept",
            HelpName = "file",
        };
        Option<Uri?> prometheus = ServiceOptions.Address("--prometheus", "Prometheus, to be reloaded after changes");
        Option<TimeSpan> poll = ServiceOptions.Duration("--poll", "10s", "Time between two looks besides events");
        Option<TimeSpan> dns = ServiceOptions.Duration("--dns-refresh", "30s",
            "How often Prometheus looks up a service's tasks");
        var requestsOnly = new Option<bool>("--requests-only")
        {
            Description = "Do not follow the swarm: a listener elsewhere sends the requests",
        };
        foreach (Option option in new Option[] { folder, template, prometheus, poll, dns, requestsOnly })
        {
            command.Options.Add(option);
        }

        host.Handle(command, (parsed, console, stop) => ServiceOptions.RunAsync(
            async () =>
            {
                var settings = new MonitorSettings
                {
                    Listen = options.Listen(parsed),
                    Port = options.Port(parsed),
                    Folder = parsed.GetValue(folder)!,
                    Template = Read(parsed.GetValue(template)),
                    Prometheus = parsed.GetValue(prometheus),
                    PollInterval = parsed.GetValue(poll),
                    DnsRefresh = parsed.GetValue(dns),
                    NodeLabels = Labels(console, "DF_NODE_TARGET_LABELS"),
                    ScrapeLabels = Labels(console, "DF_SCRAPE_TARGET_LABELS"),
                };
                EngineClient? engine = parsed.GetValue(requestsOnly) ? null : options.Engine(parsed, console);
                MonitorServer server =
                    await MonitorServer.StartAsync(settings, engine, options.Log(parsed, console), stop);
                console.Say($"monitor: listening on {server.Address}, writing to {settings.Folder}");
                return (server, server.StopAsync);
            }, TimeSpan.FromSeconds(10), stop));
        return command;
    }

    private static string[] Labels(CommandConsole console, string variable)
    {
        string[] names = (console.Environment.Variable(variable) ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(names, n => char.IsAsciiDigit(n[0])
            || !n.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) is { } wrong
            ? throw new EnvironmentFailedException($"{variable}: '{wrong}' is no name of a label",
                "write letters, digits and _ only, with commas between the names")
            : names;
    }

    private static string? Read(string? file)
    {
        try
        {
            return file is null ? null : File.ReadAllText(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailedException($"cannot read {file}: {problem.Message}",
                "name a configuration of Prometheus", problem);
        }
    }
}
