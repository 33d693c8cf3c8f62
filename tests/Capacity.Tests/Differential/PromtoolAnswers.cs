using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Capacity.Control;

namespace Capacity.Tests.Differential;

/// <summary>What <c>promtool test rules</c> printed about a file in which every expression is expected
/// wrongly.</summary>
internal sealed partial class PromtoolAnswers
{
    private PromtoolAnswers(string text, int code)
    {
        Text = text;
        Code = code;
        List<string> failed = [];
        foreach (Match match in FailedRule().Matches(text))
        {
            failed.Add($"{match.Groups["rule"].Value}@{match.Groups["time"].Value}");
            FailedRules = $"{Seconds(match.Groups["time"].Value)}s: "
                + string.Join(", ", failed.Select(f => f.Split('@')[0]));
        }

        FailedAlerts = [.. FailedAlert().Matches(text).Select(
            m => (m.Groups["alert"].Value, Seconds(m.Groups["time"].Value)))];
        Expressions = [.. FailedExpression().Matches(text).Select(
            m => m.Groups["got"].Success ? Samples(m.Groups["got"].Value) : null)];
    }

    /// <summary>Everything it printed.</summary>
    public string Text { get; }

    /// <summary>Its exit code.</summary>
    public int Code { get; }

    /// <summary>The rules whose evaluation had an error and when first; null when none had.</summary>
    public string? FailedRules { get; }

    /// <summary>The alert expectations that did not hold.</summary>
    public IReadOnlyList<(string Alert, int Time)> FailedAlerts { get; }

    /// <summary>The samples of each expression in the file's order; null for one with an error.</summary>
    public IReadOnlyList<IReadOnlyList<(LabelSet Labels, double Value)>?> Expressions { get; }

    /// <summary>Runs promtool on a test file.</summary>
    public static PromtoolAnswers Of(string testFile)
    {
        var start = new ProcessStartInfo("promtool", ["test", "rules", Path.GetFileName(testFile)])
        {
            WorkingDirectory = Path.GetDirectoryName(testFile),
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new PromtoolAnswers(output.GetAwaiter().GetResult() + error, process.ExitCode);
    }

    private static int Seconds(string duration) => (int)(Capacity.Model.PrometheusDuration.Parse(duration)
        .TryGet(out TimeSpan span) ? span.TotalSeconds : -1);

    private static List<(LabelSet Labels, double Value)> Samples(string text) => text == "nil"
        ? []
        : [.. Sample().Matches(text).Select(m => (new LabelSet(
            Label().Matches(m.Groups["labels"].Value).Select(
                l => KeyValuePair.Create(l.Groups["name"].Value, Unquoted(l.Groups["value"].Value)))),
            Number(m.Groups["value"].Value)))];

    private static string Unquoted(string value) => value.Replace("\\\"", "\"", StringComparison.Ordinal)
        .Replace("\\\\", "\\", StringComparison.Ordinal);

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("^ +rule: (?<rule>[^,]+), time: (?<time>[^,]+), err: ",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FailedRule();

    [GeneratedRegex("^ +alertname: ?(?<alert>[^,]+), time: (?<time>[^,]+),",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FailedAlert();

    [GeneratedRegex("^ +expr: .*, time: [0-9a-z]+,( err: .*| *\n +exp: ?.*\n +got: ?(?<got>.*))$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FailedExpression();

    [GeneratedRegex("\\{(?<labels>([a-zA-Z_0-9]+=\"([^\"\\\\]|\\\\.)*\"(, )?)*)\\} (?<value>[^, ]+)",
        RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Sample();

    [GeneratedRegex("(?<name>[a-zA-Z_0-9]+)=\"(?<value>([^\"\\\\]|\\\\.)*)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Label();
}
