using System.Globalization;
using System.Text.RegularExpressions;

namespace Capacity.Cli.Importing;

/// <summary>The small languages of k6's options: durations and thresholds.</summary>
internal static partial class ThresholdText
{
    /// <summary>A duration such as <c>1m30s</c>; null for anything else.</summary>
    public static double? Seconds(string text)
    {
        if (!WholeDuration().IsMatch(text))
        {
            return null;
        }

        double seconds = 0;
        foreach (Match part in DurationPart().Matches(text))
        {
            double amount = double.Parse(part.Groups["n"].Value, NumberStyles.Float, CultureInfo.InvariantCulture);
            seconds += amount * part.Groups["u"].Value switch
            {
                "ms" => 0.001,
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => 86_400,
            };
        }

        return seconds;
    }

    /// <summary>An objective as YAML, or null when there is none for a threshold.</summary>
    public static string? ToObjective(string metric, string condition)
    {
        string text = condition.Replace(" ", "", StringComparison.Ordinal);
        Match latency = Percentile().Match(text);
        if (metric == "http_req_duration" && latency.Success)
        {
            string which = latency.Groups["q"].Value is "" ? "50" : latency.Groups["q"].Value;
            return which is "50" or "95" or "99" && Limit(latency) is > 0 and { } ms
                ? $"{{ metric: latency.p{which}, under: {Plain(ms)}ms }}"
                : null;
        }

        Match rate = FailedRate().Match(text);
        return metric == "http_req_failed" && rate.Success && Limit(rate) is <= 1 and { } share
            ? $"{{ metric: errors, under: {Plain(share * 100)}% }}"
            : null;
    }

    private static double? Limit(Match match) => double.TryParse(
        match.Groups["n"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
        && value < 1e9 ? value : null;

    private static string Plain(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([0-9]{1,12}(\.[0-9]{1,6})?(ms|s|m|h|d))+$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex WholeDuration();

    [GeneratedRegex(@"(?<n>[0-9]{1,12}(\.[0-9]{1,6})?)(?<u>ms|s|m|h|d)",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DurationPart();

    [GeneratedRegex(@"^(p\((?<q>50|95|99)\)|med)<=?(?<n>[0-9]{1,9}(\.[0-9]{1,6})?)$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Percentile();

    [GeneratedRegex(@"^rate<=?(?<n>[0-9]{1,9}(\.[0-9]{1,6})?)$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex FailedRate();
}
