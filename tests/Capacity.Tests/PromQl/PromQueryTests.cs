using Capacity.Control;
using Capacity.Control.PromQl;
using Capacity.Control.Samples;
using Capacity.Model;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.PromQl;

public sealed class PromQueryTests
{
    private const string Above = "sum(rate(http_server_resp_time_bucket{job=\"svc\", le=\"0.1\"}[5m])) / "
        + "sum(rate(http_server_resp_time_count{job=\"svc\"}[5m])) < 0.99";

    [Fact]
    public void Evaluating_a_shortcut_allocates_nothing_once_it_is_warm()
    {
        SampleStore store = Traffic();
        PromQuery query = Query(Above, store);
        query.Evaluate(Instant.FromSeconds(600));
        query.Evaluate(Instant.FromSeconds(615));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            query.Evaluate(Instant.FromSeconds(630 + i));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_query_sees_series_that_are_added_after_it_was_made()
    {
        var store = new SampleStore(TimeSpan.FromHours(1));
        PromQuery query = Query("count(up)", store);
        Assert.Empty(Vector(query, 1));
        store.Append(store.GetOrAdd(LabelSet.Of(("__name__", "up"), ("i", "1"))), 1000, 1);
        Assert.Equal(1, Vector(query, 1)[0].Value);
        store.Append(store.GetOrAdd(LabelSet.Of(("__name__", "up"), ("i", "2"))), 1000, 1);
        store.Append(store.GetOrAdd(LabelSet.Of(("__name__", "down"))), 1000, 1);
        Assert.Equal(2, Vector(query, 1)[0].Value);
    }

    [Theory]
    [InlineData("clamp_max(vector(NaN), -Inf)", double.NegativeInfinity)]
    [InlineData("clamp_min(vector(NaN), Inf)", double.PositiveInfinity)]
    [InlineData("clamp_min(vector(NaN), 1)", double.NaN)]
    public void An_infinite_clamp_decides_even_about_nan(string text, double expected) =>
        Assert.Equal(expected, Vector(Query(text, new SampleStore(TimeSpan.FromHours(1))), 0)[0].Value);

    [Fact]
    public void A_series_that_slept_longer_than_the_retention_is_seen_again_when_it_wakes()
    {
        var store = new SampleStore(TimeSpan.FromMinutes(10));
        int sleeper = store.GetOrAdd(LabelSet.Of(("__name__", "up"), ("i", "1")));
        int steady = store.GetOrAdd(LabelSet.Of(("__name__", "up"), ("i", "2")));
        PromQuery query = Query("up", store);
        store.Append(sleeper, 0, 7);
        for (int second = 0; second <= 3600; second += 10)
        {
            store.Append(steady, second * 1000, 1);
        }

        Assert.Single(Vector(query, 3600));
        store.Append(sleeper, 3_600_000, 8);
        Assert.Equal([8.0, 1.0], Vector(query, 3600).Select(s => s.Value));
    }

    [Fact]
    public void A_vanished_replica_keeps_feeding_rates_but_not_instant_selectors()
    {
        var store = new SampleStore(TimeSpan.FromHours(1));
        int series = store.GetOrAdd(LabelSet.Of(("__name__", "c")));
        store.Append(series, 0, 0);
        store.Append(series, 60_000, 60);
        store.MarkStale(series, 120_000);
        Assert.Empty(Vector(Query("c", store), 130));
        Assert.Single(Vector(Query("rate(c[5m])", store), 130));
    }

    [Fact]
    public void Windows_include_their_beginning_in_prometheus_2_only()
    {
        var store = new SampleStore(TimeSpan.FromHours(1));
        int series = store.GetOrAdd(LabelSet.Of(("__name__", "c")));
        store.Append(series, 0, 1);
        store.Append(series, 60_000, 1);
        Assert.True(PromQlParser.Parse("count_over_time(c[1m])").TryGet(out Expr? expr));
        Assert.Equal(2, Vector(new PromQuery(expr, store, PromQlOptions.Default), 60)[0].Value);
        var options = new PromQlOptions { Profile = PromQlProfile.Prometheus3 };
        Assert.Equal(1, Vector(new PromQuery(expr, store, options), 60)[0].Value);
    }

    [Fact]
    public void Two_series_that_claim_the_same_labels_are_an_error()
    {
        var store = new SampleStore(TimeSpan.FromHours(1));
        store.Append(store.GetOrAdd(LabelSet.Of(("__name__", "a"))), 0, 1);
        store.Append(store.GetOrAdd(LabelSet.Of(("__name__", "b"))), 0, 1);
        var error = Assert.IsType<QueryError>(Query("-{__name__=~\"a|b\"}", store).At(Instant.FromMilliseconds(0)));
        Assert.Contains("same labelset", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_that_would_run_for_days_is_an_error() => Assert.IsType<QueryError>(
        Query("max_over_time(vector(1)[1y:1ms])", Traffic()).At(Instant.FromSeconds(0)));

    [Fact]
    public void A_query_that_is_used_again_answers_like_a_new_one() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000_000).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            string text = new SomeExpression(seed).Vector(3);
            var options = new PromQlOptions { Profile = (PromQlProfile)random.Next(2) };
            if (!PromQlParser.Parse(text, default, options.Profile).TryGet(out Expr? expr))
            {
                return true;
            }

            var store = new SampleStore(TimeSpan.FromMinutes(20));
            var query = new PromQuery(expr, store, options);
            for (int minute = 0; minute < 90; minute += random.Next(1, 25))
            {
                AppendSome(store, random, minute * 60_000L);
                Instant at = Instant.FromSeconds(minute * 60);
                string used = Show(query.At(at));
                if (used != Show(new PromQuery(expr, store, options).At(at)))
                {
                    return false;
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static void AppendSome(SampleStore store, Random random, long time)
    {
        string[] names = ["up", "foo", "a:b:c", "sum"];
        for (int i = random.Next(12); i > 0; i--)
        {
            int series = store.GetOrAdd(LabelSet.Of(("__name__", names[random.Next(4)]),
                ("job", random.Next(2) == 0 ? "web" : "a"), ("a", $"{random.Next(2)}"), ("le", $"{random.Next(3)}")));
            store.Append(series, time - (random.Next(5) * 15_000), random.Next(8) switch
            {
                0 => double.NaN,
                1 => StaleMarker.Value,
                var n => n,
            });
        }
    }

    private static string Show(QueryResult result) => result is VectorResult vector
        ? string.Join(' ', vector.Samples.Select(s => $"{s.Labels}={s.Value:R}").Order(StringComparer.Ordinal))
        : result.GetType().Name;

    [Theory]
    [InlineData("a|b", "b", true)]
    [InlineData("a|b", "ab", false)]
    [InlineData("(?P<x>a)+", "aaa", true)]
    [InlineData("\\d+", "٣", false)]
    [InlineData("[[:alpha:]_]+", "a_b", true)]
    [InlineData("a$", "a\n", false)]
    [InlineData("\\Qa.b\\E", "a.b", true)]
    [InlineData("(?i)WEB", "web", true)]
    [InlineData("a{,2}", "a{,2}", true)]
    public void Patterns_match_as_RE2_does(string pattern, string text, bool matches)
    {
        Assert.True(Re2.TryCompile(pattern, false, out System.Text.RegularExpressions.Regex? regex, out _));
        Assert.Equal(matches, regex.IsMatch(text));
    }

    [Theory]
    [InlineData("a**")]
    [InlineData("(a")]
    [InlineData("(a)\\1")]
    [InlineData("(?<=a)b")]
    [InlineData("a{2000}")]
    [InlineData("[z-a]")]
    [InlineData("\\y")]
    public void Patterns_that_RE2_refuses_are_refused(string pattern) =>
        Assert.False(Re2.TryCompile(pattern, false, out _, out _));

    internal static SampleStore Traffic()
    {
        var store = new SampleStore(TimeSpan.FromMinutes(15));
        string[] bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];
        for (int replica = 0; replica < 10; replica++)
        {
            var labels = LabelSet.Of(("job", "svc"), ("instance", $"10.0.0.{replica}:8080"));
            int[] buckets = [.. bounds.Select(b => store.GetOrAdd(
                labels.With("le", b).With("__name__", "http_server_resp_time_bucket")))];
            int count = store.GetOrAdd(labels.With("__name__", "http_server_resp_time_count"));
            for (int i = 0; i < 180; i++)
            {
                for (int b = 0; b < buckets.Length; b++)
                {
                    store.Append(buckets[b], i * 5000, i * 10 * (b + 1));
                }

                store.Append(count, i * 5000, i * 120);
            }
        }

        return store;
    }

    internal static PromQuery Query(string text, SampleStore store)
    {
        Assert.True(PromQlParser.Parse(text).TryGet(out Expr? expr));
        return new PromQuery(expr, store, PromQlOptions.Default);
    }

    private static IReadOnlyList<(LabelSet Labels, double Value)> Vector(PromQuery query, double seconds) =>
        Assert.IsType<VectorResult>(query.At(Instant.FromSeconds(seconds))).Samples;
}
