using System.CommandLine;
using System.Globalization;
using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Sim.Tuning;

namespace Capacity.Cli.Tuning;

/// <summary>The options of <c>capacity tune</c>.</summary>
internal sealed class TuneOptions
{
    private const string DefaultBudget = "400";
    private const int FewestLaunches = 20;
    private const int MostLaunches = 100_000;

    private readonly Option<int> _launches = new("--launches")
    {
        Description = "Launches on fresh seeds that a suggestion must stand; 95 % need at least 73",
        HelpName = "count",
        DefaultValueFactory = _ => 100,
    };

    private readonly Option<string> _budget = new("--budget")
    {
        Description = "Policies to simulate, as in 1000, or how long to search, as in 90s",
        HelpName = "count|time",
        DefaultValueFactory = _ => DefaultBudget,
    };

    private readonly Option<string> _goal = new("--goal")
    {
        Description = "What to suggest: the cheapest policy that passes, or the knee of cost against bad minutes",
        HelpName = "goal",
        DefaultValueFactory = _ => "cheapest",
    };

    private readonly Option<double> _probability = new("--probability")
    {
        Description = "Share of launches that must keep every objective, beyond chance",
        HelpName = "share",
        DefaultValueFactory = _ => 0.95,
    };

    private readonly Option<int> _threads = RunOptions.Threads();

    /// <summary>Adds the options to a command.</summary>
    public TuneOptions(Command command)
    {
        _goal.AcceptOnlyFromAmong("cheapest", "knee");
        Policies.AcceptOnlyFromAmong([.. PolicyModel.Names]);
        _launches.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < FewestLaunches or > MostLaunches)
            {
                result.AddError($"--launches must be between {FewestLaunches} and {MostLaunches}");
            }
        });
        _budget.Validators.Add(result =>
        {
            if (result.Tokens is [{ } token] && TuneBudget.Read(token.Value) is null)
            {
                result.AddError($"--budget must be a number of policies up to {TuneBudget.PoliciesMax}, or a time such "
                    + $"as 90s, not '{token.Value}'");
            }
        });
        _probability.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() is > 0 and < 1))
            {
                result.AddError("--probability must be between 0 and 1, for example 0.95");
            }
        });
        foreach (Option option in (Option[])[_launches, _budget, _goal, _probability, Policies, Knobs, Calibration,
            _threads, Json])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Ids of the knobs to search.</summary>
    public Option<string[]> Knobs { get; } = new("--knob")
    {
        Description = "Search only this knob, for example scaleMin; may be repeated",
        HelpName = "name",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Who scales: the first is the one that is reported in full.</summary>
    public Option<string[]> Policies { get; } = new("--policy")
    {
        Description = "Who scales instead of the scenario's policy: step (alerts and docker-scaler), hpa, target or "
            + "schedule; several are compared",
        HelpName = "name",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Where measured service times come from.</summary>
    public Option<string?> Calibration { get; } = new("--calibration")
    {
        Description = "rehearsal.json or report.json whose service times to use; none takes the scenario's own. "
            + "Without it the last check's, when there is one",
        HelpName = "file",
    };

    /// <summary>Where the answer is stored as JSON as well.</summary>
    public Option<string?> Json { get; } = RunOptions.Json();

    /// <summary>The settings of the search.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="seed">Of everything random.</param>
    /// <param name="clock">For a budget of time.</param>
    public TuningSettings Settings(ParseResult parsed, ulong seed, TimeProvider clock)
    {
        TuneBudget budget = TuneBudget.Read(parsed.GetValue(_budget)!)!;
        long started = clock.GetTimestamp();
        return new TuningSettings
        {
            Policies = budget.Policies,
            OutOfTime = () => budget.Time is { } time && clock.GetElapsedTime(started) >= time,
            Launches = parsed.GetValue(_launches),
            Probability = parsed.GetValue(_probability),
            Goal = parsed.GetValue(_goal) == "knee" ? TuningGoal.Knee : TuningGoal.Cheapest,
            Seed = seed,
            Threads = parsed.GetValue(_threads),
        };
    }

    /// <summary>The time that the budget allows; null for a budget of policies.</summary>
    public TimeSpan? Time(ParseResult parsed) => TuneBudget.Read(parsed.GetValue(_budget)!)!.Time;

    /// <summary>The command that gives the same answer again: policies instead of a time.</summary>
    public string Command(ParseResult parsed, string scenario, ulong seed, int searched)
    {
        string knobs = string.Concat(parsed.GetValue(Knobs)!.Select(k => $" --knob {k}"));
        string policies = string.Concat(parsed.GetValue(Policies)!.Distinct().Select(p => $" --policy {p}"));
        string goal = parsed.GetValue(_goal) == "knee" ? " --goal knee" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"capacity tune {scenario} --budget {searched} --launches {parsed.GetValue(_launches)} "
            + $"--probability {parsed.GetValue(_probability)} --seed {seed}{goal}{policies}{knobs}");
    }
}
