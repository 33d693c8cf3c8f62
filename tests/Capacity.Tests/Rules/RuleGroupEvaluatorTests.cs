using Capacity.Control;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Tests.Rules;

public sealed class RuleGroupEvaluatorTests
{
    private const int Interval = 15; // seconds

    [Theory]
    [InlineData("for 0s fires in the same evaluation", 0, 0, "0110", ".FF.")]
    [InlineData("for 30s waits two evaluations", 30, 0, "11111", "PPFFF")]
    [InlineData("for below the interval fires at the next evaluation", 5, 0, "111", "PFF")]
    [InlineData("a gap starts the wait again", 30, 0, "1101111", "PP.PPFF")]
    [InlineData("keep_firing_for bridges a gap", 0, 30, "1001000", "FFFFFF.")]
    [InlineData("keep_firing_for does not help a pending alert", 30, 30, "101", "P.P")]
    [InlineData("a resolved alert waits again", 15, 0, "1101110", "PF.PFF.")]
    public void States_follow_the_returned_series(string why, int holdsFor, int keepsFor, string holds, string expected)
    {
        var run = new Run(Alert(holdsFor, keepsFor), RuleOptions.Default);
        Assert.True(run.States(holds) == expected, $"{why}: {run.Timeline}, not {expected}");
    }

    [Fact]
    public void Firing_alerts_are_posted_again_at_the_first_evaluation_later_than_the_resend_delay()
    {
        var run = new Run(Alert(0, 0), RuleOptions.Default);
        run.States("11111111111");
        Assert.Equal([0, 75, 150], run.Posts.Select(p => p.At)); // 60 s is not later than 60 s
        Assert.All(run.Posts, p => Assert.Equal(0, p.Post.StartsAt!.Value.Seconds));
        Assert.Equal([240, 315, 390], run.Posts.Select(p => p.Post.EndsAt!.Value.Seconds)); // 4 × 60 s after each post
    }

    [Fact]
    public void Resolved_alerts_are_posted_at_once_and_again_for_fifteen_minutes_with_the_same_end()
    {
        var run = new Run(Alert(0, 0), RuleOptions.Default);
        run.States("1" + new string('0', 80));
        Assert.Equal(0, run.Posts[0].At);
        Assert.All(run.Posts.Skip(1), p => Assert.Equal(15, p.Post.EndsAt!.Value.Seconds));
        Assert.Equal([15, 90, 165], run.Posts.Skip(1).Take(3).Select(p => p.At));
        Assert.Equal(915, run.Posts[^1].At);
    }

    [Fact]
    public void Starts_when_it_fires_and_not_when_it_became_pending()
    {
        var run = new Run(Alert(30, 0), RuleOptions.Default);
        run.States("111");
        Assert.Equal(30, Assert.Single(run.Posts).Post.StartsAt!.Value.Seconds);
        Assert.Equal(0, run.Changes[^1].ActiveAt.Seconds);
    }

    [Fact]
    public void Prometheus_2_2_posts_at_every_evaluation_and_without_an_end()
    {
        var run = new Run(Alert(0, 0), new RuleOptions { ResendDelay = TimeSpan.Zero, PostsEndsAt = false });
        run.States("111");
        Assert.Equal([0, 15, 30], run.Posts.Select(p => p.At));
        Assert.All(run.Posts, p => Assert.Null(p.Post.EndsAt));
    }

    [Fact]
    public void Posts_carry_rule_labels_external_labels_and_expanded_annotations()
    {
        var rule = new AlertRule("Hot", Parse("up == 1"), TimeSpan.Zero, TimeSpan.Zero,
            LabelSet.Of(("severity", "page"), ("on", "{{ $labels.job }}"), ("none", "{{ $labels.missing }}")),
            LabelSet.Of(("summary", "{{ $labels.job }} is {{ $value }}")));
        LabelSet external = LabelSet.Of(("cluster", "x"), ("severity", "none"));
        var run = new Run(rule, new RuleOptions { ExternalLabels = external });
        run.States("1");
        AlertPost post = run.Posts[0].Post;
        Assert.Equal("""{alertname="Hot", cluster="x", job="svc", on="svc", severity="page"}""", $"{post.Labels}");
        Assert.Equal("svc is 1", post.Annotations["summary"]);
    }

