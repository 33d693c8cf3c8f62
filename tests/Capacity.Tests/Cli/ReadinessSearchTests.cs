using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;
using Capacity.Tests.Reports;
using Capacity.Tests.Support;

namespace Capacity.Tests.Cli;

/// <summary>Other loads, failures and assumptions: the searches, and a small service in virtual time.</summary>
public sealed class ReadinessSearchTests
{
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    [InlineData(1.1)]
    [InlineData(1.31)]
    [InlineData(2.2)]
    [InlineData(2.9)]
    public void The_bracket_holds_the_load_at_which_it_breaks_and_is_narrow(double limit)
    {
        Headroom found = Found(limit);

        Assert.InRange(limit, found.Holds, found.Breaks);
        Assert.InRange(found.Breaks / found.Holds, 1, 1.07);
    }

    [Theory]
    [InlineData(100, "3× or more")]
    [InlineData(0.01, "below 0.25×")]
    public void What_never_breaks_or_never_holds_is_said(double limit, string text) =>
        Assert.Equal(text, Found(limit).Text);

    [Fact]
    public void The_expected_load_is_not_simulated_again()
    {
        var asked = new List<double>();
        LoadLevel[] levels = [.. new HeadroomSearch((f, _) =>
        {
            asked.Add(f);
            return Launches(f < 2);
        }).Run(Launches(true))];

        Assert.Equal(levels.Length - 1, asked.Count);
        Assert.Equal([1, Gates.Headroom], levels.Take(2).Select(l => l.Factor));
        Assert.DoesNotContain(1, asked);
        Assert.Equal(asked.Distinct().Count(), asked.Count);
    }

    [Fact]
    public async Task A_small_service_is_looked_at_from_all_sides_and_the_same_way_on_any_number_of_threads()
    {
        (LoadedScenario loaded, SimulationInput launch) = await SmallAsync();
        Readiness one = Look(loaded, launch, threads: 1, stop: TestContext.Current.CancellationToken);
        Readiness two = Look(loaded, launch, threads: 2, stop: TestContext.Current.CancellationToken);

        Assert.Equal(Text(one), Text(two));
        Assert.Equal(
            ["replica lost", "node lost", "replica slow", "metrics lost", "notifications lost", "scaler lost"],
            one.Drills.Select(d => d.Name));
        Assert.All(one.Drills, d => Assert.Equal(FewLaunches.Few, d.Total));
        Assert.Equal(one.Levels.OrderBy(l => l.Factor), one.Levels);
        Assert.Contains(one.Levels, l => l.Factor == 1);
        Assert.Contains("demand", one.Sensitivities.Select(s => s.Input));
        Assert.Contains("service time", one.Sensitivities.Select(s => s.Input));
        Assert.All(one.Sensitivities.Where(s => s.Input is "demand" or "service time"),
            s => Assert.InRange(s.UseBetter, 0.01, s.UseWorse));
        Assert.False(one.Partial);
    }

    [Fact]
    public async Task Stopping_keeps_what_was_found()
    {
        (LoadedScenario loaded, SimulationInput launch) = await SmallAsync();
        using var stop = new CancellationTokenSource();
        Readiness found = Look(loaded, launch, 1, p =>
        {
            if (p.What == "metrics lost")
            {
                stop.Cancel();
            }
        }, stop.Token);

        Assert.True(found.Partial);
        Assert.Equal(3, found.Drills.Count);
        Assert.Empty(found.Sensitivities);
    }

    [Fact]
    public async Task Progress_goes_from_nothing_to_nearly_all()
    {
        (LoadedScenario loaded, SimulationInput launch) = await SmallAsync();
        var shares = new List<double>();
        Look(loaded, launch, 2, p => shares.Add(p.Share), TestContext.Current.CancellationToken);

        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares[0], 0, 0.1);
        Assert.InRange(shares[^1], 0.8, 1);
    }

    private static Headroom Found(double limit) => Headroom.Of(SampleReport.Further(0.2) with
    {
        Levels =
        [
            .. new HeadroomSearch((f, _) => Launches(f <= limit)).Run(Launches(limit >= 1)).OrderBy(l => l.Factor),
        ],
    });

    private static Readiness Look(
        LoadedScenario loaded, SimulationInput launch, int threads, Action<ReadinessProgress>? progress = null,
        CancellationToken stop = default)
    {
        IReadOnlyList<Objective> objectives = loaded.Scenario.Objectives;
        SimulationInput AtLoad(double f) => launch with { Plan = LoadPlan.Of(loaded.Scenario.Load, f) };
        LaunchSet expected =
            Capacity.Sim.Launches.Run(launch, objectives, 20, 1, threads, null, CancellationToken.None);
        return new ReadinessSearch(launch, AtLoad, new FewLaunches(objectives, 1, threads, stop))
            .Run(expected, 1, progress ?? (_ => { }), stop);
    }

    /// <summary>The flash sale in two minutes and at a tenth of its demand.</summary>
    private static async Task<(LoadedScenario, SimulationInput)> SmallAsync()
    {
        string path = Repository.At("scenarios", "library", "flash-sale.yaml");
        string text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Parsed<Scenario> read = ScenarioReader.Read(new SourceText(path, text + """

            nodes: { count: 3, capacity: 8 }

            """), [.. Enumerable.Range(0, 6).Select(i => $"load[{i}].during=20s"), "load[5].over=5s",
            "load[3].over=2s", "load[4].over=2s", "load[0].inject=30/s", "load[1].ramp_to=70/s", "load[2].inject=70/s",
            "load[3].ramp_to=120/s", "load[4].ramp_to=70/s", "load[5].ramp_to=30/s", "service.workers=1"]);
        Assert.True(read.TryGet(out Scenario? scenario), string.Join('\n', read.Diagnostics));
        Parsed<LoadedScenario> files = ScenarioFiles.Load(scenario, 1);
        Assert.True(files.TryGet(out LoadedScenario? loaded), string.Join('\n', files.Diagnostics));
        return (loaded, Predictions.Launch(loaded));
    }

    private static string Text(Readiness r) => string.Join('\n',
        r.Levels.Select(l => $"{l.Factor} {l.Passed}/{l.Total}")
            .Concat(r.Drills.Select(d => d.ToString())).Concat(r.Sensitivities.Select(s => s.ToString())));

    private static LaunchSet Launches(bool good)
    {
        LaunchSet set = good ? SampleReport.Go().Launches : SampleReport.NoGo().Launches;
        return set with { Launches = [.. set.Launches.Take(20)] };
    }
}
