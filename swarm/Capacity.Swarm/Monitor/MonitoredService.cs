using Capacity.Control.Labels;
using Capacity.Control.Rules;
using Capacity.Model;

namespace Capacity.Swarm.Monitor;

/// <summary>What the monitor makes of one service's parameters.</summary>
/// <param name="Name">The service in the swarm.</param>
/// <param name="Alerts">Those that Prometheus will take.</param>
/// <param name="Scrape">How it is scraped; null when it is not.</param>
/// <param name="Problems">What was wrong; each of it was left out.</param>
internal sealed record MonitoredService(
    string Name, IReadOnlyList<MonitorAlert> Alerts, ScrapeEntry? Scrape, IReadOnlyList<string> Problems)
{
    /// <summary>Reads the parameters of a reconfigure request, or the labels of a service without their
    /// prefix.</summary>
    /// <param name="parameters"><c>serviceName</c> and <c>replicas</c> among them.</param>
    /// <param name="targetLabels">Names of the parameters that become labels of its targets by node; null for
    /// none.</param>
    public static MonitoredService Read(
        IReadOnlyList<StackLabel> parameters, IReadOnlyList<string>? targetLabels = null)
    {
        string name = parameters.LastOrDefault(p => p.Key == "serviceName")?.Value ?? "";
        var problems = new List<string>();
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            return new MonitoredService(name, [], null, [$"'{name}' is no name of a service"]);
        }

        Parsed<IReadOnlyList<MonitorAlert>> parsed = MonitorRules.FromRequest(parameters);
        problems.AddRange(parsed.Diagnostics.Select(d => $"{d.Code}: {d.Message}"));
        var sound = new List<MonitorAlert>();
        foreach (MonitorAlert alert in parsed.TryGet(out IReadOnlyList<MonitorAlert>? alerts) ? alerts : [])
        {
            if (Refusal(alert) is { } refusal)
            {
                problems.Add($"alert {alert.Name} is left out: {refusal}");
            }
            else
            {
                sound.Add(alert);
            }
        }

        return new MonitoredService(name, sound, ScrapeEntry.Read(name, parameters, targetLabels ?? [],
            problems), problems);
    }

    /// <summary>Why Prometheus would refuse the rule file because of an alert; null when it would not.</summary>
    private static string? Refusal(MonitorAlert alert)
    {
        var text = new SourceText("alert.rules", MonitorRuleFile.Write([alert]));
        Parsed<RuleFile> read = RuleFileReader.Read(text);
        if (!read.TryGet(out RuleFile? file))
        {
            Diagnostic first = read.Diagnostics.First(d => d.Severity == Severity.Error);
            return $"{first.Code}: {first.Message}";
        }

        // A line break in a value could otherwise write rules of its own.
        return file.Groups is [{ Rules: [AlertRule rule] }] && rule.Name == alert.Name
            ? null : "it would become something else than one alert";
    }
}
