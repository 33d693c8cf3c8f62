using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Tests.Reports;

/// <summary>A report of invented test data: nothing in it was measured or simulated.</summary>
internal static class SampleReport
{
    private const string Yaml = """
        # Test data: shows every part of the report.
        name: sample
        load:
          - { stage: warm-up, rate: 420/s, during: 5m }
          - { stage: flash, rate: 2300/s, over: 20s, during: 3m }
        """;

    public static readonly IReadOnlyList<Objective> Objectives =
    [
        new(ObjectiveMetric.LatencyP99, 0.4, 60),
        new(ObjectiveMetric.LatencyP50, 0.12),
        new(ObjectiveMetric.Errors, 0.001),
        new(ObjectiveMetric.Replicas, 24),
        new(ObjectiveMetric.Cost, 15),
    ];

    public static CheckReport NoGo() => Of("sample (test data)", stress: 1, rehearsal: true) with
    {
        Changes =
        [
            new ChangeOutcome("com.df.scaleMin 6 → 10", "more replicas are there when the ramp begins",
                "labels:\n  - com.df.scaleMin=10", "stack.yml", Set(0.22, 1.15)),
            new ChangeOutcome("com.df.scaleUpBy 2 → 4", "each alert adds four replicas, not two",
                "labels:\n  - com.df.scaleUpBy=4", "stack.yml", Set(0.3, 1.19)),
            new ChangeOutcome("group_interval 1m → 30s", "the scaler hears of it sooner, but not soon enough",
                "route:\n  group_interval: 30s", "alertmanager.yml", Set(0.9, 1.02)),
        ],
    };

    public static CheckReport Go() => Of("sample (test data)", stress: 0.2, rehearsal: true);

    /// <summary>Some launches break an objective, too few to tell.</summary>
    public static CheckReport Undecided() => Of("sample (test data)", stress: 0.385, rehearsal: true);

    /// <summary>A go that does not survive the loss of its metrics.</summary>
    public static CheckReport Conditions() => With(Go(), Further(0.2, outage: 4));

    public static CheckReport Unrehearsed() => Of("sample (test data)", stress: 0.2, rehearsal: false);

    /// <summary>Names that try to leave their place.</summary>
    public const string Evil =
        "</script><img src=x onerror=\"window.pwned=1\"> ' | `a` @all \u001b[31m ]]> <!-- \ud800";

    /// <summary>A report in which every text that comes from outside is <see cref="Evil"/>.</summary>
    public static CheckReport Hostile()
    {
        CheckReport report = Of(Evil, stress: 1, rehearsal: true);
        RunResult Poisoned(RunResult run) => run with
        {
            Scenario = Evil,
            Kinds = [.. run.Kinds.Select(k => k with { Name = Evil })],
            ScaleActions = [.. run.ScaleActions.Select(a => a with { Alert = Evil, Message = Evil })],
            Alerts = [.. run.Alerts.Select(a => a with { Name = Evil, Severity = Evil })],
            Phases = [.. run.Phases.Select(p => p with { Name = Evil })],
        };
        LaunchSet launches = report.Launches with
        {
            Middle = Poisoned(report.Launches.Middle),
            AlertShares = new Dictionary<string, double>(StringComparer.Ordinal) { [Evil] = 0.5 },
        };
        RunResult measured = Poisoned(report.Measured!);
        RunResult predicted = Poisoned(report.Predicted!);
        return report with
        {
            Scenario = report.Scenario with
            {
                Shows = Evil,
                Source = new SourceText(Evil, Evil),
                Target = new ScenarioTarget(Evil, Evil, Evil, Evil)
            },
            ToolVersion = Evil,
            Commit = Evil,
            Launches = launches,
            Measured = measured,
            Predicted = predicted,
            Comparison = Comparison.Of(measured, predicted) with { Doubts = [Evil] },
            Readiness = report.Readiness! with
            {
                Drills = [new DrillOutcome(Evil, Evil, 1, 2, Evil, 0.1)],
                Sensitivities = [new Sensitivity(Evil, Evil, 1, Evil, 0, 2, 0.1, 0.2)],
            },
            Verdict = report.Verdict with
            {
                Reasons = [Evil],
                Kind = VerdictKind.GoWithConditions,
                Conditions = [Evil],
                Gates =
                [
                    new Gate(Evil, GateKind.Soft, Evil, true, 1, 0, 2, GateUnit.Factor, Evil, Evil),
                    new Gate(Evil, GateKind.Hard, Evil, false, 1, 2, 2, GateUnit.Seconds, Evil, Evil),
                ],
            },
            Changes = [new ChangeOutcome(Evil, Evil, Evil, Evil, launches)],
            Inputs = [new ReportInput(Evil, Evil, Evil, Evil)],
            Commands = [Evil],
            Warnings = [new Diagnostic(Evil, new SourceSpan(new SourceText(Evil, Evil), 1, 1, 4), Evil, Evil,
                Severity.Warning)],
        };
    }

