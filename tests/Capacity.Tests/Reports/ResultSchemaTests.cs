using System.Text;
using System.Text.Json.Nodes;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Tests.Cli;
using Capacity.Tests.Regression;
using Capacity.Tests.Support;

namespace Capacity.Tests.Reports;

public sealed class ResultSchemaTests
{
    private static readonly JsonNode Schema = JsonNode.Parse(ResultSchema.Write())!;

    [Fact]
    public void The_published_schema_is_the_one_that_the_program_writes()
    {
        string path = Repository.At("reports", "result.schema.json");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, ResultSchema.Write());
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == ResultSchema.Write(),
            "run: ./run.sh schema --result > reports/result.schema.json");
    }

    [Fact]
    public async Task The_command_prints_it() =>
        Assert.Equal(ResultSchema.Write(), (await CommandLineRun.Of("schema", "--result")).Output);

    [Fact]
    public void What_is_written_fits()
    {
        Fits("run", Text(RunResultJson.ToUtf8(SampleCurves.Run(1, Provenance.Measured))));
        Fits("run", Text(RunResultJson.ToUtf8(SampleRuns.Run(1, at: SampleRuns.Start))));
        Fits("report", Text(CheckReportJson.ToUtf8(SampleReport.NoGo())));
        Fits("report", Text(CheckReportJson.ToUtf8(SampleReport.Bare())));
        Fits("report", Text(CheckReportJson.ToUtf8(SampleReport.Unrehearsed())));
        Fits("comparison", RegressionJson.Render(SampleRuns.Report()));
        Fits("comparison", RegressionJson.Render(SampleRuns.Report(pairs: 1)));
        Fits("baseline", BaselineJson.Render(Baseline.Of(SampleRuns.Sides(3).Before, "1", null, null)));
    }

    [Theory]
    [InlineData("\"schemaVersion\":1", "\"schemaVersion\":2")]
    [InlineData("\"provenance\":\"simulated\"", "\"provenance\":\"guessed\"")]
    [InlineData("\"seed\":\"", "\"seed\":\"x")]
    [InlineData("\"replicaHours\":", "\"hours\":")]
    [InlineData("\"buckets\":[[", "\"buckets\":[[1,2,3],[")]
    public void What_the_reader_refuses_does_not_fit(string good, string bad)
    {
        string text = Text(RunResultJson.ToUtf8(SampleCurves.Run(1)));
        Assert.Contains(good, text, StringComparison.Ordinal);

        Assert.NotEmpty(Faults("run", text.Replace(good, bad, StringComparison.Ordinal)));
    }

    [Fact]
    public void Everything_fits_the_whole_schema_too() => Assert.Empty(new SchemaCheck(Schema)
        .Faults(JsonNode.Parse(RegressionJson.Render(SampleRuns.Report())), Schema));

    private static void Fits(string form, string text) => Assert.Empty(Faults(form, text));

    private static List<string> Faults(string form, string text) =>
        [.. new SchemaCheck(Schema).Faults(JsonNode.Parse(text), Schema["$defs"]![form]!)];

    private static string Text(byte[] utf8) => Encoding.UTF8.GetString(utf8);
}
