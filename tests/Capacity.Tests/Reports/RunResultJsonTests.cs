using System.Text;
using Capacity.Model;
using Capacity.Reports;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Reports;

public class RunResultJsonTests
{
    private static readonly Arbitrary<RunResult> AnyRun = Gen.Choose(0, int.MaxValue)
        .Select(seed => RandomRun((ulong)seed)).ToArbitrary();

    [Fact]
    public void What_was_written_reads_back_as_it_was() => Prop.ForAll(AnyRun, run =>
        Text(Read(Text(run))) == Text(run)).QuickCheckThrowOnFailure();

    [Fact]
    public void Both_forms_of_writing_give_the_same_bytes()
    {
        RunResult run = SampleCurves.Run(1, Provenance.Measured);

        Assert.Equal(Text(run), Encoding.UTF8.GetString(RunResultJson.ToUtf8(run)));
    }

    [Fact]
    public void Every_value_survives()
    {
        RunResult run = SampleCurves.Run(1, Provenance.Measured);
        RunResult read = Read(Text(run));

        Assert.Equal(run.Seed, read.Seed);
        Assert.Equal(Provenance.Measured, read.Provenance);
        Assert.Equal(run.Series.P99, read.Series.P99);
        Assert.True(double.IsNaN(read.Series.P50[2]));
        Assert.Equal(run.ScaleActions, read.ScaleActions);
        Assert.Equal(run.Alerts, read.Alerts);
        Assert.Equal(run.Generator, read.Generator);
        Assert.Equal(run.Kinds[0].Latency.Counts.ToArray(), read.Kinds[0].Latency.Counts.ToArray());
        Assert.Equal(run.Kinds[0].Latency.SumSeconds, read.Kinds[0].Latency.SumSeconds);
        Assert.Equal(run.Kinds[0].Latency.Quantile(0.99), read.Kinds[0].Latency.Quantile(0.99));
        Assert.Equal([0, 200, 503], read.Kinds[0].StatusCodes.Keys);
    }

    [Theory]
    [InlineData("", "CAP091")]
    [InlineData("null", "CAP091")]
    [InlineData("[]", "CAP091")]
    [InlineData("{}", "CAP091")]
    [InlineData("{\"schemaVersion\":", "CAP091")]
    [InlineData("{\"scenario\":\"\\ud800\"}", "CAP091")]
    public void What_is_no_run_is_refused_with_a_place(string text, string code)
    {
        Parsed<RunResult> read = RunResultJson.Read(new SourceText("run.json", text));

        Assert.False(read.TryGet(out _));
        Assert.Equal(code, Assert.Single(read.Diagnostics).Code);
    }

    [Theory]
    [InlineData("\"schemaVersion\":1", "\"schemaVersion\":2", "CAP092")]
    [InlineData("\"step\":15", "\"step\":0", "CAP093")]
    [InlineData("\"step\":15", "\"step\":1e999", "CAP091")]
    [InlineData("\"series\":{\"offered\":[420,", "\"series\":{\"offered\":[", "CAP093")]
    [InlineData("\"buckets\":[[", "\"buckets\":[[4096,1],[", "CAP091")]
    [InlineData("\"buckets\":[[", "\"buckets\":[[1,-1],[", "CAP091")]
    [InlineData("\"kinds\":[", "\"kinds\":[null,", "CAP093")]
    [InlineData("\"provenance\":\"simulated\"", "\"provenance\":\"guessed\"", "CAP091")]
    [InlineData("\"chain\":{", "\"chain\":null,\"x\":{", "CAP091")]
    [InlineData("\"chain\":{\"scraped\"", "\"chain\":{\"scrapped\"", "CAP091")]
    [InlineData("\"events\":", "\"event\":", "CAP091")]
    [InlineData("\"partial\":", "\"partially\":", "CAP091")]
    public void Damage_is_named(string good, string bad, string code)
    {
        string text = Text(SampleCurves.Run(1));
        Assert.Contains(good, text, StringComparison.Ordinal);
        int at = text.IndexOf(good, StringComparison.Ordinal);
        Parsed<RunResult> read =
            RunResultJson.Read(new SourceText("run.json", text[..at] + bad + text[(at + good.Length)..]));

        Assert.False(read.TryGet(out _));
        Assert.Equal(code, Assert.Single(read.Diagnostics).Code);
    }

