using Capacity.Cli;
using Capacity.Control.Alertmanager;
using Capacity.Control.Linting;
using Capacity.Model;
using Capacity.Tests.Cli;
using Capacity.Tests.Labels;
using Capacity.Tests.Support;

namespace Capacity.Tests.Linting;

public sealed class StackLintTests
{
    private static readonly string Stack = Path.Combine(Repository.Root, "swarm", "stack");

    [Fact]
    public async Task The_tutorials_traps_are_found()
    {
        string[] files = ["--prometheus", Path.Combine(Stack, "prometheus.yml"), "--alertmanager",
            Path.Combine(Stack, "alertmanager.yml")];

        CommandLineRun run = await CommandLineRun.Of(["rules", "lint", Path.Combine(Stack, "go-demo.yml"), .. files]);
        CommandLineRun strict =
            await CommandLineRun.Of(["rules", "lint", Path.Combine(Stack, "go-demo.yml"), .. files, "--strict"]);

        Assert.Equal((ExitCode.Ok, ExitCode.No), (run.Code, strict.Code));
        Assert.Contains("0.9 ≤ share(le=0.1) < 0.99", run.Output, StringComparison.Ordinal);
        Assert.Contains("an idle service is never scaled down", run.Output, StringComparison.Ordinal);
        Assert.Contains("repeats after 5m or 10m", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("com.df.scaleMin=3,com.df.scaleMax=3", "RUL113")]
    [InlineData("com.df.alertName=a;com.df.alertIf=@resp_time_below:0.1,5m,0.9_unless_@resp_time_above:0.1,5m,0.9",
        "RUL112")]
    [InlineData("com.df.alertName=a;com.df.alertIf=@resp_time_above:0.2,5m,0.9", "RUL104")]
    [InlineData("com.df.alertName=a;com.df.alertIf=@resp_time_above:0.1,5m,1.5", "RUL102")]
    [InlineData("com.df.alertName=a;com.df.alertIf=@resp_time_above:0.1,15s,0.5;com.df.scrapeInterval=10s", "RUL107")]
    [InlineData("com.df.alertName=a;com.df.alertIf=@resp_time_above:0.1,5m,0.5;com.df.alertFor=30s", "RUL108")]
    [InlineData("com.df.alertName.1=a-b;com.df.alertIf.1=up > 0;com.df.alertName.2=ab;com.df.alertIf.2=up < 1",
        "RUL110")]
    public void What_labels_get_wrong_is_found(string labels, string code)
    {
        string[] lines = labels.Contains(';', StringComparison.Ordinal) ? labels.Split(';')
            : labels.Split(',');
        string yaml = "services:\n  main:\n    image: x\n    deploy:\n      labels:\n        - com.df.notify=true\n"
            + string.Concat(lines.Select(l => $"        - \"{l}\"\n"));

        Assert.Contains(Find(yaml), d => d.Code == code);
    }

    [Fact]
    public void A_service_whose_changes_delete_anothers_alerts_is_found() => Assert.Contains(Find("""
        services:
          my:
            deploy: {labels: [com.df.notify=true]}
          my-svc:
            deploy: {labels: [com.df.notify=true, com.df.alertName=a, "com.df.alertIf=up == 0"]}
        """), d => d.Code == "RUL111" && d.At.Line == 2);

    [Theory]
    [InlineData("match: {scale: up}, receiver: scale", "repeat_interval: 4m, group_by: [service, scale]", "")]
    [InlineData("match: {scale: up, type: x}, receiver: scale", "repeat_interval: 4m, group_by: [service, scale]",
        "AM101")]
    [InlineData("match: {scale: up}, receiver: scale", "repeat_interval: 4m, group_by: [service]", "AM102")]
    [InlineData("match: {scale: up}, receiver: scale", "repeat_interval: 1h, group_by: [service, scale]", "AM105")]
    [InlineData("match: {scale: up}, receiver: scale, repeat_interval: 1m", "group_by: [service, scale]", "AM105")]
    [InlineData("match: {scale: up}, receiver: scale}, {match: {scale: up, a: b}, receiver: log",
        "repeat_interval: 4m, group_by: [service, scale]", "AM103")]
    [InlineData("match_re: {scale: up|down}, receiver: scale, routes: [{match: {scale: left}, receiver: log}]",
        "repeat_interval: 4m, group_by: [service, scale]", "AM103")]
    public void What_routes_get_wrong_is_found(string route, string root, string expected)
    {
        string yaml = $"route: {{receiver: log, group_interval: 3m, {root}, routes: [{{{route}}}]}}\n"
            + "receivers:\n- name: log\n- name: scale\n"
            + "  webhook_configs: [{url: 'http://s/v1/scale-service', send_resolved: false}]\n";

        Assert.Equal(expected, string.Join(' ', FindRoutes(yaml).Select(d => d.Code).Distinct()));
    }

    [Fact]
    public void A_receiver_that_nothing_reaches_and_one_that_scales_on_resolved_alerts_are_found()
    {
        IReadOnlyList<Diagnostic> found = FindRoutes("""
            route: {receiver: scale, group_by: [service, scale], repeat_interval: 4m}
            receivers:
            - name: log
            - name: scale
              webhook_configs: [{url: 'http://s/v1/scale-service'}]
            """);

        Assert.Equal("AM104:3 AM105:1 AM107:5", string.Join(' ',
            found.OrderBy(d => d.Code, StringComparer.Ordinal).Select(d => $"{d.Code}:{d.At.Line}")));
    }

    [Fact]
    public async Task Files_with_errors_and_unknown_files_have_their_own_exit_codes()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("r.yml"), "groups: [{name: g, rules: [{alert: a, expr: 'x >'}]}]",
            TestContext.Current.CancellationToken);

        CommandLineRun wrong = await CommandLineRun.Of("rules", "lint", folder.File("r.yml"), "--json");
        CommandLineRun missing = await CommandLineRun.Of("rules", "lint", folder.File("none.yml"));

        Assert.Equal((ExitCode.InvalidScenario, ExitCode.Usage), (wrong.Code, missing.Code));
        Assert.Contains("\"PQL002\"", wrong.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_stack_says_there_are_findings_or_errors() => MutatedText.ForAll(
        File.ReadAllText(Path.Combine(Stack, "go-demo.yml")), text => Lint(text));

    private static IReadOnlyList<Diagnostic> FindRoutes(string alertmanager)
    {
        var text = new SourceText("am.yml", alertmanager);
        Parsed<AlertmanagerConfig> read = AlertmanagerConfigReader.Read(text);
        Assert.True(read.TryGet(out AlertmanagerConfig? config), string.Join('\n', read.Diagnostics));
        Assert.True(LintReader.FromRules(new SourceText("r.yml",
            "groups: [{name: g, rules: [{alert: A, expr: 'foo > 1', labels: {scale: up, service: s}}]}]"))
            .TryGet(out LintContext? context));
        return Linter.Run(context with { Alertmanager = config, AlertmanagerText = text });
    }

    private static IReadOnlyList<Diagnostic> Find(string stack)
    {
        IReadOnlyList<Diagnostic>? found = Lint(stack);
        Assert.NotNull(found);
        return found;
    }

    private static IReadOnlyList<Diagnostic>? Lint(string stack) =>
        LintReader.FromStack(new SourceText("s.yml", stack), "s").TryGet(out LintContext? context)
            ? Linter.Run(context) : null;
}
