using System.Globalization;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Tuning;

/// <summary>The answer for a terminal.</summary>
internal static class TuneOutput
{
    private const int KnobsShown = 8;
    private const int SnippetWidth = 44;

    /// <summary>Some lines.</summary>
    public static IEnumerable<string> Lines(TuneReport report)
    {
        yield return $"{Mark(report.Answer)} {report.Scenario.Name}: {report.Headline}";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"  {report.Searched:#,0} policies searched, {report.RuledOut:#,0} ruled out unsimulated, "
            + $"{report.Launches:#,0} launches, {report.Requests:#,0} requests");
        yield return $"  service times {report.Calibration}";
        yield return "";
        int title = Math.Max(36, report.Suggestions.Max(s => s.Title.Length) + 1);
        yield return "    " + "".PadRight(title)
            + $"{"replica-hours",14}{"over limits",13}{"changes",9}  launches that pass";
        foreach (TuneSuggestion s in report.Suggestions)
        {
            yield return $"  {Mark(s.Answer)} {s.Title.PadRight(title)}{NumberText.Count(s.Cost),14}"
                + $"{NumberText.Length(Math.Round(s.Bad)),13}{NumberText.Count(s.Actions),9}  {Share(s)}";
        }

        if (report.Suggested is { } suggested)
        {
            yield return "";
            yield return suggested.Edits.Count == 0 ? "  nothing to change" : "  to deploy it";
            foreach (IGrouping<string, TuneEdit> file in suggested.Edits.GroupBy(e => e.File))
            {
                yield return $"    {file.Key}";
                foreach (string line in file.SelectMany(e => e.Snippet.Split('\n').Select((l, i) =>
                    i == 0 && e.Snippet.Length <= SnippetWidth ? l.PadRight(SnippetWidth) + $" # {e.Title}" : l)))
                {
                    yield return $"      {line}";
                }
            }

            foreach (TuneDoubt doubt in suggested.Doubts)
            {
                yield return $"    if {doubt.Name,-22} {doubt.Passed} of {doubt.Total} launches pass";
            }
        }

        foreach (string line in Knobs(report))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Knobs(TuneReport report)
    {
        TuneKnob[] shown = [.. report.Knobs.Where(k => !double.IsNaN(k.CostRange)).Take(KnobsShown)];
        if (shown.Length == 0)
        {
            yield break;
        }

        yield return "";
        yield return $"  {"what matters around it",-44}{"now",8}{"then",8}  {"safe",-18}{"hours ±",9}{"over ±",13}";
        foreach (TuneKnob k in shown)
        {
            string name = $"{k.Id} ({k.Name})";
            yield return $"  {(name.Length > 43 ? name[..43] : name),-44}{k.Text(k.Configured),8}"
                + $"{k.Text(k.Suggested),8}  {k.SafeText,-18}{NumberText.Count(k.CostRange),9}"
                + $"{DurationText.Format(Math.Round(k.BadRange)),13}";
        }
    }

    private static string Share(TuneSuggestion s) => s.Total == 0 ? "not tested on fresh launches"
        : $"{s.Passed} of {s.Total}, 95 %: {NumberText.PercentRange(s.Interval.Low, s.Interval.High)}";

    private static char Mark(TuneAnswer answer) => answer switch
    {
        TuneAnswer.Passes => '✓',
        TuneAnswer.Fails => '✗',
        _ => '?',
    };
}
