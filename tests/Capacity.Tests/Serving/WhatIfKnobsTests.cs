using Capacity.Cli.Checking;
using Capacity.Control;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Sim.WhatIf;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Serving;

public sealed class WhatIfKnobsTests
{
    private static readonly LoadedScenario Configured = ServedScenario.FlashSale();
    private static readonly WhatIfKnobs Knobs = WhatIfKnobs.Of(Configured.Scenario, Configured.Loop);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static WhatIfCase Turn(params (string Id, double Value)[] values) =>
        Knobs.Turn(values.ToDictionary(v => v.Id, v => v.Value, StringComparer.Ordinal));

    [Fact]
    public void There_is_a_knob_for_the_policy_the_rules_the_timers_the_service_and_the_traffic()
    {
        Assert.Equal(
            ["scaleMin", "scaleMax", "scaleUpBy", "scaleDownBy", "replicas", "coolDown", "alert.1.limit",
                "alert.1.window", "alert.1.share", "alert.1.for", "alert.2.limit", "alert.2.window", "alert.2.share",
                "alert.2.1.limit", "alert.2.1.window", "alert.2.1.share", "alert.2.for", "scrape", "evaluation",
                "groupWait", "groupInterval", "repeat", "workers", "startup", "serviceTime", "peak", "traffic"],
            Knobs.All.Select(k => k.Id));
        Assert.All(Knobs.All, k =>
        {
            Assert.Contains(k.Value, k.Stops);
            Assert.Equal(k.Stops.Order().Distinct(), k.Stops);
            Assert.True(k.Stops.Count > 1, k.Id);
        });
    }

    [Fact]
    public void Nothing_turned_is_the_configured_case()
    {
        WhatIfCase turned = Turn([.. Knobs.All.Select(k => (k.Id, k.Value)), ("unknown", 3)]);

        Assert.Same(Configured.Scenario, turned.Scenario);
        Assert.Same(Configured.Loop, turned.Loop);
        Assert.Empty(turned.Changes);
        Assert.Empty(turned.Settings);
    }

    [Fact]
    public void Labels_of_the_policy_are_the_lines_to_put_into_the_stack()
    {
        WhatIfCase turned = Turn(("scaleMin", 3), ("scaleUpBy", 4), ("replicas", 6));

        Assert.Equal(["- com.df.scaleMin=3", "- com.df.scaleUpBy=4", "replicas: 6"],
            turned.Changes.Select(c => c.Snippet));
        Assert.All(turned.Changes, c => Assert.Equal("stack", c.File));
        Assert.Equal(6, turned.Loop.InitialReplicas);
        Assert.Equal("3", turned.Loop.ServiceLabels["com.df.scaleMin"]);
    }

    [Fact]
    public void A_minimum_above_maximum_and_start_raises_both_and_says_so()
    {
        WhatIfCase turned = Turn(("scaleMin", 9));

        Assert.Equal(["- com.df.scaleMax=9", "- com.df.scaleMin=9", "replicas: 9"],
            turned.Changes.Select(c => c.Snippet).Order(StringComparer.Ordinal));
        Assert.Equal(9, turned.Loop.InitialReplicas);
    }

    [Fact]
    public void A_maximum_below_the_minimum_lowers_it()
    {
        WhatIfCase turned = Turn(("scaleMax", 1));

        Assert.Equal("1", turned.Loop.ServiceLabels["com.df.scaleMin"]);
    }

    [Fact]
    public void Turned_rules_are_those_that_the_changed_labels_become()
    {
        WhatIfCase turned = Turn(("alert.1.share", 0.95), ("alert.2.1.window", 120), ("alert.1.for", 30));
        LoadedScenario edited = Edited(turned);

        Assert.Equal("@resp_time_below:0.025,5m,0.75_unless_@resp_time_above:0.1,2m,0.9",
            turned.Loop.ServiceLabels["com.df.alertIf.2"]);
        Assert.Equal(Texts(edited.Loop), Texts(turned.Loop));
        Assert.NotEqual(Texts(Configured.Loop), Texts(turned.Loop));
    }

    [Fact]
    public void A_limit_is_always_a_bound_of_a_bucket()
    {
        Knob limit = Knobs.All.Single(k => k.Id == "alert.1.limit");

        Assert.Equal(0.25, limit.Nearest(0.3));
        Assert.Equal(10, limit.Nearest(99));
    }