    /// <summary>One launch without objectives, steps, alerts or requests; a rehearsal cut off at once.</summary>
    public static CheckReport Bare()
    {
        var none = new Band([], [], []);
        var series = new RunSeries
        {
            Offered = [],
            Completed = [],
            Errors = [],
            P50 = [],
            P95 = [],
            P99 = [],
            Desired = [],
            Ready = [],
        };
        RunResult run = SampleCurves.Run(1) with
        {
            Series = series,
            Kinds = [],
            ScaleActions = [],
            Alerts = [],
            Phases = [],
            Totals = new RequestCounts(0, 0, 0, 0),
        };
        CheckReport report = Of("bare", stress: 1, rehearsal: false);
        LaunchSet launches = report.Launches with
        {
            Launches = [new Launch(1, 1, true, [], double.NaN)],
            Offered = none,
            Desired = none,
            Ready = none,
            P50 = none,
            P95 = none,
            P99 = none,
            Errors = none,
            Middle = run,
            AlertShares = new Dictionary<string, double>(StringComparer.Ordinal),
            Requests = 0,
        };
        return report with
        {
            Scenario = report.Scenario with { Objectives = [], Shows = "" },
            Launches = launches,
            Measured = run,
            Predicted = null,
            Comparison = null,
            CreatedAt = null,
            Commit = null,
            SimulatedIn = null,
            Inputs = [],
            Commands = [],
            Warnings = [],
            Readiness = null,
            Configuration = null,
            Verdict = Verdict.Decide(launches, null),
        };
    }

    // A stress of 1 misses by far, 0.2 passes.
    public static CheckReport Of(string name, double stress, bool rehearsal)
    {
        var source = new SourceText("scenarios/sample.yaml", Yaml);
        RunResult measured = SampleCurves.Run(stress, Provenance.Measured, speed: 20, wobble: 0.05);
        RunResult predicted = SampleCurves.Run(stress, speed: 20);
        Comparison? comparison = rehearsal ? Comparison.Of(measured, predicted) : null;
        LaunchSet launches = Set(stress, 1);
        return With(new CheckReport
        {
            Scenario = new Scenario
            {
                Name = name,
                Shows = "Test data: every number on this page is invented.",
                Source = source,
                Target = new ScenarioTarget("checkout_main", "stack.yml", "prometheus.yml", "alertmanager.yml"),
                Load = [.. SampleCurves.Stages.Select(s => new LoadStage.Open(s.Name, s.ToRate, s.Over, s.During))],
                Requests = [new RequestKind("browse", 1, "GET", "/demo", new ServiceLaw.Lognormal(0.02, 0.4))],
                Objectives = Objectives,
            },
            ToolVersion = "0.1.0-test",
            CreatedAt = new DateTimeOffset(2025, 11, 21, 14, 2, 0, TimeSpan.Zero),
            Commit = "4c1e9ab",
            Seed = 20251121,
            Verdict = Verdict.Decide(launches, comparison),
            Configuration = new string('a', 64),
            Measured = rehearsal ? measured : null,
            Predicted = rehearsal ? predicted : null,
            Comparison = comparison,
            Launches = launches,
            Inputs =
            [
                new ReportInput("service time of browse", "p50 20 ms, p95 39 ms", "measured", "71,204 requests"),
                new ReportInput("start-up of a replica", "1.3 s", "measured", "22 starts"),
                new ReportInput("group_wait", "30 s", "configured", "alertmanager.yml"),
                new ReportInput("delivery of a webhook", "50 ms", "assumed", ""),
            ],
            Commands =
            [
                "capacity check scenarios/sample.yaml --launches 100 --seed 20251121",
                "capacity check scenarios/sample.yaml --require go --junit capacity.xml",
            ],
            Warnings =
            [
                new Diagnostic("CAP010", new SourceSpan(source, 3, 1, 4), "an invented warning about 'load'",
                    "Test data.", Severity.Warning),
            ],
            SimulatedIn = 1.9,
        }, Further(stress) with { Extrapolation = rehearsal ? 1 : double.NaN });
    }

    /// <summary>The report with other loads, failures and assumptions, and the verdict that follows.</summary>
    public static CheckReport With(CheckReport report, Readiness readiness) => report with
    {
        Readiness = readiness,
        Verdict = Verdict.Decide(report.Launches, report.Comparison,
        [
            .. Gates.Of(report.Launches, report.Measured, report.Comparison, readiness, report.Warnings),
            Gates.Fresh([]),
        ]),
    };

