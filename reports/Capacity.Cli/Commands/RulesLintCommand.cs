using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Capacity.Control.Alertmanager;
using Capacity.Control.Linting;
using Capacity.Control.Prometheus;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity rules lint</c>: rules that are valid but do not do what was meant.</summary>
internal static class RulesLintCommand
{
    public static Command Create(CommandHost host)
    {
        Argument<string> file = RulesCommand.StackOrRules();
        Option<string?> stack = RulesCommand.StackName();
        Option<string?> prometheus = File("--prometheus", "prometheus.yml: scrape and evaluation intervals");
        Option<string?> alertmanager = File("--alertmanager", "alertmanager.yml: routes, timers and receivers");
        var buckets = new Option<string[]>("--buckets")
        {
            Description = "Bounds of a histogram, as in --buckets latency_seconds=0.1,0.5,1; may be repeated",
            HelpName = "metric=bounds",
            DefaultValueFactory = _ => [],
        };
        var strict = new Option<bool>("--strict") { Description = "Warnings count as errors" };
        var json = new Option<bool>("--json") { Description = "Print the findings as JSON" };
        var command = new Command("lint", "Find rules that cannot do what they are meant to")
        {
            file, stack, prometheus, alertmanager, buckets, strict, json,
        };
        host.Handle(command, (parsed, console, _) => Task.FromResult(Run(
            new Inputs(parsed.GetRequiredValue(file), parsed.GetValue(stack), parsed.GetValue(prometheus),
                parsed.GetValue(alertmanager), parsed.GetValue(buckets) ?? []),
            parsed.GetValue(strict), parsed.GetValue(json), console)));
        return command;
    }

    private static Option<string?> File(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "file" };
        option.CompletionSources.Add(context => ScenarioInput.YamlFiles(context.WordToComplete));
        return option;
    }

    private static ExitCode Run(Inputs inputs, bool strict, bool json, CommandConsole console)
    {
        var diagnostics = new List<Diagnostic>();
        (LintContext? context, ExitCode code) = Read(inputs, diagnostics, console);
        if (code == ExitCode.Usage)
        {
            return code;
        }

        bool valid = context is not null && !diagnostics.Exists(d => d.Severity == Severity.Error);
        IReadOnlyList<Diagnostic> findings = valid ? Linter.Run(context!) : [];
        int errors = findings.Count(f => f.Severity == Severity.Error);
        int warnings = findings.Count - errors + diagnostics.Count(d => d.Severity == Severity.Warning);
        if (json)
        {
            console.Data(new JsonObject
            {
                ["file"] = inputs.Rules,
                ["valid"] = valid,
                ["findings"] = DiagnosticJson.Of(diagnostics.Concat(findings)),
            }.ToJsonString(DiagnosticJson.Indented));
        }
        else
        {
            console.Explain(diagnostics);
            foreach (Diagnostic finding in findings)
            {
                Print(finding, console);
            }

            if (valid)
            {
                console.Say(string.Create(CultureInfo.InvariantCulture,
                    $"{context!.Rules.Count} rules: {errors} errors, {warnings} warnings"));
            }
        }

        return !valid ? ExitCode.InvalidScenario
            : errors > 0 || (strict && warnings > 0) ? ExitCode.No : ExitCode.Ok;
    }

    private static void Print(Diagnostic finding, CommandConsole console)
    {
        string text = finding.ToString();
        int head = text.IndexOf(']', StringComparison.Ordinal) + 1;
        Tint tint = finding.Severity == Severity.Error ? Tint.Red : Tint.Yellow;
        console.Data($"{console.TintedData(text[..head], tint)}{text[head..]}\n");
    }

    private static (LintContext? Context, ExitCode Code) Read(
        Inputs inputs, List<Diagnostic> diagnostics, CommandConsole console)
    {
        if (!ScenarioInput.TryOpen(inputs.Rules, console, out SourceText? source)
            || !TryOpen(inputs.Prometheus, console, out SourceText? prometheus)
            || !TryOpen(inputs.Alertmanager, console, out SourceText? alertmanager)
            || !TryBuckets(inputs.Buckets, console, out Dictionary<string, IReadOnlyList<double>>? buckets))
        {
            return (null, ExitCode.Usage);
        }

        LintContext? context = Take(LintReader.IsRuleFile(source)
            ? LintReader.FromRules(source)
            : LintReader.FromStack(source, inputs.StackName ?? Path.GetFileNameWithoutExtension(inputs.Rules)),
            diagnostics);
        PrometheusConfig? scraping = prometheus is null
            ? null : Take(PrometheusConfigReader.Read(prometheus), diagnostics);
        AlertmanagerConfig? routing = alertmanager is null
            ? null : Take(AlertmanagerConfigReader.Read(alertmanager), diagnostics);
        if (context is null)
        {
            return (null, ExitCode.InvalidScenario);
        }

        foreach ((string metric, IReadOnlyList<double> bounds) in context.Buckets)
        {
            buckets.TryAdd(metric, bounds);
        }

        return (context with
        {
            Prometheus = scraping,
            Alertmanager = routing,
            AlertmanagerText = alertmanager,
            Buckets = buckets,
        }, ExitCode.Ok);
    }

    private static bool TryOpen(string? path, CommandConsole console, out SourceText? source)
    {
        source = null;
        return path is null || ScenarioInput.TryOpen(path, console, out source);
    }

    private static bool TryBuckets(
        string[] texts, CommandConsole console,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Dictionary<string, IReadOnlyList<double>>? buckets)
    {
        buckets = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            string[] parts = text.Split('=');
            double[] bounds = parts.Length != 2 ? [] : [.. parts[1].Split(',').Select(Number)
                .Where(b => !double.IsPositiveInfinity(b)).Order()];
            if (bounds.Length == 0 || Array.Exists(bounds, double.IsNaN))
            {
                console.Fail($"'{text}' does not name a histogram's bounds",
                    "write for example --buckets latency_seconds=0.1,0.5,1");
                buckets = null;
                return false;
            }

            buckets[parts[0]] = bounds;
        }

        return true;
    }

    private static double Number(string text) => text is "+Inf" ? double.PositiveInfinity
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number : double.NaN;

    private static T? Take<T>(Parsed<T> parsed, List<Diagnostic> diagnostics)
        where T : class
    {
        diagnostics.AddRange(parsed.Diagnostics);
        return parsed.TryGet(out T? value) ? value : null;
    }

    private sealed record Inputs(
        string Rules, string? StackName, string? Prometheus, string? Alertmanager, string[] Buckets);
}
