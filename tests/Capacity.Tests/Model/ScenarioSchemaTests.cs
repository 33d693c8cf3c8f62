using System.Text.Json.Nodes;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Model;

public sealed class ScenarioSchemaTests
{
    private const string Minimal = """
        version: 1
        name: sale
        target: { service: a, stack: b, alertmanager: c }
        load: [{ inject: 1/s, during: 1m }]
        requests: [{ name: all, service_time: 1ms }]
        objectives: [{ metric: errors, under: 1% }]
        """;

    [Theory]
    [InlineData("", "")]
    [InlineData("target.", "/target")]
    [InlineData("load[0].", "/load/items")]
    [InlineData("requests[0].", "/requests/items")]
    [InlineData("service.", "/service")]
    [InlineData("objectives[0].", "/objectives/items")]
    [InlineData("rehearsal.", "/rehearsal")]
    [InlineData("delays.", "/delays")]
    public void Every_key_that_the_reader_knows_is_in_the_schema_and_no_other(string path, string schemaPath)
    {
        Parsed<Scenario> read = ScenarioReader.Read(new SourceText("a.yaml", Minimal), [$"{path}zzzzzzzzzzzz=1"]);
        Diagnostic unknown = Assert.Single(read.Diagnostics, d => d.Code == "CAP010");
        string[] known = unknown.Hint["known keys: ".Length..].Split(", ");

        JsonNode schema = JsonNode.Parse(ScenarioSchema.Write())!;
        foreach (string step in schemaPath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            schema = step == "items" ? schema["items"]! : schema["properties"]![step]!;
        }

        Assert.Equal(known, schema["properties"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    [Fact]
    public void The_schema_beside_the_library_is_the_one_that_the_program_writes()
    {
        string path = Repository.At("scenarios", "scenario.schema.json");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, ScenarioSchema.Write());
        }

        Assert.True(File.ReadAllText(path) == ScenarioSchema.Write(),
            "run: ./run.sh schema > scenarios/scenario.schema.json");
    }

    [Fact]
    public void The_manual_lists_the_keys_that_the_program_lists()
    {
        string path = Repository.At("docs", "scenario-reference.md");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, ScenarioReference.Write());
        }

        Assert.True(File.ReadAllText(path) == ScenarioReference.Write(),
            "run: ./run.sh schema --markdown > docs/scenario-reference.md");
    }

    [Fact]
    public void What_the_manual_says_of_absent_keys_is_what_happens_without_them()
    {
        Scenario without = Read();
        Assert.All(ScenarioDefaults.ByPath, usual =>
        {
            string path = usual.Key.Replace("requests.", "requests[0].", StringComparison.Ordinal);
            Scenario written = Read($"{path}={usual.Value}");

            Assert.Equal(Settings(without), Settings(written));
        });

        static Scenario Read(params string[] settings)
        {
            Parsed<Scenario> read = ScenarioReader.Read(new SourceText("a.yaml", Minimal), settings);
            Assert.True(read.TryGet(out Scenario? scenario), string.Join('\n', read.Diagnostics));
            return scenario;
        }

        static object Settings(Scenario s) => (s.Spacing, s.HashedPhases, s.Requests[0].Method, s.Requests[0].Path,
            s.Service, s.Client, s.Http, s.Rehearsal, s.Delays);
    }

    [Fact]
    public void The_laws_of_the_schema_are_the_laws_of_the_reader()
    {
        Parsed<Scenario> read = ScenarioReader.Read(
            new SourceText("a.yaml", Minimal), ["requests[0].service_time={ zzzzzzzzzzzz: 1 }"]);
        string[] known = Assert.Single(read.Diagnostics).Hint["known keys: ".Length..].Split(", ");

        JsonNode law = JsonNode.Parse(ScenarioSchema.Write())!["$defs"]!["law"]!["anyOf"]![1]!;

        Assert.Equal(known, law["properties"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }
}