    [Fact]
    public void Members_added_later_may_be_absent_and_then_have_the_records_own_defaults()
    {
        string text = Text(SampleCurves.Run(1));
        string more = text.Replace("\"chain\":{", "\"chain\":{\"unheardOf\":[1],", StringComparison.Ordinal)
            .Replace("{\"schemaVersion\"", "{\"retries\":{\"sent\":3},\"schemaVersion\"", StringComparison.Ordinal);
        RunResult read = Read(more);

        Assert.Equal(text, Text(read));
        Assert.Null(read.StartedAt);
        Assert.Null(read.LoadDigest);
    }

    [Fact]
    public void A_newer_version_is_named_even_when_nothing_else_can_be_read()
    {
        Parsed<RunResult> read = RunResultJson.Read(new SourceText("run.json", "{\"schemaVersion\":2,\"x\":[]}"));

        Diagnostic fault = Assert.Single(read.Diagnostics);
        Assert.Equal("CAP092", fault.Code);
        Assert.Equal((1, 2), (fault.At.Line, fault.At.Column));
    }

    [Fact]
    public void No_text_makes_the_reader_throw()
    {
        string text = Text(RandomRun(7));
        var random = new RandomSource(1, "damage");
        for (int i = 0; i < 400; i++)
        {
            int at = (int)(random.NextUnit() * text.Length);
            int cut = (int)(random.NextUnit() * 6);
            string put = ((int)(random.NextUnit() * 6)) switch
            {
                0 => "",
                1 => "null",
                2 => "\"",
                3 => "[",
                4 => "-9e99",
                _ => "\ud800"
            };
            RunResultJson.Read(new SourceText("run.json", text[..at] + put + text[Math.Min(text.Length, at + cut)..]));
        }
    }

    private static string Text(RunResult run)
    {
        var writer = new StringWriter();
        RunResultJson.Write(run, writer);
        return writer.ToString();
    }

    private static RunResult Read(string text)
    {
        Parsed<RunResult> read = RunResultJson.Read(new SourceText("run.json", text));
        Assert.True(read.TryGet(out RunResult? run), string.Join('\n', read.Diagnostics));
        return run;
    }

    private static RunResult RandomRun(ulong seed)
    {
        var random = new RandomSource(seed, "runs");
        double Number() => random.NextUnit() < 0.1 ? double.NaN
            : (random.NextUnit() - 0.3) * Math.Pow(10, (random.NextUnit() * 40) - 20);
        int steps = (int)(random.NextUnit() * 6);
        double[] Values() => [.. Enumerable.Range(0, steps).Select(_ => Number())];
        int[] Counts() => [.. Enumerable.Range(0, steps).Select(_ => (int)(random.NextUnit() * 30))];
        var latency = new LatencyHistogram();
        for (int i = 0; i < steps * 3; i++)
        {
            latency.Record(Math.Abs(Number()) is var v && double.IsNaN(v) ? 1 : v);
        }

        var requests = new RequestCounts((long)(random.NextUnit() * 1e15), 2, 3, 4);
        return new RunResult
        {
            Provenance = seed % 2 == 0 ? Provenance.Measured : Provenance.Simulated,
            Scenario = $"name \"{seed}\" <é\u2028>",
            Seed = ulong.MaxValue - seed,
            Duration = Math.Abs(random.NextUnit() * 1e6),
            Step = random.NextUnit() + 1e-9,
            Series = new RunSeries
            {
                Offered = Values(),
                Completed = Values(),
                Errors = Values(),
                P50 = Values(),
                P95 = Values(),
                P99 = Values(),
                Desired = Counts(),
                Ready = Counts(),
            },
            Totals = requests,
            Kinds = [new KindResult("a", requests, latency, new LatencyHistogram(), new Dictionary<int,
                long> { [500] = 1, [0] = 2 })],
            ScaleActions = [new ScaleAction(Number(), 1, 2, "alert", "text",
                new ScaleChain { Active = Number(), Ready = Number() })],
            Alerts = [new AlertSpan("a", Number(), double.NaN, Number(), "")],
            ReplicaHours = random.NextUnit(),
            StartupSeconds = Values(),
            Partial = seed % 3 == 0,
        };
    }
}
