using Spectre.Console;
using Spectre.Console.Rendering;

namespace Capacity.Cli;

/// <summary>Lays the view of a running load out in lines of a terminal.</summary>
/// <remarks>Only lays out: into text of its own, so that colour and cursor stay with
/// <see cref="CommandConsole"/> and <see cref="LiveProgress"/>.</remarks>
internal static class LiveView
{
    private const int Narrow = 20;
    private static readonly Style Label = new(decoration: Decoration.Dim);

    /// <summary>The lines.</summary>
    /// <param name="head">The first line: name, bar, time left.</param>
    /// <param name="load">What is shown below it.</param>
    /// <param name="width">Columns; fewer than 20 count as 20. No line is longer.</param>
    /// <param name="color">Whether lines may carry colours.</param>
    public static IReadOnlyList<string> Lines(string head, LoadView load, int width, bool color)
    {
        width = Math.Max(Narrow, width);
        var grid = new Grid { Expand = false };
        grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(2, 0, 2, 0) });
        grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 0, 0) });
        void Row(string name, string text, Style? style = null)
        {
            if (text.Length > 0)
            {
                grid.AddRow(new Text(name, Label), new Text(text, style) { Overflow = Overflow.Ellipsis });
            }
        }

        Row("traffic", load.Traffic);
        Row("latency", load.Latency);
        Row("failed", load.Failures, load.Failed > 0 ? new Style(Color.Red) : new Style(Color.Green));
        Row("replicas", load.Cluster, load.Firing.Count > 0 ? new Style(Color.Yellow) : null);
        Row("generator", load.Generator, load.IsLate ? new Style(Color.Yellow) : null);
        return [.. Rendered(new Rows(new Text(head) { Overflow = Overflow.Ellipsis }, grid), width, color)];
    }

    private static IEnumerable<string> Rendered(IRenderable what, int width, bool color)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        console.Write(what);
        return text.ToString().TrimEnd('\n').Split('\n').Select(l => l.TrimEnd());
    }
}
