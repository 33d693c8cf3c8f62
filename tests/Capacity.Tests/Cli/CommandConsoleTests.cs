using Capacity.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.Cli;

public sealed class CommandConsoleTests
{
    [Theory]
    [InlineData("auto", true, "", "xterm", true)]
    [InlineData("auto", false, "", "xterm", false)]
    [InlineData("auto", true, "1", "xterm", false)]
    [InlineData("auto", true, "", "dumb", false)]
    [InlineData("always", false, "1", "dumb", true)]
    [InlineData("never", true, "", "xterm", false)]
    public void Colours_follow_the_option_then_the_variables_then_the_terminal(
        string option, bool terminal, string noColor, string term, bool expected)
    {
        CommandConsole console = Console(TextWriter.Null, terminal, option, noColor, term);

        Assert.Equal(expected, console.Tinted("x", Tint.Red) != "x");
    }

    [Fact]
    public void Quiet_leaves_errors_and_data_only()
    {
        using var error = new StringWriter();
        var console = new CommandConsole(new CliEnvironment { Output = TextWriter.Null, Error = error }, quiet: true);

        console.Say("said");
        console.Fail("failed");

        Assert.Equal("error: failed\n", error.ToString());
    }

    [Fact]
    public void Progress_without_a_terminal_is_a_line_per_ten_seconds_without_escape_sequences()
    {
        using var error = new StringWriter();
        var clock = new ManualClock();
        CommandConsole console = Console(error, terminal: false, "auto", "", "xterm", clock);

        using (var progress = new LiveProgress(console))
        {
            for (int second = 0; second < 25; second++)
            {
                progress.Report(
                    new ProgressState("sale", second / 25.0, $"{second} / 25", TimeSpan.FromSeconds(25 - second)));
                clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Assert.Equal("sale  40%  10 / 25  0:15 left\nsale  80%  20 / 25  0:05 left\n", error.ToString());
    }

    [Fact]
    public void Progress_on_a_terminal_redraws_its_lines_and_leaves_none_behind()
    {
        using var error = new StringWriter();
        var clock = new ManualClock();
        CommandConsole console = Console(error, terminal: true, "auto", "", "xterm", clock);

        using (var progress = new LiveProgress(console))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            progress.Report(new ProgressState("sale", 0.5, "1 / 2", null, "replicas 4"));
        }

        Assert.Equal($"sale  {LiveProgress.Bar(0.5)}  1 / 2  Ctrl-C: stop and keep\nreplicas 4\r\e[2K\e[1A\e[2K",
            error.ToString());
        Assert.Equal("━━━━━━━━━━━━━━──────────────", LiveProgress.Bar(0.5));
        Assert.Equal("╸───────────────────────────", LiveProgress.Bar(0.02));
        Assert.Equal(LiveProgress.Bar(1), LiveProgress.Bar(7));
    }

    [Fact]
    public void The_first_signal_asks_to_stop_and_the_second_ends_the_program()
    {
        int ended = 0;
        using var interruption = new Interruption(TextWriter.Null, () => ended++);

        interruption.Signal();
        Assert.Equal((true, 0), (interruption.Token.IsCancellationRequested, ended));

        interruption.Signal();
        Assert.Equal(1, ended);
    }

    [Fact]
    public async Task A_file_is_replaced_whole_and_its_folders_are_created()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a/b/report.html");

        await AtomicFile.WriteAsync(path, "old", TestContext.Current.CancellationToken);
        await AtomicFile.WriteAsync(path, "new ✓", TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => AtomicFile.WriteAsync(path, "half", new CancellationToken(canceled: true)));

        Assert.Equal("new ✓", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(folder.File("a/b")));
    }

    private static CommandConsole Console(
        TextWriter error, bool terminal, string color, string noColor, string term, TimeProvider? clock = null) => new(
            new CliEnvironment
            {
                Output = TextWriter.Null,
                Error = error,
                ErrorIsTerminal = terminal,
                OutputIsTerminal = terminal,
                Variable = name => name switch { "NO_COLOR" => noColor, "TERM" => term, _ => null },
                Clock = clock ?? TimeProvider.System,
            }, color);
}
