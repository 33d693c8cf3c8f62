using System.Globalization;

namespace Capacity.Tests.Differential;

/// <summary>Random expressions over the series of <see cref="RandomSeries"/>, in the proportions of public
/// rules.</summary>
/// <param name="random">The source of chance.</param>
/// <param name="recorded">Metrics that rules before this expression record.</param>
internal sealed class RandomExpressions(Random random, IReadOnlyList<string> recorded)
{
    private static readonly string[] Windows = ["30s", "1m", "1m", "2m", "5m", "90s", "45s"];

    /// <summary>What an alert asks: nearly always a comparison.</summary>
    public string Alert() => random.Next(20) switch
    {
        0 => $"absent({Selector()})",
        1 or 2 => $"{Compared(1)} and {Grouping("on")} {Compared(1)}",
        3 => $"{Compared(1)} unless {Grouping("on")} {Compared(1)}",
        4 => $"{Compared(1)} or {Compared(1)}",
        5 => Vector(2),
        6 => $"({Ratio()} > 0.5) and {Vector(1)} > 0",
        7 or 8 => $"{Ratio()} {Comparison()} {Pick("0.1", "0.5", "0.9", "0.99")}",
        _ => Compared(2),
    };

    /// <summary>What a recording rule records.</summary>
    public string Record() => Chance(0.3) ? Ratio() : Vector(2);

    /// <summary>Any instant vector or scalar.</summary>
    public string Any() => Chance(0.1) ? Scalar(2) : Vector(3);

    private string Compared(int depth) => $"{Vector(depth)} {Comparison()} {Pick("", "", "", "bool ")}{Threshold()}";

    private string Ratio() => Chance(0.5)
        ? $"sum(rate(latency_bucket{{le=\"{Pick("0.1", "0.5")}\"}}[{Window()}])) / sum(rate(latency_count[{Window()}]))"
        : $"sum by (job) (rate(requests_total{{code=~\"5..\"}}[{Window()}]))"
            + $" / sum by (job) (rate(requests_total[{Window()}]))";

