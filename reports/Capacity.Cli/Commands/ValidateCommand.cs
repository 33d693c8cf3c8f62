using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capacity.Cli.Checking;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity validate</c>: every error of scenarios and the files they name, by line and column.</summary>
internal static class ValidateCommand
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(CommandHost host)
    {
        var files = new Argument<string[]>("scenario")
        {
            Description = "Scenario files",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "scenario.yaml",
        };
        files.CompletionSources.Add(context => ScenarioInput.YamlFiles(context.WordToComplete));
        var json = new Option<bool>("--json") { Description = "Print the findings as JSON" };
        Option<string[]> set = ScenarioInput.CreateSet();
        var command = new Command("validate", "Check scenario files, by line and column") { files, json, set };
        host.Handle(command, (parsed, console, _) => Task.FromResult(
            Run(parsed.GetRequiredValue(files), parsed.GetValue(set) ?? [], parsed.GetValue(json), console)));
        return command;
    }

    private static ExitCode Run(string[] paths, string[] settings, bool json, CommandConsole console)
    {
        var findings = new JsonArray();
        var worst = ExitCode.Ok;
        foreach (string path in paths)
        {
            if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
            {
                return ExitCode.Usage;
            }

            (Scenario? scenario, IReadOnlyList<Diagnostic> diagnostics) = Read(source, settings);
            bool valid = scenario is not null;
            worst = valid ? worst : ExitCode.InvalidScenario;
            if (json)
            {
                findings.Add((JsonNode)AsJson(path, valid, diagnostics));
                continue;
            }

            console.Explain(diagnostics);
            if (scenario is not null)
            {
                console.Data($"{console.TintedData("valid", Tint.Green)}  {path}  {Summary(scenario)}");
            }
        }

        if (json)
        {
            console.Data(findings.ToJsonString(Indented));
        }

        return worst;
    }

    /// <summary>Reads a scenario and, when it is sound, the files that it names.</summary>
    /// <returns>No scenario when there is an error in any of them.</returns>
    private static (Scenario? Scenario, IReadOnlyList<Diagnostic> Diagnostics) Read(
        SourceText source, string[] settings)
    {
        Parsed<Scenario> read = ScenarioReader.Read(source, settings, File.Exists);
        if (!read.TryGet(out Scenario? scenario))
        {
            return (null, read.Diagnostics);
        }

        Parsed<LoadedScenario> loaded = ScenarioFiles.Load(scenario, seed: 1);
        return (loaded.TryGet(out LoadedScenario? both) ? both.Scenario : null,
            [.. read.Diagnostics, .. loaded.Diagnostics]);
    }

    private static string Summary(Scenario scenario)
    {
        LoadPlan plan = LoadPlan.Of(scenario.Load);
        double asked = plan.OpenRequests
            + scenario.Load.OfType<LoadStage.Users>().Sum(u => (double)u.Count * (u.Iterations ?? 0));
        bool endless = scenario.Load.OfType<LoadStage.Users>().Any(u => u.Iterations is null);
        string requests =
            string.Create(CultureInfo.InvariantCulture, $"{asked:#,0} requests{(endless ? " and more" : "")}");
        string peak = plan.Open.Peak > 0
            ? string.Create(CultureInfo.InvariantCulture, $", peak {plan.Open.Peak:#,0.#}/s") : "";
        return $"{scenario.Name}: {DurationText.Format(scenario.Duration)}, about {requests}{peak}";
    }

    private static JsonObject AsJson(string path, bool valid, IReadOnlyList<Diagnostic> diagnostics) => new()
    {
        ["file"] = path,
        ["valid"] = valid,
        ["diagnostics"] = new JsonArray([.. diagnostics.Select(d => (JsonNode)new JsonObject
        {
            ["code"] = d.Code,
            ["severity"] = d.Severity == Severity.Error ? "error" : "warning",
            ["message"] = d.Message,
            ["hint"] = d.Hint,
            ["file"] = d.At.Source?.Path,
            ["line"] = d.At.Line,
            ["column"] = d.At.Column,
            ["length"] = d.At.Length,
        })]),
    };
}