    [Fact]
    public void Timers_change_at_the_routes_to_the_scaler_alone()
    {
        WhatIfCase turned = Turn(("groupWait", 5), ("groupInterval", 60), ("repeat", 50), ("evaluation", 15));
        var routes = turned.Loop.Alertmanager.Root.Routes;

        Assert.Equal((5.0, 60.0, 50.0), (routes[0].GroupWait.TotalSeconds, routes[0].GroupInterval.TotalSeconds,
            routes[0].RepeatInterval.TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(1), routes[1].GroupInterval);
        Assert.Equal(TimeSpan.FromMinutes(5), turned.Loop.Alertmanager.Root.GroupInterval);
        Assert.Equal(TimeSpan.FromSeconds(15), turned.Loop.EvaluationInterval);
        Assert.Equal(["evaluation_interval: 15s", "group_wait: 5s", "group_interval: 1m", "repeat_interval: 50s"],
            turned.Changes.Select(c => c.Snippet));
    }

    /// <summary>The <c>--set</c> texts, read by the reader of scenarios, give what the knobs gave.</summary>
    [Fact]
    public void Settings_read_back_give_the_same_launches()
    {
        WhatIfCase turned = Turn(
            ("workers", 8), ("startup", 5), ("serviceTime", 1.1), ("peak", 1_560), ("traffic", 0.5));
        LoadedScenario read = ServedScenario.FlashSale([.. turned.Settings]);

        Assert.Equal(read.Scenario.Load, turned.Scenario.Load);
        Assert.Equal(8, read.Scenario.Service.Workers);
        Assert.Equal(read.Scenario.Service.Startup, turned.Scenario.Service.Startup);
        Assert.All(read.Scenario.Requests.Zip(turned.Scenario.Requests), pair =>
        {
            Assert.Equal(pair.First.ServiceTime.Quantile(0.5), pair.Second.ServiceTime.Quantile(0.5), 9);
            Assert.Equal(pair.First.ServiceTime.Quantile(0.99), pair.Second.ServiceTime.Quantile(0.99), 6);
        });
        Assert.Contains("load[3].ramp_to=780/s", turned.Settings);
    }

    [Fact]
    public void Every_law_scales_all_its_durations_and_can_be_written()
    {
        ServiceLaw[] laws =
        [
            new ServiceLaw.Constant(0.008), new ServiceLaw.Uniform(0, 2), new ServiceLaw.Exponential(0.02),
            new ServiceLaw.Lognormal(0.008, 0.4), new ServiceLaw.Gamma(0.02, 0.5), new ServiceLaw.Pareto(0.01, 2.5),
            new ServiceLaw.Hyperexponential(0.02, 2), new ServiceLaw.Empirical([(0, 0.001), (0.5, 0.02), (1, 0.2)]),
        ];

        Assert.All(laws, law =>
        {
            ServiceLaw scaled = ScaledLaw.Of(law, 1.5);
            Assert.Equal(law.Quantile(0.9) * 1.5, scaled.Quantile(0.9), 12);
            LoadedScenario read =
                ServedScenario.FlashSale($"requests[0].service_time={ScaledLaw.Yaml(scaled)}");
            Assert.Equal(scaled.Quantile(0.9), read.Scenario.Requests[0].ServiceTime.Quantile(0.9), 7);
        });
    }

    [Fact]
    public void The_launches_are_those_that_a_check_simulates()
    {
        LoadedScenario small = ServedScenario.Small();
        SimulationInput input = Predictions.Launch(small);
        LaunchSet check = Launches.Run(input, small.Scenario.Objectives, 5, seed: 1, threads: 2, null, Stop);
        var tried = new WhatIfLaunches(input, small.Scenario.Objectives, seed: 1);

        Assert.True(tried.Extend(2, 1, Stop));
        Assert.True(tried.Extend(5, 2, Stop));
        WhatIfSummary summary = tried.Summarize();

        Assert.Equal(check.Passed, summary.Passed);
        Assert.Equal(check.Requests, summary.Requests);
        Assert.Equal(check.Launches.Select(l => l.ReplicaHours).Order().ElementAt(2), summary.ReplicaHours);
        Assert.Equal(check.Ready.Median, summary.Ready.Median);
        Assert.Equal(check.P99.High.Select(v => (float)v), summary.P99.High.Select(v => (float)v));
    }

    [Fact]
    public void The_beginning_of_a_launch_is_that_of_the_whole_launch()
    {
        LoadedScenario slow = ServedScenario.FlashSale("service.workers=1"); // a tenth of a second at least
        WhatIfLaunches Fresh() => new(Predictions.Launch(slow), slow.Scenario.Objectives, seed: 1);
        WhatIfLaunches tried = Fresh();
        WhatIfSummary? beginning = null;
        for (int ms = 1; beginning is null; ms = tried.Count == 0 ? ms + 1 : 1) // until there is a step
        {
            tried = tried.Count == 0 ? tried : Fresh(); // the end came too late: other tests had the processors
            using var enough = new CancellationTokenSource();
            var ends = new Thread(() =>
            {
                Thread.Sleep(ms);
                enough.Cancel();
            });
            ends.Start();
            beginning = tried.Begin(enough.Token, Stop);
            ends.Join();
        }

        Assert.Equal(0, tried.Count);
        Assert.Null(tried.Begin(CancellationToken.None, Stop));
        WhatIfSummary whole = tried.Summarize();

        int steps = beginning.Offered.Count;
        Assert.InRange(beginning.Until, steps * whole.Step, whole.Duration);
        Assert.Equal((0, 1), (beginning.Launches, whole.Launches));
        Assert.Equal(whole.Ready.Median.Take(steps), beginning.Ready.Median);
        Assert.Equal(whole.P99.Median.Take(steps), beginning.P99.Median);
        Assert.All(beginning.Held.Zip(whole.Held), h => Assert.True(h.First >= h.Second, "broken, and then not"));
    }

    [Fact]
    public void A_beginning_that_is_given_up_is_told_by_nothing()
    {
        LoadedScenario small = ServedScenario.Small();
        var tried = new WhatIfLaunches(Predictions.Launch(small), small.Scenario.Objectives, seed: 1);

        Assert.Null(tried.Begin(CancellationToken.None, new CancellationToken(canceled: true)));
        Assert.Equal(0, tried.Count);
    }

    [Fact]
    public void Giving_up_leaves_the_launches_that_were_there()
    {
        LoadedScenario small = ServedScenario.Small();
        var tried = new WhatIfLaunches(Predictions.Launch(small), small.Scenario.Objectives, seed: 1);

        tried.Extend(1, 1, Stop);

        Assert.False(tried.Extend(8, 2, new CancellationToken(canceled: true)));
        Assert.Equal(1, tried.Count);
    }

    /// <summary>Whatever is turned, and however far: a case that can be simulated, and edits that lead to it.</summary>
    [Fact]
    public void Any_values_make_a_case_whose_edits_lead_to_it()
    {
        Gen<double> number = Gen.OneOf(
            ArbMap.Default.GeneratorFor<double>(), Gen.Choose(-5, 4_000).Select(n => n / 7.0));
        Gen<(string, double)> turn = Gen.Elements(Knobs.All.Select(k => k.Id).ToArray()).Zip(number);
        Prop.ForAll(turn.ArrayOf().ToArbitrary(), turns =>
        {
            WhatIfCase turned = Knobs.Turn(turns.DistinctBy(t => t.Item1)
                .ToDictionary(t => t.Item1, t => t.Item2, StringComparer.Ordinal));
            LoadedScenario edited = Edited(turned);
            return edited.Scenario.Load.SequenceEqual(turned.Scenario.Load)
                && edited.Scenario.Service.Workers == turned.Scenario.Service.Workers
                && edited.Loop.InitialReplicas == turned.Loop.InitialReplicas
                && Texts(edited.Loop).SequenceEqual(Texts(turned.Loop))
                && edited.Loop.ServiceLabels.OrderBy(l => l.Key, StringComparer.Ordinal)
                    .SequenceEqual(turned.Loop.ServiceLabels.OrderBy(l => l.Key, StringComparer.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private static IEnumerable<string> Texts(LoopSettings loop) => loop.Groups.SelectMany(g => g.Rules)
        .OfType<AlertRule>().Select(r => $"{r.Name} {ExprText.Print(r.Expr)} {r.For} {r.Labels}");

    /// <summary>The user's files with the edits of a case, read again from their text.</summary>
    private static LoadedScenario Edited(WhatIfCase turned)
    {
        using var folder = new Support.TemporaryFolder();
        Scenario scenario = Configured.Scenario;
        string[] stack = System.IO.File.ReadAllLines(scenario.Target.Stack);
        foreach (string snippet in turned.Changes.Where(c => c.File == "stack").Select(c => c.Snippet))
        {
            string key = snippet.Split('=', ':')[0];
            int at = Array.FindIndex(stack, l => l.Trim().StartsWith(key, StringComparison.Ordinal)
                && l.Trim()[key.Length] is '=' or ':');
            at = at < 0 ? Array.FindIndex(stack, l => l.Contains("com.df.scaleMin", StringComparison.Ordinal)) : at;
            string indent = stack[at][..^stack[at].TrimStart().Length];
            stack[at] = stack[at].Trim().StartsWith(key, StringComparison.Ordinal)
                ? indent + snippet : $"{stack[at]}\n{indent}{snippet}";
        }

        string text = string.Join('\n', stack);
        System.IO.File.WriteAllText(folder.File("stack.yml"), text);
        string[] settings = [.. turned.Settings, $"target.stack={folder.File("stack.yml")}"];
        return ServedScenario.FlashSale(settings);
    }
}