    [Fact]
    public void Later_rules_see_what_earlier_rules_recorded_at_the_same_instant()
    {
        var store = new SampleStore(TimeSpan.FromHours(1));
        store.Append(store.GetOrAdd(LabelSet.Of(("__name__", "up"))), 0, 3);
        var group = new RuleGroup("g", null, 0,
        [
            new RecordingRule("a", Parse("up + 1"), LabelSet.Of(("x", "y"))),
            new RecordingRule("b", Parse("a{x=\"y\"} * 2"), LabelSet.Empty),
        ]);
        Instant at = Instant.FromSeconds(1);
        new RuleGroupEvaluator(group, TimeSpan.FromMinutes(1), store, RuleOptions.Default).Evaluate(at);
        var b = Assert.IsType<VectorResult>(new PromQuery(Parse("b"), store, PromQlOptions.Default).At(at));
        Assert.Equal(8, b.Samples[0].Value);
    }

    [Fact]
    public void A_failing_rule_leaves_its_alerts_as_they_were()
    {
        var store = new SampleStore(TimeSpan.FromHours(1));
        int one = store.GetOrAdd(LabelSet.Of(("__name__", "a"), ("i", "1")));
        int other = store.GetOrAdd(LabelSet.Of(("__name__", "b"), ("i", "1")));
        Expr expr = Parse("{__name__=~\"a|b\"} > 0");
        var rule = new AlertRule("x", expr, TimeSpan.Zero, TimeSpan.Zero, LabelSet.Empty, LabelSet.Empty);
        var evaluator = new RuleGroupEvaluator(
            new RuleGroup("g", null, 0, [rule]), TimeSpan.FromSeconds(Interval), store, RuleOptions.Default);
        store.Append(one, 0, 1);
        Assert.Single(evaluator.Evaluate(Instant.FromSeconds(0)).Changes);
        store.Append(other, 15_000, 1); // now two series have the labels of one alert
        RuleEvaluation failed = evaluator.Evaluate(Instant.FromSeconds(15));
        Assert.Contains("same labelset", Assert.Single(failed.Errors), StringComparison.Ordinal);
        Assert.Empty(failed.Changes);
        store.MarkStale(other, 30_000);
        Assert.Empty(evaluator.Evaluate(Instant.FromSeconds(30)).Changes);
    }

    [Fact]
    public void An_annotation_that_expands_to_nothing_is_posted_empty_and_a_label_is_left_out()
    {
        var some = LabelSet.OfAnnotations([new("fixed", ""), new("none", "{{ $labels.none }}"), new("job", "a job")]);
        var rule = Alert(0, 0) with { Labels = LabelSet.Of(("host", "{{ $labels.none }}")), Annotations = some };
        var run = new Run(rule, RuleOptions.Default);
        run.States("1");
        AlertPost post = run.Posts[0].Post;
        Assert.Equal("""{fixed="", job="a job", none=""}""", post.Annotations.ToString());
        Assert.Equal("""{alertname="Hot", job="svc"}""", post.Labels.ToString());
    }

    [Fact]
    public void More_alerts_than_the_limit_drop_all()
    {
        var store = new SampleStore(TimeSpan.FromHours(1));
        var rule = new AlertRule("x", Parse("up"), TimeSpan.Zero, TimeSpan.Zero, LabelSet.Empty, LabelSet.Empty);
        var evaluator = new RuleGroupEvaluator(
            new RuleGroup("g", null, 1, [rule]), TimeSpan.FromSeconds(Interval), store, RuleOptions.Default);
        store.Append(store.GetOrAdd(LabelSet.Of(("__name__", "up"), ("i", "1"))), 0, 1);
        evaluator.Evaluate(Instant.FromSeconds(0));
        store.Append(store.GetOrAdd(LabelSet.Of(("__name__", "up"), ("i", "2"))), 15_000, 1);
        RuleEvaluation dropped = evaluator.Evaluate(Instant.FromSeconds(15));
        Assert.Equal("rule 'x': exceeded limit of 1 with 2 alerts", Assert.Single(dropped.Errors));
        Assert.Equal(AlertState.Inactive, Assert.Single(dropped.Changes).To);
    }

