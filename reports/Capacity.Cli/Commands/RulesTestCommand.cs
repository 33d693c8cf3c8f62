using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Capacity.Control.Rules;
using Capacity.Control.Rules.Testing;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity rules test FILE…</c>: what <c>promtool test rules</c> answers, without promtool.</summary>
internal static class RulesTestCommand
{
    private const int ShownMax = 20;

    public static Command Create(CommandHost host)
    {
        var files = new Argument<string[]>("test")
        {
            Description = "Files in promtool's format: rule_files, tests, input_series, alert_rule_test, …",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "tests.yml",
        };
        files.CompletionSources.Add(context => ScenarioInput.YamlFiles(context.WordToComplete));
        var json = new Option<bool>("--json") { Description = "Print the results as JSON" };
        var command = new Command("test", "Run rule tests in promtool's format") { files, json };
        host.Handle(command, (parsed, console, cancellation) => Task.FromResult(
            Run(parsed.GetRequiredValue(files), parsed.GetValue(json), console, cancellation)));
        return command;
    }

    private static ExitCode Run(string[] paths, bool json, CommandConsole console, CancellationToken cancellation)
    {
        var all = new JsonArray();
        var worst = ExitCode.Ok;
        foreach (string path in paths)
        {
            if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
            {
                return ExitCode.Usage;
            }

            (List<RuleTestResult>? results, List<Diagnostic> diagnostics) = Test(source, cancellation);
            bool passed = results?.TrueForAll(r => r.Passed) == true;
            worst = passed ? worst : ExitCode.No; // promtool's code for a failed test and for a file with errors
            if (json)
            {
                all.Add((JsonNode)AsJson(path, passed, results, diagnostics));
                continue;
            }

            console.Explain(diagnostics);
            Print(path, passed, results, console);
        }

        if (json)
        {
            console.Data(all.ToJsonString(DiagnosticJson.Indented));
        }

        return worst;
    }

    private static (List<RuleTestResult>? Results, List<Diagnostic> Diagnostics) Test(
        SourceText source, CancellationToken cancellation)
    {
        Parsed<RuleTestFile> read = RuleTestReader.Read(source);
        var diagnostics = new List<Diagnostic>(read.Diagnostics);
        if (!read.TryGet(out RuleTestFile? file))
        {
            return (null, diagnostics);
        }

        IReadOnlyList<RuleGroup> groups = RulesTestFiles.Read(file, source, diagnostics);
        if (diagnostics.Exists(d => d.Severity == Severity.Error))
        {
            return (null, diagnostics);
        }

        var results = new List<RuleTestResult>();
        foreach (RuleTest test in file.Tests)
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add(RuleTestRun.Run(test, file, groups));
        }

        return (results, diagnostics);
    }

    private static void Print(string path, bool passed, List<RuleTestResult>? results, CommandConsole console)
    {
        string verdict = passed ? console.TintedData("SUCCESS", Tint.Green) : console.TintedData("FAILED ", Tint.Red);
        if (results is null)
        {
            console.Data($"{verdict}  {path}  has errors, nothing was tested");
            return;
        }

        int expectations = results.Sum(r => r.Test.Alerts.Count + r.Test.Exprs.Count);
        int failures = results.Sum(r => r.Failures.Count);
        string counts = string.Create(CultureInfo.InvariantCulture,
            $"{results.Count} tests, {expectations} expectations, {failures} failed");
        console.Data($"{verdict}  {path}  {counts}");
        foreach (RuleTestResult result in results)
        {
            foreach (RuleTestFailure failure in result.Failures)
            {
                Print(path, result, failure, console);
            }
        }
    }

    private static void Print(string path, RuleTestResult result, RuleTestFailure failure, CommandConsole console)
    {
        string test = result.Test.Name.Length > 0 ? $" in test '{result.Test.Name}'" : "";
        console.Data($"  {path}:{failure.At.Line}:{failure.At.Column}: {failure.What} at "
            + $"{PrometheusDuration.Format(failure.Time)}{test}");
        if (failure.Problem.Length > 0)
        {
            console.Data($"    {failure.Problem}");
            return;
        }

        Print("expected", failure.Expected, failure.Got, "-", console);
        Print("got", failure.Got, failure.Expected, "+", console);
    }

    // What only one side has is marked, so that the difference in a long list is seen.
    private static void Print(
        string title, IReadOnlyList<string> lines, IReadOnlyList<string> others, string mark, CommandConsole console)
    {
        console.Data($"    {title}:{(lines.Count == 0 ? " nothing" : "")}");
        foreach (string line in lines.Take(ShownMax))
        {
            console.Data($"      {(others.Contains(line, StringComparer.Ordinal) ? " " : mark)} {line}");
        }

        if (lines.Count > ShownMax)
        {
            console.Data($"        … and {lines.Count - ShownMax} more (--json shows all)");
        }
    }

    private static JsonObject AsJson(
        string path, bool passed, List<RuleTestResult>? results, List<Diagnostic> diagnostics) => new()
        {
            ["file"] = path,
            ["passed"] = passed,
            ["tests"] = new JsonArray([.. (results ?? []).Select(r => (JsonNode)new JsonObject
        {
            ["name"] = r.Test.Name,
            ["line"] = r.Test.At.Line,
            ["passed"] = r.Passed,
            ["evaluations"] = r.Evaluations,
            ["failures"] = new JsonArray([.. r.Failures.Select(f => (JsonNode)new JsonObject
            {
                ["what"] = f.What,
                ["line"] = f.At.Line,
                ["column"] = f.At.Column,
                ["seconds"] = f.Time.TotalSeconds,
                ["problem"] = f.Problem,
                ["expected"] = DiagnosticJson.Of(f.Expected),
                ["got"] = DiagnosticJson.Of(f.Got),
            })]),
        })]),
            ["diagnostics"] = DiagnosticJson.Of(diagnostics),
        };
}
