using Capacity.Control;
using Capacity.Control.PromQl;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Tests.Rules;

public sealed class ScrapeTargetTests
{
    private static readonly LabelSet Labels = LabelSet.Of(("job", "svc"), ("instance", "10.0.0.2:8080"));

    private readonly SampleStore _store = new(TimeSpan.FromHours(1));
    private readonly ScrapeTarget _target;

    public ScrapeTargetTests() => _target = new ScrapeTarget(_store, Labels, TimeSpan.FromSeconds(10));

    [Fact]
    public void Samples_are_stamped_with_the_beginning_and_seen_after_the_end()
    {
        int series = _target.Series(LabelSet.Of(("__name__", "requests"), ("path", "/")));
        _target.Begin(Instant.FromSeconds(9));
        _target.Sample(series, 5);
        Assert.Empty(At("requests", 9));
        _target.End(succeeded: true);
        Assert.Equal(9, At("timestamp(requests)", 10)[0].Value);
        Assert.Equal(1, At("up{job=\"svc\", instance=\"10.0.0.2:8080\"}", 9)[0].Value);
    }

    [Fact]
    public void Target_labels_win_and_exposed_ones_are_renamed()
    {
        int series = _target.Series(LabelSet.Of(("__name__", "requests"), ("job", "mine")));
        Assert.Equal("requests{exported_job=\"mine\", instance=\"10.0.0.2:8080\", job=\"svc\"}",
            _store.LabelsOf(series).ToString());
    }

    [Fact]
    public void A_failed_scrape_ends_every_series_and_up_is_zero()
    {
        Scrape(9, true, "a", "b");
        Scrape(19, false, "a");
        Assert.Empty(At("{__name__=~\"a|b\"}", 19));
        Assert.Equal(0, At("up", 19)[0].Value);
    }

    [Fact]
    public void A_series_that_is_no_longer_shown_ends_and_may_come_back()
    {
        Scrape(9, true, "a", "b");
        Scrape(19, true, "b");
        Assert.Equal("b", Assert.Single(At("{__name__=~\"a|b\"}", 19)).Labels["__name__"]);
        Scrape(29, true, "b", "a");
        Assert.Equal(2, At("{__name__=~\"a|b\"}", 29).Count);
    }

    [Fact]
    public void A_removed_target_ends_two_intervals_later_and_the_end_is_back_dated()
    {
        Scrape(89.1, true, "a");
        Instant due = _target.Remove(Instant.FromSeconds(90));
        Assert.Equal(89.1 + 10 + 11, due.Seconds, 6);
        Assert.Single(At("a", 109));
        _target.WriteRemovalMarkers();
        Assert.Empty(At("a", 110.1));
        Assert.Empty(At("up", 110.1));
        Assert.Single(At("a", 99)); // the markers are stamped 99.1
    }

    [Fact]
    public void Markers_of_a_removed_target_do_not_harm_a_successor()
    {
        Scrape(89, true, "a");
        _target.Remove(Instant.FromSeconds(90));
        var successor = new ScrapeTarget(_store, Labels, TimeSpan.FromSeconds(10));
        successor.Begin(Instant.FromSeconds(100));
        successor.Sample(successor.Series(LabelSet.Of(("__name__", "a"))), 1);
        successor.End(succeeded: true);
        _target.WriteRemovalMarkers();
        Assert.Single(At("a", 111));
    }

    [Fact]
    public void A_target_that_was_never_scraped_leaves_nothing_to_end() =>
        Assert.Equal(Instant.Never, _target.Remove(Instant.FromSeconds(1)));

    private void Scrape(double seconds, bool succeeded, params string[] names)
    {
        _target.Begin(Instant.FromSeconds(seconds));
        foreach (string name in names)
        {
            _target.Sample(_target.Series(LabelSet.Of(("__name__", name))), 1);
        }

        _target.End(succeeded);
    }

    private IReadOnlyList<(LabelSet Labels, double Value)> At(string query, double seconds)
    {
        Assert.True(PromQlParser.Parse(query).TryGet(out Expr? expr));
        QueryResult result = new PromQuery(expr, _store, PromQlOptions.Default).At(Instant.FromSeconds(seconds));
        return Assert.IsType<VectorResult>(result).Samples;
    }
}