    [Fact]
    public void An_evaluation_that_changes_nothing_allocates_nothing_once_it_is_warm()
    {
        var store = new SampleStore(TimeSpan.FromMinutes(6));
        int series = store.GetOrAdd(LabelSet.Of(("__name__", "x_count"), ("job", "svc")));
        AlertRule idle = Alert(0, 0) with { Expr = Parse("sum(rate(x_count[5m])) > 1e9") };
        AlertRule firing = Alert(0, 0) with { Expr = Parse("sum(rate(x_count[5m])) / sum(rate(x_count[5m])) > 0.9") };
        var evaluator = new RuleGroupEvaluator(
            new RuleGroup("g", null, 0, [idle, firing]), TimeSpan.FromSeconds(Interval), store,
            new RuleOptions { ResendDelay = TimeSpan.FromDays(1) });
        long before = 0;
        for (int i = 0; i < 2000; i++)
        {
            store.Append(series, i * 5000, i);
            before = i == 1000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            evaluator.Evaluate(Instant.FromSeconds(i * 5));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_phase_is_the_hash_that_prometheus_2_computes() => Assert.Equal(2.490632,
        RulePhase.Hashed("/etc/prometheus/alert.rules", "alert.rules", TimeSpan.FromMinutes(1)).TotalSeconds, 6);

    [Fact]
    public void Seeded_phases_differ_by_group_and_stay_inside_the_interval()
    {
        TimeSpan interval = TimeSpan.FromSeconds(15);
        LoopSettings loop = Some.Loop() with
        {
            PhaseSeed = 7,
            KnownPhases = new Dictionary<string, TimeSpan>(StringComparer.Ordinal),
        };
        TimeSpan[] phases = [.. Enumerable.Range(0, 50).Select(i => loop.EvaluationPhase($"g{i}", interval))];
        Assert.True(phases.Distinct().Count() > 40);
        Assert.All(phases, p => Assert.InRange(p, TimeSpan.Zero, interval - TimeSpan.FromTicks(1)));
        Assert.Equal(phases[3], loop.EvaluationPhase("g3", interval));
    }

    private static AlertRule Alert(int forSeconds, int keepSeconds) => new("Hot", Parse("up == 1"),
        TimeSpan.FromSeconds(forSeconds), TimeSpan.FromSeconds(keepSeconds), LabelSet.Empty, LabelSet.Empty);

    private static Expr Parse(string text)
    {
        Assert.True(PromQlParser.Parse(text).TryGet(out Expr? expr));
        return expr;
    }

    /// <summary>One digit per evaluation is the series' value; one letter says what the alert then is.</summary>
    private sealed class Run(AlertRule rule, RuleOptions options)
    {
        private readonly SampleStore _store = new(TimeSpan.FromHours(1));

        public List<(double At, AlertPost Post)> Posts { get; } = [];

        public List<AlertChange> Changes { get; } = [];

        public string Timeline { get; private set; } = "";

        public string States(string holds)
        {
            int series = _store.GetOrAdd(LabelSet.Of(("__name__", "up"), ("job", "svc")));
            var evaluator = new RuleGroupEvaluator(
                new RuleGroup("g", null, 0, [rule]), TimeSpan.FromSeconds(Interval), _store, options);
            char state = '.';
            for (int i = 0; i < holds.Length; i++)
            {
                Instant at = Instant.FromSeconds(i * Interval);
                _store.Append(series, at.Milliseconds, holds[i] - '0');
                RuleEvaluation evaluation = evaluator.Evaluate(at);
                Assert.Empty(evaluation.Errors);
                Changes.AddRange(evaluation.Changes);
                Posts.AddRange(evaluation.Posts.Select(p => (at.Seconds, p)));
                state = evaluation.Changes.Count == 0 ? state : ".PF"[(int)evaluation.Changes[^1].To];
                Timeline += state;
            }

            return Timeline;
        }
    }
}
