using System.Globalization;

namespace Capacity.Cli;

/// <summary>How far a task is.</summary>
/// <param name="Task">For example the scenario's name.</param>
/// <param name="Share">0 … 1.</param>
/// <param name="Count">For example <c>62 / 100 launches</c>.</param>
/// <param name="Left">Estimated time left; null when unknown.</param>
/// <param name="Detail">A second line; may be empty.</param>
internal sealed record ProgressState(string Task, double Share, string Count, TimeSpan? Left, string Detail = "")
{
    /// <summary>Shown below the first line in place of <see cref="Detail"/>; null: nothing.</summary>
    public LoadView? Load { get; init; }
}

/// <summary>Shows how far a task is: redrawn lines on a terminal, one line per ten seconds elsewhere.</summary>
/// <remarks>Safe to call from several threads. Dispose it before the results are printed: it then clears its
/// lines.</remarks>
internal sealed class LiveProgress : IDisposable
{
    private const int BarWidth = 28;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainLine = TimeSpan.FromSeconds(10);

    private readonly CommandConsole _console;
    private readonly Lock _drawing = new();
    private long _drawn;
    private int _lines;

    /// <summary>Starts without drawing anything.</summary>
    public LiveProgress(CommandConsole console)
    {
        _console = console;
        _drawn = console.Environment.Clock.GetTimestamp();
    }

    /// <summary>Says how far the task is; draws only when it is time to.</summary>
    public void Report(ProgressState state)
    {
        lock (_drawing)
        {
            TimeSpan since = _console.Environment.Clock.GetElapsedTime(_drawn);
            if (_console.Quiet || since < (_console.CanRedraw ? Redraw : PlainLine))
            {
                return;
            }

            _drawn = _console.Environment.Clock.GetTimestamp();
            if (_console.CanRedraw)
            {
                Draw(state);
            }
            else
            {
                string percent = state.Share.ToString("0%", CultureInfo.InvariantCulture);
                _console.Error.WriteLine(
                    Joined(state.Task, percent, state.Count, TimeLeft(state), state.Load?.Line ?? state.Detail.Trim()));
            }
        }
    }

    /// <summary>Writes a line above the progress; not with <c>-q</c>.</summary>
    public void Write(string line)
    {
        lock (_drawing)
        {
            if (!_console.Quiet)
            {
                _console.Error.Write(Cleared());
                _lines = 0;
                _console.Error.WriteLine(line);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_drawing)
        {
            _console.Error.Write(Cleared());
            _console.Error.Flush();
            _lines = 0;
        }
    }

    /// <summary>A bar of the usual width.</summary>
    /// <param name="share">0 … 1; other values count as the nearer end.</param>
    internal static string Bar(double share)
    {
        int halves = (int)Math.Round(Math.Clamp(double.IsNaN(share) ? 0 : share, 0, 1) * BarWidth * 2);
        string done = new('━', halves / 2);
        return (done + (halves % 2 == 1 ? "╸" : "")).PadRight(BarWidth, '─');
    }

    private static string TimeLeft(ProgressState state) => state.Left is { } left
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalMinutes}:{left.Seconds:00} left")
        : "";

    private static string Joined(params string[] parts) => string.Join("  ", parts.Where(p => p.Length > 0));

    private void Draw(ProgressState state)
    {
        int width = Math.Max(20, _console.Environment.Width()) - 1;
        string Fit(string line) => line.Length > width ? line[..width] : line;
        string first = Fit(Joined(state.Task, Bar(state.Share), state.Count, TimeLeft(state), "Ctrl-C: stop and keep"));
        IReadOnlyList<string> lines = state.Load is { } load
            ? LiveView.Lines(first, load, width, _console.ColorsError)
            : state.Detail.Length == 0 ? [first] : [first, Fit(state.Detail)];
        _console.Error.Write($"{Cleared()}{string.Join('\n', lines)}");
        _console.Error.Flush();
        _lines = lines.Count;
    }

    private string Cleared() => _lines == 0 ? ""
        : "\r\e[2K" + string.Concat(Enumerable.Repeat("\e[1A\e[2K", _lines - 1));
}
