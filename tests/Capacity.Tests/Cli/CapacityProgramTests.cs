using System.CommandLine;
using Capacity.Cli;
using Capacity.Control;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Cli;

public sealed class CapacityProgramTests
{
    [Theory]
    [InlineData("valdate a.yaml", "error: 'valdate' is not a command of 'capacity'\n  = did you mean 'validate'?")]
    [InlineData("dance", "error: 'dance' is not a command of 'capacity'\n  = see capacity --help")]
    [InlineData("validate",
        "error: Required argument missing for command: 'validate'\n  = see capacity validate --help")]
    [InlineData("validate a.yaml --jsn",
        "error: '--jsn' is not an option of 'capacity validate'\n  = did you mean '--json'?")]
    [InlineData("schema now",
        "error: 'now' is not expected after 'capacity schema'\n  = see capacity schema --help")]
    [InlineData("schema --quite",
        "error: '--quite' is not an option of 'capacity schema'\n  = did you mean '--quiet'?")]
    public async Task A_typo_is_explained_and_ends_with_2(string line, string expected)
    {
        CommandLineRun run = await CommandLineRun.Of(line.Split(' '));

        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.StartsWith(expected, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Help_names_every_command_and_no_command_at_all_is_no_success()
    {
        CommandLineRun help = await CommandLineRun.Of("--help");
        CommandLineRun nothing = await CommandLineRun.Of();

        Assert.Equal((ExitCode.Ok, ExitCode.Usage), (help.Code, nothing.Code));
        Assert.Equal(help.Output, nothing.Output);
        Assert.All(["validate", "schema", "init", "completion"], word => Assert.Contains($"  {word} ", help.Output));
    }

    [Fact]
    public async Task The_version_is_one_line()
    {
        CommandLineRun run = await CommandLineRun.Of("--version");

        Assert.Matches(@"^capacity \d+\.\d+\.\d+\S*\n$", run.Output);
    }

    [Fact]
    public async Task Init_then_validate_succeeds_and_nothing_is_overwritten()
    {
        using var folder = new TemporaryFolder();

        CommandLineRun first = await CommandLineRun.Of("init", "shop", "--out", folder.Path);
        CommandLineRun valid = await CommandLineRun.Of("validate", folder.File("shop.yaml"));
        await File.AppendAllTextAsync(folder.File("shop.yaml"), "# mine\n", TestContext.Current.CancellationToken);
        CommandLineRun again = await CommandLineRun.Of("init", "shop", "--out", folder.Path);
        string kept = await File.ReadAllTextAsync(folder.File("shop.yaml"), TestContext.Current.CancellationToken);
        CommandLineRun forced = await CommandLineRun.Of("init", "shop", "--force", "--out", folder.Path);

        Assert.Equal([ExitCode.Ok, ExitCode.Ok, ExitCode.Usage, ExitCode.Ok],
            new[] { first.Code, valid.Code, again.Code, forced.Code });
        Assert.Equal(
            $"valid  {folder.File("shop.yaml")}  shop: 25 min 00 s, about 568,000 requests, peak 600/s\n",
            valid.Output);
        Assert.Contains("is there already", again.Error);
        Assert.EndsWith("# mine\n", kept);
        Assert.Contains($"kept  {folder.File("docker-stack.yml")}", forced.Error);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task Init_takes_the_stack_that_is_there_and_its_scaled_service()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("stack.yml"), """
            services:
              db: { image: a }
              api: { image: b, deploy: { labels: [com.df.scaleMin=2] } }
            """, TestContext.Current.CancellationToken);

        await CommandLineRun.Of("init", "shop", "--out", folder.Path);

        string text = await File.ReadAllTextAsync(folder.File("shop.yaml"), TestContext.Current.CancellationToken);
        Assert.Contains("service: shop_api\n  stack: stack.yml\n", text);
    }

    [Fact]
    public async Task The_files_that_init_writes_make_a_control_loop_without_a_warning()
    {
        using var folder = new TemporaryFolder();
        await CommandLineRun.Of("init", "shop", "--out", folder.Path);
        SourceText Open(string file) => new(file, File.ReadAllText(folder.File(file)));
        Assert.True(ScenarioReader.Read(Open("shop.yaml")).TryGet(out Scenario? scenario));

        Parsed<LoopSettings> loop = LoopSettingsReader.Read(new LoopSources(Open("docker-stack.yml"),
            Open("prometheus.yml"), Open("alertmanager.yml"), []), scenario, phaseSeed: 1);

        Assert.Empty(loop.Diagnostics.Select(d => d.ToString()));
        Assert.True(loop.TryGet(out LoopSettings? settings));
        Assert.Equal(("shop_web", 2), (settings.Service, settings.InitialReplicas));
    }

    [Fact]
    public async Task Rules_show_prints_the_rule_file_of_the_stack()
    {
        CommandLineRun run = await CommandLineRun.Of("rules", "show", Repository.At("swarm", "stack", "go-demo.yml"));

        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Equal(await File.ReadAllTextAsync(Repository.At("swarm", "stack", "alert.rules"),
            TestContext.Current.CancellationToken), run.Output.TrimEnd('\n'));
    }

    [Fact]
    public async Task Every_scenario_of_the_library_is_valid_with_the_files_that_it_names()
    {
        string[] files = Directory.GetFiles(Repository.At("scenarios", "library"), "*.yaml");

        CommandLineRun run = await CommandLineRun.Of(["validate", .. files]);

        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Error));
    }

    [Fact]
    public async Task An_invalid_scenario_ends_with_3_and_all_its_errors()
    {
        using var folder = new TemporaryFolder();
        await CommandLineRun.Of("init", "shop", "--out", folder.Path);

        CommandLineRun run = await CommandLineRun.Of(
            "validate", folder.File("shop.yaml"), "--set", "service.workers=0", "--set", "load[peak].over=1d");

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Empty(run.Output);
        Assert.Contains("error[CAP023]: the number of workers cannot be 0\n  --> --set:1:17\n", run.Error);
        Assert.Contains("error[CAP031]: ", run.Error);
    }

    [Fact]
    public async Task Findings_are_also_written_as_json()
    {
        using var folder = new TemporaryFolder();
        await CommandLineRun.Of("init", "shop", "--out", folder.Path);

        CommandLineRun run = await CommandLineRun.Of("validate", "--json", folder.File("shop.yaml"), "--set", "nam=a");

        var findings = System.Text.Json.Nodes.JsonNode.Parse(run.Output)!.AsArray();
        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.False((bool)findings[0]!["valid"]!);
        Assert.Equal("CAP010", (string?)findings[0]!["diagnostics"]![0]!["code"]);
        Assert.Equal("did you mean 'name'?", (string?)findings[0]!["diagnostics"]![0]!["hint"]);
    }

    [Fact]
    public async Task A_file_that_is_not_there_ends_with_2_and_the_file_that_was_meant()
    {
        using var folder = new TemporaryFolder();
        await CommandLineRun.Of("init", "shop", "--out", folder.Path);

        CommandLineRun run = await CommandLineRun.Of("validate", folder.File("shpo.yaml"));

        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Equal(
            $"error: there is no file {folder.File("shpo.yaml")}\n  = did you mean {folder.File("shop.yaml")}?\n",
            run.Error);
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_ends_with_4()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("file"), "", TestContext.Current.CancellationToken);

        CommandLineRun run = await CommandLineRun.Of("init", "shop", "--out", folder.File("file/below"));

        Assert.Equal(ExitCode.EnvironmentFailed, run.Code);
        Assert.StartsWith("error: cannot write ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("run")]
    public async Task Long_work_for_a_place_that_cannot_be_written_does_not_begin(string command)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("file"), "", TestContext.Current.CancellationToken);
        string scenario = Repository.At("scenarios", "library", "flash-sale.yaml");

        CommandLineRun run = await CommandLineRun.Of(command, scenario, "--out", folder.File("file/below"));

        Assert.Equal(ExitCode.EnvironmentFailed, run.Code);
        Assert.StartsWith("error: cannot write to ", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task A_completion_script_asks_the_program_for_suggestions(string shell)
    {
        CommandLineRun run = await CommandLineRun.Of("completion", shell);

        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("[suggest:", run.Output);
    }

    [Fact]
    public async Task A_defect_is_one_line_and_how_to_report_it()
    {
        CancellationToken goOn = TestContext.Current.CancellationToken;
        Func<CommandHost, Command> crash = Crash(new InvalidOperationException("broken\nhere"));
        CommandLineRun brief = await CommandLineRun.With(crash, goOn, "crash");
        CommandLineRun verbose = await CommandLineRun.With(crash, goOn, "crash", "-v");

        Assert.Equal(ExitCode.Internal, brief.Code);
        Assert.StartsWith("error: internal error, InvalidOperationException: broken here\n  = this is a defect",
            brief.Error, StringComparison.Ordinal);
        Assert.Equal(2, brief.Error.Count(c => c == '\n'));
        Assert.Contains("System.InvalidOperationException: broken", verbose.Error);
    }

    [Fact]
    public async Task A_cancelled_command_ends_with_130()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        CommandLineRun run = await CommandLineRun.With(Crash(new OperationCanceledException()), stop.Token, "crash");

        Assert.Equal(ExitCode.Interrupted, run.Code);
    }

    private static Func<CommandHost, Command> Crash(Exception defect) => host =>
    {
        var command = new Command("crash");
        host.Handle(command, (_, _, _) => Task.FromException<ExitCode>(defect));
        return command;
    };
}
