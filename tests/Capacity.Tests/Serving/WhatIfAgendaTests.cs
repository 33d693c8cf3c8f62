using Capacity.Cli.Serving;
using Capacity.Sim.WhatIf;

namespace Capacity.Tests.Serving;

public sealed class WhatIfAgendaTests
{
    private static readonly Knob Slider =
        new("a", "Policy", "a", KnobUnit.Count, [.. Enumerable.Range(0, 11).Select(i => (double)i)], 5, "a");

    private static readonly Knob Other = Slider with { Id = "b", Name = "b" };

    private readonly WhatIfAgenda _agenda = new([Slider, Other]);

    private static WhatIfRequest Request(int sequence, bool pin = false, string focus = "") =>
        new(sequence, pin, WhatIfSubject.LaunchView, new Dictionary<string, double>(StringComparer.Ordinal), focus);

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static WhatIfJob.Begin First(WhatIfRequest request) => new(request, Ms(20));

    [Fact]
    public void A_move_is_answered_at_once_by_one_launch_or_its_beginning()
    {
        Assert.Null(_agenda.Next(Ms(0)).Job);
        WhatIfRequest move = Request(1);

        Assert.True(_agenda.Take(move, Ms(0)));

        Assert.Equal(First(move), _agenda.Next(Ms(0)).Job);
        _agenda.Done(move, 0, 0);
        Assert.Equal(new WhatIfJob.Simulate(move, 1, false), _agenda.Next(Ms(0)).Job);
    }

    [Fact]
    public void A_measured_run_is_laid_over_a_whole_launch()
    {
        WhatIfRequest move = Request(1) with { View = 0 };
        _agenda.Take(move, Ms(0));

        Assert.Equal(new WhatIfJob.Simulate(move, 1, false), _agenda.Next(Ms(0)).Job);
    }

    [Fact]
    public void The_newest_move_takes_the_place_of_the_one_before()
    {
        _agenda.Take(Request(1), Ms(0));
        WhatIfRequest newest = Request(2);
        _agenda.Take(newest, Ms(10));
        _agenda.Done(Request(1), 2, 2);

        Assert.Equal(First(newest), _agenda.Next(Ms(10)).Job);
    }

    [Fact]
    public void More_launches_wait_until_the_slider_rests()
    {
        WhatIfRequest move = Request(1);
        _agenda.Take(move, Ms(0));
        _agenda.Done(move, 2, 2);

        Assert.Equal(((WhatIfJob?)null, (TimeSpan?)Ms(90)), _agenda.Next(Ms(30)));
        Assert.Equal(new WhatIfJob.Simulate(move, 8, false), _agenda.Next(Ms(120)).Job);
    }

    [Theory]
    [InlineData(24, 24, true)]
    [InlineData(24, 23, true)]
    [InlineData(24, 2, false)]
    [InlineData(100, 97, false)]
    public void More_launches_end_when_they_would_hardly_change_the_answer(int launches, int passed, bool goOn)
    {
        WhatIfRequest move = Request(1);
        _agenda.Take(move, Ms(0));
        _agenda.Done(move, launches, passed);

        Assert.Equal(goOn, _agenda.Next(Ms(9_000)).Job is WhatIfJob.Simulate);
    }

    [Fact]
    public void The_pinned_case_is_shown_soon_and_refined_before_the_last_launches()
    {
        (WhatIfRequest move, WhatIfRequest pin) = (Request(1), Request(2, pin: true));
        _agenda.Take(move, Ms(0));

        Assert.False(_agenda.Take(pin, Ms(0)));
        _agenda.Done(move, 2, 2);
        Assert.Equal(new WhatIfJob.Simulate(pin, 1, false), _agenda.Next(Ms(0)).Job);
        _agenda.Done(pin, 2, 2);
        Assert.Equal(new WhatIfJob.Simulate(move, 8, false), _agenda.Next(Ms(500)).Job);
        _agenda.Done(move, 24, 24);
        Assert.Equal(new WhatIfJob.Simulate(pin, WhatIfAgenda.PinLaunches, true), _agenda.Next(Ms(500)).Job);
        _agenda.Done(pin, WhatIfAgenda.PinLaunches, 24);
        Assert.Equal(new WhatIfJob.Simulate(move, 50, false), _agenda.Next(Ms(500)).Job);
    }

    [Fact]
    public void Tracks_come_last_the_one_that_was_turned_first()
    {
        WhatIfRequest move = Request(1, focus: "b");
        _agenda.Take(move, Ms(0));
        _agenda.Done(move, 100, 100);

        Assert.Equal(((WhatIfJob?)null, (TimeSpan?)Ms(300)), _agenda.Next(Ms(200)));
        var smelt = new List<string>();
        while (_agenda.Next(Ms(900)).Job is WhatIfJob.Smell smell)
        {
            smelt.Add(smell.Knob.Id);
            _agenda.Done(smell, smell.Stop >= 7 ? Scent.Go : Scent.NoGo);
        }

        Assert.Equal(["b", "a"], smelt.Distinct());
        Assert.True(smelt.Count <= 16, $"{smelt.Count} stops were tried.");
        Assert.Equal(((WhatIfJob?)null, (TimeSpan?)null), _agenda.Next(Ms(900)));
    }

    [Theory]
    [InlineData("nnnnnnnnnnn")]
    [InlineData("ggggggggggg")]
    [InlineData("nnnnnnnnngg")]
    [InlineData("nrggggggggg")]
    [InlineData("nnrrrggggnn")]
    public void A_track_finds_where_go_begins(string truth)
    {
        static Scent Of(char letter) => letter switch { 'g' => Scent.Go, 'r' => Scent.AtRisk, _ => Scent.NoGo };
        var scent = new KnobScent(truth.Length);
        for (int stop = scent.Next(); stop >= 0; stop = scent.Next())
        {
            scent.Set(stop, Of(truth[stop]));
        }

        Assert.Equal(truth.Select(Of), scent.Filled());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_track_of_few_stops_is_tried_whole(int stops)
    {
        var scent = new KnobScent(stops);
        int tried = 0;
        for (int stop = scent.Next(); stop >= 0; stop = scent.Next())
        {
            scent.Set(stop, Scent.Go);
            tried++;
        }

        Assert.Equal(stops, tried);
        Assert.DoesNotContain(Scent.Unknown, scent.Filled());
    }

    [Fact]
    public void Cases_are_dropped_oldest_first_when_there_are_too_many_launches()
    {
        var cache = new CaseCache(launchesMax: 4);
        WhatIfSubject subject = ServedScenario.Subject();
        TurnedLaunches Take(double workers)
        {
            var values = new Dictionary<string, double>(StringComparer.Ordinal) { ["workers"] = workers };
            return cache.Take(subject.KeyOf(values, -1), () => subject.Prepare(values, -1));
        }

        TurnedLaunches two = Take(2);
        two.Launches.Extend(3, 2, TestContext.Current.CancellationToken);
        Take(3).Launches.Extend(3, 2, TestContext.Current.CancellationToken);
        Assert.Same(two, Take(2));
        Take(4);

        Assert.Equal(2, cache.Count);
        Assert.Same(two, Take(2));
    }
}
