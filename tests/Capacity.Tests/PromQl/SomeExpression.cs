namespace Capacity.Tests.PromQl;

/// <summary>Random PromQL texts that parse.</summary>
internal sealed class SomeExpression(int seed)
{
    private static readonly string[] Operators =
        ["+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", ">=", "> bool", "and", "or", "unless"];

    private readonly Random _random = new(seed);

    public string Vector(int depth)
    {
        if (depth <= 0)
        {
            return Selector();
        }

        return _random.Next(9) switch
        {
            0 => $"{Pick("sum", "AVG", "min", "max", "count", "group", "stddev")}{Grouping()}({Vector(depth - 1)})",
            1 => $"{Pick("topk", "bottomk", "quantile")}({Scalar(depth - 1)}, {Vector(depth - 1)}){Grouping()}",
            2 => $"{Pick("rate", "increase", "delta", "max_over_time", "deriv")}({Range(depth - 1)})",
            3 => $"{Pick("abs", "ceil", "sort", "absent", "timestamp")}({Vector(depth - 1)})",
            4 => $"({Vector(depth - 1)})",
            5 => $"-{Vector(depth - 1)}",
            6 => $"{Vector(depth - 1)} {Pick("+", "-", "*", "/", "^", "<", "> bool")} {Scalar(depth - 1)}",
            _ => $"{Vector(depth - 1)} {Operator()} {Vector(depth - 1)}",
        };
    }

    private string Operator()
    {
        string op = Operators[_random.Next(Operators.Length)];
        string matching = Pick("", "", " on ()", " on (job, a)", " ignoring (le)");
        bool isSet = op is "and" or "or" or "unless";
        return op + matching + (matching.Length > 0 && !isSet ? Pick("", " group_left ()", " group_right (x, y)") : "");
    }

    private string Scalar(int depth) => depth <= 0
        ? Pick("1", "0.5", "1e3", "0x1f", "017", "Inf", "NaN", "-2", "1e-9", "123456789", ".5")
        : Pick($"({Scalar(depth - 1)})", $"scalar({Vector(depth - 1)})", $"{Scalar(0)} + {Scalar(depth - 1)}",
            $"{Scalar(0)} ^ {Scalar(depth - 1)}", "time()", $"-{Scalar(depth - 1)}", $"1 < bool {Scalar(0)}");

    private string Range(int depth) => _random.Next(3) == 0
        ? $"({Vector(depth)})[{Duration()}:{Pick("", Duration())}]{Shift()}"
        : $"{Bare()}[{Duration()}]{Shift()}";

    private string Selector() => Bare() + Shift();

    private string Bare() => Pick("up", "a:b:c", "sum", "offset", "{job=\"web\"}",
        "up{job=~\"a|b.*\", le!=\"+Inf\",}", "foo{a!~\"x\\\\d\"}", "foo{a='it\\'s'}", "foo{a=`\\n\"`}");

    private string Shift() => Pick("", "", "", $" offset {Duration()}", $" offset -{Duration()}", " @ 1609746000.123",
        " @ start()", $" @ end() offset {Duration()}", $" offset {Duration()} @ -5");

    private string Grouping() => Pick("", " by (job, le) ", " without (a) ", " by () ");

    private string Duration() => Pick("5m", "30s", "1h30m", "100ms", "1w2d", "90s");

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