    private string Vector(int depth)
    {
        if (depth <= 0)
        {
            return Leaf();
        }

        return random.Next(30) switch
        {
            < 6 => $"{Pick("sum", "sum", "sum", "max", "min", "avg", "count")}{By()}({Vector(depth - 1)})",
            6 => $"{Pick("stddev", "stdvar", "group")}{By()}({Vector(depth - 1)})",
            7 => $"quantile{By()}({Pick("0.5", "0.9", "0", "1", "-1", "2")}, {Vector(depth - 1)})",
            8 => $"{Pick("topk", "bottomk")}{By()}({Pick("1", "2", "3")}, temperature + 0)",
            9 => $"count_values{By()}(\"v\", {Pick("up", "round(temperature)", "requests_total")})",
            10 or 11 => $"histogram_quantile({Pick("0.5", "0.9", "0.99", "0")}, sum by ({Pick("le", "job, le")}) "
                + $"(rate(latency_bucket[{Window()}])))",
            12 => $"histogram_quantile({Pick("0.5", "0.95", "1.5", "-1")}, latency_bucket)",
            < 17 => Arithmetic(depth),
            17 => $"{Vector(depth - 1)} {Pick("and", "or", "unless")} {Vector(depth - 1)}",
            18 => $"{Leaf()} {Comparison()} {Pick("on (job) group_left () ", "on (job) group_left () ", "")}"
                + $"max by (job) ({Leaf()})",
            19 => $"requests_total {Pick("*", "/", "-")} on (job, instance) group_left () up",
            20 => $"label_replace({Vector(depth - 1)}, \"{Pick("host", "job")}\", \"{Pick("x-$1", "$1", "")}\", "
                + $"\"instance\", \"{Pick("(.*):.*", "h(.)", ".*")}\")",
            21 => $"label_join({Leaf()}, \"both\", \"-\", \"job\", \"instance\")",
            22 => $"clamp_{Pick("min", "max")}({Vector(depth - 1)}, {Threshold()})",
            23 => $"{Pick("abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "round")}"
                + $"({Vector(depth - 1)})",
            24 => $"{Pick("sort", "sort_desc", "timestamp", "absent", "-", "-")}({Vector(depth - 1)})",
            25 => $"{Over()}(({Vector(depth - 1)})[{Window()}:{Pick("", "10s", "15s", "1m")}])",
            26 => $"{Pick("hour", "minute", "day_of_week", "month", "days_in_month")}({Leaf()})",
            27 => $"vector({Scalar(depth - 1)})",
            _ => Leaf(),
        };
    }

    private string Arithmetic(int depth) => random.Next(6) switch
    {
        0 => $"{Vector(depth - 1)} {Operator()} {Scalar(depth - 1)}",
        1 => $"{Scalar(depth - 1)} {Operator()} {Vector(depth - 1)}",
        2 => $"sum by (job) ({Vector(depth - 1)}) {Operator()} {Pick("", "ignoring (le) ", "on (job) ")}"
            + $"max by (job) ({Vector(depth - 1)})",
        3 => $"({Vector(depth - 1)}) {Operator()} scalar({Vector(depth - 1)})",
        4 => $"{Leaf()} {Comparison()} bool {Threshold()}",
        _ => $"({Vector(depth - 1)}) * {Pick("100", "1024", "0.5", "-1")}",
    };

    private string Leaf() => random.Next(20) switch
    {
        < 5 => Selector() + Shift(),
        < 10 => $"{Pick("rate", "rate", "rate", "increase", "increase", "irate", "delta", "resets", "changes")}"
            + $"(requests_total{Matchers()}[{Window()}]{Shift()})",
        < 13 => $"{Over()}({Pick("temperature", "up", "requests_total")}{Matchers()}[{Window()}]{Shift()})",
        13 => $"predict_linear(temperature[{Window()}], {Pick("60", "3600", "-30")})",
        14 => $"{Pick("deriv", "idelta", "delta")}(temperature{Matchers()}[{Window()}])",
        15 => $"quantile_over_time({Pick("0.5", "0.9")}, temperature[{Window()}])",
        16 => $"holt_winters(temperature[{Window()}], 0.5, {Pick("0.3", "0.5")})",
        17 => $"absent_over_time({Pick("nothing", "temperature{job=\"none\"}", "up")}[{Window()}])",
        _ => recorded.Count > 0 ? Pick([.. recorded]) : Selector(),
    };

    private string Selector() =>
        Pick("requests_total", "temperature", "up", "up", "latency_count", "latency_bucket") + Matchers();

    private string Matchers() => Pick("", "", "", "{job=\"a\"}", "{job=~\"a|b\"}", "{job!=\"a\"}",
        "{instance=~\"h.*:80\"}", "{instance!~\".*2.*\"}", "{job=\"a\", instance=\"h1:80\"}", "{code=\"200\"}",
        "{code!~\"4..|5..\"}", "{missing=\"\"}");

    private string Shift() => random.Next(16) switch
    {
        0 => $" offset {Window()}",
        1 => " offset -30s",
        2 => $" @ {random.Next(200)}",
        3 => Pick(" @ start()", " @ end()"),
        _ => "",
    };

    private string Over() => Pick("avg", "max", "min", "sum", "count", "last", "stddev", "stdvar", "present")
        + "_over_time";

    private string Scalar(int depth) => depth <= 0
        ? Threshold()
        : random.Next(8) switch
        {
            0 => "time()",
            1 => $"scalar({Vector(depth - 1)})",
            2 => $"({Scalar(depth - 1)} {Operator()} {Scalar(depth - 1)})",
            3 => $"-{Scalar(0)}",
            4 => $"({Scalar(0)} {Comparison()} bool {Scalar(0)})",
            _ => Threshold(),
        };

    private string Operator() => Pick("+", "-", "*", "/", "%", "^", "*", "/", "+", "-");

    private string Comparison() => Pick(">", ">", ">", ">", "<", "<", ">=", "<=", "==", "!=");

    private string Threshold() => random.Next(6) switch
    {
        0 => Pick("0", "1", "2", "NaN", "Inf", "-Inf"),
        1 => random.Next(-50, 50).ToString(CultureInfo.InvariantCulture),
        2 => Pick("1e3", "0x1F", "1e-3", ".5", "5e2"),
        _ => (random.NextDouble() * 40).ToString("0.###", CultureInfo.InvariantCulture),
    };

    private string By() =>
        Pick("", " by (job) ", " by (job, instance) ", " without (instance) ", " by () ", " by (job) ");

    private string Grouping(string word) => Pick("", $"{word} (job) ", $"{word} () ", "ignoring (code, le) ");

    private string Window() => Pick(Windows);

    private bool Chance(double share) => random.NextDouble() < share;

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
