using System.Diagnostics;
using System.Globalization;
using Capacity.Load;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Comparing;

/// <summary>What a live comparison was asked to do.</summary>
/// <param name="Base">Address of the measure.</param>
/// <param name="New">Address of what is judged.</param>
/// <param name="Pairs">So many, with one look at the end; null looks as it goes and stops when it knows.</param>
/// <param name="Seconds">Length of one run, &gt; 0.</param>
/// <param name="Demand">Factor on the scenario's rates.</param>
/// <param name="Seed">Of the order within pairs, and of the first pair's arrivals.</param>
/// <param name="WarmUp">Seconds of load that each side gets unmeasured; 0 for none.</param>
/// <param name="Folder">Where the runs are kept, in <c>base</c> and <c>new</c>.</param>
internal sealed record LivePlan(
    Uri Base, Uri New, int? Pairs, double Seconds, double Demand, ulong Seed, double WarmUp, string Folder);

/// <summary>Measures two services in turns, in a random order within each pair, until the runs tell.</summary>
/// <remarks>Both runs of a pair get the same arrivals, so that only the services differ. Every run is stored: the
/// comparison can be repeated later from the two folders.</remarks>
internal sealed class LivePairs(
    Scenario scenario, LivePlan plan, RegressionSettings settings, CommandConsole console)
{
    private const double LongestAnswer = 30; // seconds, for clients without a time-out of their own
    private readonly double _speed = scenario.Duration / plan.Seconds;
    private readonly double _seconds = plan.Seconds;
    private readonly string _name = scenario.Name;
    private readonly List<RunPair> _pairs = [];
    private LoadShape? _shape;

    /// <summary>Runs pairs until a verdict, the planned number, or a stop.</summary>
    /// <param name="stop">Ends early: whole pairs are kept, and there is no verdict.</param>
    /// <exception cref="EnvironmentFailedException">A service does not answer at all.</exception>
    public async Task<RegressionReport> RunAsync(CancellationToken stop)
    {
        RegressionSettings used = plan.Pairs is { } fixedCount ? settings with { PairsMax = fixedCount } : settings;
        SequentialPlan? looks = plan.Pairs is null ? new SequentialPlan(used) : null;
        var order = new RandomSource(plan.Seed, "order within pairs");
        RegressionReport? report = null;
        using (var live = new LiveProgress(console))
        {
            await WarmUpAsync(plan.Base, stop);
            await WarmUpAsync(plan.New, stop);
            while (_pairs.Count < used.PairsMax && !stop.IsCancellationRequested)
            {
                bool baseFirst = order.NextUnit() < 0.5;
                if (await PairAsync(baseFirst, used.PairsMax, live, stop) is not { } pair)
                {
                    break;
                }

                _pairs.Add(pair);
                (double, double)? levels = looks is not null ? looks.At(_pairs.Count)
                    : _pairs.Count == used.PairsMax ? (used.FalseAlarm, used.FalsePass) : null;
                if (levels is { } level)
                {
                    report = RegressionTest.Judge(_shape!, _pairs, used, level);
                    if (report.Verdict != RegressionVerdict.NotEnoughEvidence)
                    {
                        break;
                    }
                }
            }
        }

        bool partial = report is null || (report.Verdict == RegressionVerdict.NotEnoughEvidence
            && _pairs.Count < used.PairsMax);
        report = partial ? Unfinished(used) : report!;
        console.Say($"kept  {_pairs.Count} pairs of runs in {plan.Folder}");
        return report with
        {
            Base = plan.Base.ToString(),
            New = plan.New.ToString(),
            PairsMax = used.PairsMax,
            Partial = partial,
        };
    }

    /// <summary>What the pairs so far show, without a verdict: nobody planned to look here.</summary>
    private RegressionReport Unfinished(RegressionSettings used)
    {
        LoadShape shape = _shape ?? new LoadShape(
            scenario.Name, Provenance.Measured, plan.Seconds, [.. scenario.Requests.Select(r => r.Name)], "", null);
        RegressionReport report =
            RegressionTest.Judge(shape, _pairs, used, (used.FalseAlarm, used.FalsePass));
        return report with
        {
            Verdict = RegressionVerdict.NotEnoughEvidence,
            Metrics = [.. report.Metrics.Select(m => m with { Verdict = RegressionVerdict.NotEnoughEvidence })],
        };
    }

    private async Task WarmUpAsync(Uri target, CancellationToken stop)
    {
        LoadPlan whole = LoadPlan.Of(scenario.Load, plan.Demand, _speed);
        string path = scenario.Requests[0].Path.Replace(RequestKind.ServiceTimePlace, "0", StringComparison.Ordinal);
        try
        {
            await TargetCheck.RunAsync(target, path, TimeSpan.FromSeconds(5), stop);
        }
        catch (UnreachableTargetException failure)
        {
            throw new EnvironmentFailedException(failure.Message, failure.Hint, failure);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        double rate = Math.Max(1, whole.Open.Requests / whole.Duration);
        if (plan.WarmUp > 0)
        {
            console.Detail($"  warm-up of {target}");
            var brief = new LoadPlan(
                new ArrivalProfile([new RateSegment(0, plan.WarmUp, rate, rate)]), [], [], plan.WarmUp);
            await new LoadEngine(SettingsOf(target, plan.Seed) with { Plan = brief })
                .RunAsync(Stopwatch.GetTimestamp(), progress: null, stop);
        }
    }

    /// <summary>Measures both sides once, with the same arrivals, and stores the runs.</summary>
    /// <returns>Null when it was stopped before both runs were whole.</returns>
    private async Task<RunPair?> PairAsync(bool baseFirst, int most, LiveProgress live, CancellationToken stop)
    {
        ulong seed = unchecked(plan.Seed + (ulong)_pairs.Count);
        var runs = new Dictionary<bool, RunResult>();
        foreach (bool isBase in new[] { baseFirst, !baseFirst })
        {
            DateTimeOffset started = console.Environment.Clock.GetUtcNow();
            var progress = new Watcher(this, most, runs.Count, live);
            RunResult run = await new LoadEngine(SettingsOf(isBase ? plan.Base : plan.New, seed))
                .RunAsync(Stopwatch.GetTimestamp(), progress, stop);
            if (run.Partial)
            {
                return null;
            }

            runs[isBase] = run with
            {
                StartedAt = started,
                LoadDigest = LoadDigest.Of(scenario, plan.Demand, _speed),
            };
        }

        if (_pairs.Count == 0)
        {
            RemoveOld();
        }

        foreach ((bool isBase, RunResult run) in runs.OrderBy(r => r.Key))
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{_pairs.Count + 1:000}.json");
            await AtomicFile.WriteAsync(Path.Combine(plan.Folder, isBase ? "base" : "new", name),
                RunResultJson.ToUtf8(run), CancellationToken.None);
        }

        _shape ??= LoadShape.Of(runs[true]);
        return new RunPair(ComparedRun.Of(runs[true]), ComparedRun.Of(runs[false]));
    }

    /// <summary>Runs of an earlier comparison would mix with those of this one.</summary>
    private void RemoveOld()
    {
        foreach (string side in (string[])[Path.Combine(plan.Folder, "base"), Path.Combine(plan.Folder, "new")])
        {
            foreach (string old in Directory.Exists(side) ? Directory.GetFiles(side, "???.json") : [])
            {
                File.Delete(old);
            }
        }
    }

    private LoadSettings SettingsOf(Uri target, ulong seed) => new()
    {
        Target = target,
        Scenario = scenario.Name,
        Plan = LoadPlan.Of(scenario.Load, plan.Demand, _speed),
        Spacing = scenario.Spacing,
        Requests = scenario.Requests,
        Seed = seed,
        Step = 1,
        TimeOut = TimeSpan.FromSeconds(scenario.Client.Timeout ?? LongestAnswer),
    };

    /// <summary>The change so far of each metric, for the line of progress.</summary>
    private string SoFar() => _pairs.Count < 2 ? "" : "   so far " + string.Join(", ",
        RegressionTest.Judge(_shape!, _pairs, settings, (settings.FalseAlarm, settings.FalsePass)).Metrics
            .Select(m => $"{m.Metric.NameOf()} {RegressionWords.Change(m.Metric, m.Change)}"));

    /// <summary>Shows the pairs so far, and the time that the most of them would take.</summary>
    private sealed class Watcher(LivePairs pairs, int most, int runsBefore, LiveProgress live)
        : IProgress<LoadProgress>
    {
        private readonly string _soFar = pairs.SoFar();

        public void Report(LoadProgress value)
        {
            double length = pairs._seconds;
            double total = 2 * most * length;
            double done = (((2 * pairs._pairs.Count) + runsBefore) * length) + Math.Min(value.Elapsed, length);
            live.Report(new ProgressState(
                $"compare {pairs._name}", done / total,
                string.Create(CultureInfo.InvariantCulture, $"pair {pairs._pairs.Count + 1} of at most {most}"),
                TimeSpan.FromSeconds(total - done),
                string.Create(CultureInfo.InvariantCulture,
                    $" traffic {value.Rate:0}/s  p99 {DurationText.Format(value.P99)}  failed {value.Failed}")
                    + _soFar));
        }
    }
}
