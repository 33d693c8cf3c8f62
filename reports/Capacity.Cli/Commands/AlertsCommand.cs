using System.CommandLine;
using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity alerts</c>: what Alertmanager does with alerts, without Alertmanager.</summary>
internal static class AlertsCommand
{
    public static Command Create(CommandHost host) => new("alerts", "Alertmanager: replay alerts, explain routes")
    {
        AlertsReplayCommand.Create(host),
        AlertsRoutesCommand.Create(host),
    };

    /// <summary>The option that names Alertmanager's configuration.</summary>
    public static Option<string> Config()
    {
        var config = new Option<string>("--config", "-c")
        {
            Description = "Alertmanager's configuration",
            HelpName = "alertmanager.yml",
            Required = true,
        };
        config.CompletionSources.Add(context => ScenarioInput.YamlFiles(context.WordToComplete));
        return config;
    }

    /// <summary>Reads Alertmanager's configuration, and explains what is wrong with it.</summary>
    /// <returns>Null and the exit code, or the configuration.</returns>
    public static (AlertmanagerConfig? Config, ExitCode Code) Read(string path, CommandConsole console)
    {
        if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
        {
            return (null, ExitCode.Usage);
        }

        Parsed<AlertmanagerConfig> read = AlertmanagerConfigReader.Read(source);
        console.Explain(read.Diagnostics);
        return read.TryGet(out AlertmanagerConfig? config)
            ? (config, ExitCode.Ok)
            : (null, ExitCode.InvalidScenario);
    }
}
