using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Tests.Labels;

public sealed class StackReaderTests
{
    [Fact]
    public void The_tutorial_stack_is_read_without_a_remark()
    {
        StackService main = TutorialStack.Service("main");
        Assert.Equal((4, false, "capacity/demo:latest"), (main.Replicas, main.IsGlobal, main.Image));
        Assert.Equal((10.0, 15.0), (main.HealthCheckInterval!.Value.TotalSeconds,
            main.StopGracePeriod!.Value.TotalSeconds));
        Assert.Equal("go-demo_main", main.Environment["SERVICE_NAME"]);
        Parsed<ServiceSettings> settings = ServiceSettingsReader.Read(main);
        Assert.Empty(settings.Diagnostics);
        Assert.True(settings.TryGet(out ServiceSettings? s));
        Assert.Equal((2, 7, 2, 1), (s.ScaleMin, s.ScaleMax, s.ScaleUpBy, s.ScaleDownBy));
        Assert.Equal((8080, true, "/demo"), (s.ScrapePort, s.NotifyEnabled, s.ServicePath));
    }

    [Fact]
    public void Labels_and_environment_are_read_as_lists_and_as_maps()
    {
        const string List = "services:\n  a:\n    environment: [X=1, Y]\n    deploy:\n      labels: [k=v=w, flag]\n";
        const string Map =
            "services:\n  a:\n    environment: {X: 1, Y: }\n    deploy:\n      labels: {k: v=w, flag: ''}\n";
        Assert.Equal(Describe(List), Describe(Map));
        Assert.Equal("k=v=w flag= X=1 Y=", Describe(List));
    }

    [Fact]
    public void Keys_that_belong_to_docker_are_accepted_whatever_they_are()
    {
        Parsed<StackFile> parsed = Read(
            "x-mine: [1]\nvolumes: {v: {driver: local}}\nservices:\n  a: {image: i, ulimits: {n: 3}, tty: true}\n");
        Assert.Empty(parsed.Diagnostics);
    }

    [Theory]
    [InlineData("services:\n  a:\n    deploy:\n      replicas: many\n", "CAP060", 4, 17)]
    [InlineData("services:\n  a:\n    deploy:\n      mode: everywhere\n", "CAP060", 4, 13)]
    [InlineData("services:\n  a:\n    stop_grace_period: 10 s\n", "CAP061", 3, 24)]
    [InlineData("services:\n  a:\n    deploy:\n      labels: nothing\n", "CAP012", 4, 15)]
    [InlineData("services:\n  a:\n    deploy:\n      labels: [[x]]\n", "CAP012", 4, 16)]
    [InlineData("services: [a]\n", "CAP012", 1, 11)]
    [InlineData("networks: {}\n", "CAP011", 1, 1)]
    public void A_wrong_value_is_reported_at_its_place(string yaml, string code, int line, int column)
    {
        Diagnostic only = Assert.Single(Read(yaml).Diagnostics);
        Assert.Equal((code, line, column), (only.Code, only.At.Line, only.At.Column));
    }

    [Theory]
    [InlineData("${TAG:-latest}", "latest")]
    [InlineData("${TAG-latest}", "latest")]
    [InlineData("${SET:-latest}", "here")]
    [InlineData("$SET/$UNSET.", "here/.")]
    [InlineData("a$$b$", "a$b$")]
    [InlineData("${UNCLOSED", "")]
    public void Variables_are_replaced_as_docker_replaces_them(string text, string expected)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["SET"] = "here" };
        Assert.Equal(expected, ComposeVariables.Replace(text, variables));
    }

    [Theory]
    [InlineData("1m30s", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("250ms", 0.25)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_go_reads_them(string text, double seconds)
    {
        Assert.True(GoDuration.Parse(text, SourceSpan.None).TryGet(out TimeSpan duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("+3", 3L)]
    [InlineData("007", 7L)]
    [InlineData("-0", 0L)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData(" 3", null)]
    [InlineData("3.0", null)]
    [InlineData("0x3", null)]
    [InlineData("1_000", null)]
    [InlineData("+", null)]
    [InlineData("", null)]
    [InlineData("3\0", null)]
    [InlineData("9223372036854775808", null)]
    public void Whole_numbers_are_read_as_go_reads_them(string text, long? expected)
    {
        Assert.Equal(expected, GoInteger.TryAtoi(text, out long number) ? number : null);
    }

    [Fact]
    public void No_text_makes_the_readers_of_labels_throw()
    {
        MutatedText.ForAll(TutorialStack.Source("go-demo.yml").Text, text =>
        {
            Parsed<StackFile> parsed = Read(text);
            Assert.True(parsed.TryGet(out StackFile? stack) || parsed.Diagnostics.Count > 0);
            foreach (StackService service in stack?.Services ?? [])
            {
                ServiceSettingsReader.Read(service);
                if (MonitorRules.FromService(service, "go-demo").TryGet(out IReadOnlyList<MonitorAlert>? alerts))
                {
                    MonitorRuleFile.Write(alerts);
                }
            }
        });
    }

    private static Parsed<StackFile> Read(string yaml) => StackReader.Read(new SourceText("stack.yml", yaml));

    private static string Describe(string yaml)
    {
        Assert.True(Read(yaml).TryGet(out StackFile? stack));
        StackService service = Assert.Single(stack.Services);
        return string.Join(" ", service.Labels.Select(l => $"{l.Key}={l.Value}")
            .Concat(service.Environment.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}")));
    }
}
