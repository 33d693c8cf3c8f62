using Capacity.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.Cli;

public sealed class LiveViewTests
{
    private static readonly LoadView Load = new(120, 7, 0.012, 0.04, 0.08, 4_000, 3)
    {
        LatenessP99 = 0.0002,
        Replicas = (4, 6),
        Firing = ["godemo_resptime"],
    };

    [Fact]
    public void Everything_a_watcher_asks_for_has_its_line()
    {
        Assert.Equal(
            [
                "sale  0:48 left",
                "  traffic    120/s  in flight 7",
                "  latency    p50 12 ms  p95 40 ms  p99 80 ms",
                "  failed     3 of 4000 (0.08%)",
                "  replicas   4 (6 wanted)  firing godemo_resptime",
                "  generator  on time, 99 % within 200 µs",
            ], LiveView.Lines("sale  0:48 left", Load, 80, color: false));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(33)]
    [InlineData(200)]
    public void No_line_is_wider_than_the_terminal_and_without_colours_there_are_no_escapes(int width)
    {
        IReadOnlyList<string> lines = LiveView.Lines(new string('x', 300), Load, width, color: false);

        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        Assert.DoesNotContain('\e', string.Concat(lines));
    }

    [Fact]
    public void Colours_stand_for_failures_and_a_late_generator()
    {
        string calm = string.Concat(LiveView.Lines("a", Load with { Failed = 0 }, 80, color: true));
        string late = string.Concat(LiveView.Lines("a", Load with { LatenessP99 = 0.2 }, 80, color: true));

        Assert.Contains("\e[", calm, StringComparison.Ordinal);
        Assert.NotEqual(calm, late);
        Assert.Contains("late, 99 % within 200 ms", late, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_known_has_no_line()
    {
        var users = new LoadView(1, 1, double.NaN, double.NaN, double.NaN, 0, 0);

        Assert.Equal(4, LiveView.Lines("a", users, 80, color: false).Count);
        Assert.Equal("traffic 1/s  in flight 1  p50 –  p95 –  p99 –  failed 0", users.Line);
    }

    [Fact]
    public void The_view_is_redrawn_in_place_and_leaves_nothing_behind()
    {
        using var error = new StringWriter();
        var clock = new ManualClock();
        var console = new CommandConsole(new CliEnvironment
        {
            Output = TextWriter.Null,
            Error = error,
            ErrorIsTerminal = true,
            Clock = clock,
            Width = () => 60,
        }, "never");

        using (var progress = new LiveProgress(console))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            progress.Report(new ProgressState("sale", 0.5, "1 / 2", null) { Load = Load });
        }

        string text = error.ToString();
        Assert.Equal(5, text.Split('\n').Length - 1);
        Assert.EndsWith("\r\e[2K" + string.Concat(Enumerable.Repeat("\e[1A\e[2K", 5)), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_terminal_the_view_is_one_plain_line()
    {
        using var error = new StringWriter();
        var clock = new ManualClock();
        var console = new CommandConsole(
            new CliEnvironment { Output = TextWriter.Null, Error = error, Clock = clock });

        using (var progress = new LiveProgress(console))
        {
            clock.Advance(TimeSpan.FromSeconds(11));
            progress.Report(new ProgressState("sale", 0.5, "1 / 2", null) { Load = Load });
        }

        Assert.Equal($"sale  50%  1 / 2  {Load.Line}\n", error.ToString());
    }
}
