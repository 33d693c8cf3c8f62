using System.CommandLine;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Comparing;

/// <summary>How strict a comparison is, and where its outcome goes.</summary>
internal sealed class CompareOptions
{
    private readonly Option<double> _margin = Share("--margin", 0.03,
        "A latency or throughput that is worse by this share does not count yet");

    private readonly Option<double> _errorMargin = Share("--error-margin", 0.001,
        "A share of failed requests that is higher by this does not count yet");

    private readonly Option<string[]> _metrics = new("--metric")
    {
        Description = "Compare this metric, instead of p99, errors and throughput or what the scenario's objectives "
            + "limit; may be repeated",
        HelpName = "metric",
    };

    private readonly Option<string> _annotations = new("--annotations")
    {
        Description = "Mark the objective's line of the scenario: github, gitlab, none, or auto by the environment",
        HelpName = "where",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string> _gitLabFile = new("--annotations-file")
    {
        Description = "Where --annotations gitlab writes its code quality report",
        HelpName = "file",
        DefaultValueFactory = _ => "gl-code-quality-report.json",
    };

    private readonly (string Form, Option<string?> Option)[] _files =
    [
        .. new[] { ("json", "--json"), ("md", "--markdown"), ("junit", "--junit") }.Select(f =>
            (f.Item1, new Option<string?>(f.Item2)
            {
                Description = $"Write the outcome to this file ({f.Item1}); - is the output",
                HelpName = "file",
            })),
    ];

    /// <summary>Adds the options to a command.</summary>
    public CompareOptions(Command command)
    {
        _metrics.AcceptOnlyFromAmong([.. ComparedMetrics.ByName.Keys]);
        _annotations.AcceptOnlyFromAmong("github", "gitlab", "none", "auto");
        foreach (Option option in (Option[])[_margin, _errorMargin, _metrics, .. _files.Select(f => f.Option),
            _annotations, _gitLabFile])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>How strict, for a scenario that states objectives or for none.</summary>
    public RegressionSettings Settings(ParseResult parsed, Scenario? scenario)
    {
        var standard = new RegressionSettings();
        ComparedMetric[] asked =
            [.. (parsed.GetValue(_metrics) ?? []).Select(m => ComparedMetrics.ByName[m]).Distinct()];
        return standard with
        {
            Margin = parsed.GetValue(_margin),
            ErrorMargin = parsed.GetValue(_errorMargin),
            Metrics = asked.Length > 0 ? asked
                : scenario is not null ? ComparedMetrics.Of(scenario) : standard.Metrics,
        };
    }

    /// <summary>Prints the outcome and writes it where it was asked for.</summary>
    /// <returns>The exit code of the verdict.</returns>
    public async Task<ExitCode> FinishAsync(
        RegressionReport report, Scenario? scenario, ParseResult parsed, CommandConsole console)
    {
        (string Form, string File)[] files =
        [
            .. from f in _files let file = parsed.GetValue(f.Option) where file is not null select (f.Form, file),
        ];
        if (!files.Any(f => f.File == "-"))
        {
            Print(report, console);
        }

        foreach ((string form, string file) in files)
        {
            string text = form switch
            {
                "json" => RegressionJson.Render(report),
                "md" => RegressionMarkdown.Render(report),
                _ => RegressionJUnit.Render(report),
            };
            if (file == "-")
            {
                console.Output.Write(text);
            }
            else
            {
                await AtomicFile.WriteAsync(file, text);
            }
        }

        await AnnotateAsync(report, scenario, parsed, console);
        ExitCode code = report.Partial ? ExitCode.Interrupted : report.Verdict switch
        {
            RegressionVerdict.Passed => ExitCode.Ok,
            RegressionVerdict.Regressed => ExitCode.No,
            _ => ExitCode.Inconclusive,
        };
        console.Say($"  exit {(int)code}: {RegressionWords.Word(report.Verdict).ToLowerInvariant()}");
        return code;
    }

    /// <summary>An option whose value is a share.</summary>
    private static Option<double> Share(string name, double standard, string description) => new(name)
    {
        Description = description,
        HelpName = "share",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            var diagnostics = new List<Diagnostic>();
            double? share = new Quantity(diagnostics).Share(
                new YamlScalar(new SourceSpan(new SourceText(name, text), 1, 1, text.Length), text, Plain: true));
            if (share is null or < 0 or > 1)
            {
                result.AddError($"{name} must be a share from 0% to 100%, such as 5%, not '{text}'");
            }

            return share ?? standard;
        },
    };

    private static void Print(RegressionReport report, CommandConsole console)
    {
        foreach (string line in RegressionTable.Lines(report))
        {
            Tint? tint = line.TrimStart() switch
            {
                ['✓', ..] => Tint.Green,
                ['✗', ..] => Tint.Red,
                ['!' or '?', ..] => Tint.Yellow,
                _ => null,
            };
            console.Data(tint is { } color ? console.TintedData(line, color) : line);
        }
    }

    private async Task AnnotateAsync(
        RegressionReport report, Scenario? scenario, ParseResult parsed, CommandConsole console)
    {
        string where = parsed.GetValue(_annotations)!;
        if (where == "auto")
        {
            where = console.Environment.Variable("GITHUB_ACTIONS") == "true" ? "github"
                : console.Environment.Variable("GITLAB_CI") == "true" ? "gitlab" : "none";
        }

        if (where == "none")
        {
            return;
        }

        if (scenario is null)
        {
            console.Say("  ! no annotations: --scenario FILE says which lines they belong to");
        }
        else if (where == "github")
        {
            // The runner reads both streams; the output may be a file's contents.
            RegressionAnnotations.GitHub(report, scenario).ToList().ForEach(console.Error.WriteLine);
        }
        else
        {
            string file = parsed.GetValue(_gitLabFile)!;
            await AtomicFile.WriteAsync(file, RegressionAnnotations.GitLab(report, scenario));
            console.Say($"wrote  {file}");
        }
    }
}
