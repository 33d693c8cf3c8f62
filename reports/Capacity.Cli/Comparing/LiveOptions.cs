using System.CommandLine;
using System.Globalization;
using Capacity.Cli.Checking;
using Capacity.Cli.Commands;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Comparing;

/// <summary>The options of a comparison that is measured live, and its start.</summary>
internal sealed class LiveOptions
{
    private readonly Option<Uri?> _base = RunOptions.Address("--base", "Address of the build that is the measure");
    private readonly Option<Uri?> _new = RunOptions.Address("--new", "Address of the build that is judged");
    private readonly Option<string> _pairs = new("--pairs")
    {
        Description = "Pairs of runs: a number, or auto for as many as a verdict takes (6 to 24)",
        HelpName = "count",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<TimeSpan> _for = ServiceOptions.Duration("--for", "20s", "Length of one run");
    private readonly Option<TimeSpan> _warmUp = ServiceOptions.Duration("--warm-up", "2s",
        "Load that each side gets before the first run, and that is not measured");

    private readonly Option<string?> _rate = new("--rate")
    {
        Description = "Scale the demand to this mean rate, for example 200/s",
        HelpName = "rate",
    };

    private readonly Option<string[]> _set = ScenarioInput.CreateSet();
    private readonly RunOptions _options;

    /// <summary>Adds the options to a command.</summary>
    public LiveOptions(Command command)
    {
        _pairs.Validators.Add(result =>
        {
            string text = result.GetValueOrDefault<string>() ?? "";
            if (text != "auto" && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                || count is < 1 or > 1000))
            {
                result.AddError($"--pairs must be auto or a number from 1 to 1000, not '{text}'");
            }
        });
        foreach (Option option in (Option[])[_base, _new, _pairs, _for, _rate, _warmUp, _set])
        {
            command.Options.Add(option);
        }

        _options = new RunOptions(command);
    }

    /// <summary>Whether an address is given.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetValue(_base) is not null || parsed.GetValue(_new) is not null;

    /// <summary>Measures and judges.</summary>
    public async Task<ExitCode> RunAsync(
        string[] words, bool withBaseline, CompareOptions options, ParseResult parsed, CommandConsole console,
        CancellationToken stop)
    {
        if (parsed.GetValue(_base) is not { } before || parsed.GetValue(_new) is not { } after)
        {
            console.Fail("--base and --new belong together", "give the addresses of both builds");
            return ExitCode.Usage;
        }

        if (words.Length != 1 || withBaseline)
        {
            console.Fail("--base and --new take one scenario and no stored runs",
                "capacity compare SCENARIO --base URL --new URL");
            return ExitCode.Usage;
        }

        if (!ScenarioInput.TryOpen(words[0], console, out SourceText? source))
        {
            return ExitCode.Usage;
        }

        Parsed<Scenario> read = ScenarioReader.Read(source, parsed.GetValue(_set));
        console.Explain(read.Diagnostics);
        if (!read.TryGet(out Scenario? scenario))
        {
            return ExitCode.InvalidScenario;
        }

        var diagnostics = new List<Diagnostic>();
        (double demand, _) = SimulateCommand.Scale(scenario, parsed.GetValue(_rate), length: null, diagnostics);
        if (diagnostics.Count > 0)
        {
            console.Explain(diagnostics);
            return ExitCode.Usage;
        }

        string pairs = parsed.GetValue(_pairs)!;
        var plan = new LivePlan(before, after,
            pairs == "auto" ? null : int.Parse(pairs, CultureInfo.InvariantCulture),
            Math.Max(0.1, parsed.GetValue(_for).TotalSeconds), demand, parsed.GetValue(_options.Seed),
            parsed.GetValue(_warmUp).TotalSeconds,
            Path.Combine(_options.Folder(parsed, scenario.Name), "compare"));
        RegressionReport report = await new LivePairs(scenario, plan, options.Settings(parsed, scenario), console)
            .RunAsync(stop);
        return await options.FinishAsync(report, scenario, parsed, console);
    }
}