    /// <summary>What the invented launches do under other loads.</summary>
    /// <param name="stress">Of the launches.</param>
    /// <param name="outage">Factor on it while something is down.</param>
    public static Readiness Further(double stress, double outage = 1)
    {
        int Passed(double factor) => Enumerable.Range(1, 100).Count(n => LaunchOf(n, stress * factor, 1).Passed);
        LoadLevel Level(double factor) => new(factor, Passed(factor), 100,
        [
            .. Objectives.Select((_, o) =>
                Enumerable.Range(1, 100).Count(n => LaunchOf(n, stress * factor, 1).Outcomes[o].Passed)),
        ]);
        DrillOutcome Lost(string name, double factor) => new(name, $"{name} at 0:25:00, as the highest rate begins",
            Passed(factor), 100, Passed(factor) < 100 ? "latency.p99" : "", 0.0004);
        Sensitivity About(string input, double better, double worse) => new(input, "10 % less", Passed(better),
            "10 % more", Passed(worse), 100, stress * better, stress * worse);
        return new Readiness
        {
            Levels = [Level(0.5), Level(1), Level(1.3), Level(1.8), Level(2.4)],
            Drills = [Lost("replica lost", 1.1), Lost("metrics lost", outage)],
            Sensitivities = [About("demand", 0.4, 2.2), About("service time", 0.9, 1.1)],
            Reversals = 1,
            RecoverySeconds = 40,
            IsMetastable = false,
            Extrapolation = 1,
            Coverage = new BandCoverage(20, 700, 651),
        };
    }

    private static LaunchSet Set(double stress, double cost)
    {
        Launch[] launches = [.. Enumerable.Range(1, 100).Select(n => LaunchOf(n, stress, cost))];
        double reach = stress;
        return new LaunchSet
        {
            Launches = launches,
            Duration = SampleCurves.Duration,
            Step = SampleCurves.Step,
            Offered = SampleCurves.Band(SampleCurves.Rate, 0.97, 1.03),
            Desired = SampleCurves.Band(t => SampleCurves.Desired(t, 90 * reach), 1, 1),
            Ready = Whole(t => SampleCurves.Ready(t, 90 * reach)),
            P50 = SampleCurves.Band(t => 0.024 + (SampleCurves.P99(t, reach) / 60), 0.9, 1.1),
            P95 = SampleCurves.Band(t => 0.7 * SampleCurves.P99(t, reach), 0.85, 1.3),
            P99 = SampleCurves.Band(t => SampleCurves.P99(t, reach), 0.8, 1.5),
            Errors = SampleCurves.Band(t => SampleCurves.P99(t, reach) > 1.2 ? 0.004 : 0, 0, 2),
            Middle = SampleCurves.Run(stress),
            MiddleNumber = 23,
            AlertShares = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["checkout_main_resp_time_below"] = 1,
                ["checkout_main_resp_time_above"] = 0.98,
                ["LatencyP99High"] = stress > 0.8 ? 0.96 : 0.1,
                ["ErrorRateHigh"] = 0.27,
                ["QueueBacklog"] = 0.03,
            },
            Requests = 312_000_000,
        };
    }

    private static Band Whole(Func<double, int> curve)
    {
        double[] middle = SampleCurves.Over(t => curve(t));
        return new Band([.. middle.Select(v => Math.Max(6, v - 1))], middle,
            [.. middle.Select(v => Math.Min(24, v + 1))]);
    }

    private static Launch LaunchOf(int number, double stress, double cost)
    {
        double chance = ((number * 37) % 100 + 0.5) / 100; // each hundredth once, in a mixed order
        double spread = 0.7 + (0.6 * chance);
        double worst = (stress * 2.4 * spread) - 0.25 + (0.02 * chance);
        double over = Math.Max(0, Math.Ceiling((worst - 0.4) * 108 / SampleCurves.Step) * SampleCurves.Step);
        double failed = Math.Max(0, (stress - 0.5) * 0.0028 * chance * spread);
        double hours = 11.1 * cost * (0.95 + (0.1 * chance));
        ObjectiveOutcome[] outcomes =
        [
            new(Objectives[0], over, worst, over <= 60),
            new(Objectives[1], 0, 0.03 + (0.01 * chance), true),
            new(Objectives[2], failed, failed, failed <= 0.001),
            new(Objectives[3], 24, 24, true),
            new(Objectives[4], hours, hours, hours <= 15),
        ];
        return new Launch(number, 1000UL + (ulong)number, outcomes.All(o => o.Passed), outcomes, hours);
    }
}
