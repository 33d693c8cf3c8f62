namespace Capacity.Control.PromQl;

/// <content>Selectors, their ranges and shifts.</content>
internal sealed partial class Parsing
{
    private Expr.Selector? Selector(string name, Token token)
    {
        var matchers = new List<LabelMatcher>();
        bool named = name.Length > 0;
        if (Take("{"))
        {
            while (Problem is null && !Is("}"))
            {
                if (profile == PromQlProfile.Prometheus3 && Now.Kind == TokenKind.Text && !IsMatcherNext())
                {
                    if (named)
                    {
                        Fail("PQL006", Now, "the metric name is given twice", "remove one of the two");
                    }

                    name = Now.Value;
                    named = true;
                    _i++;
                }
                else if (Matcher() is { } matcher)
                {
                    matchers.Add(matcher);
                }

                if (!Take(",") && !Is("}"))
                {
                    Fail("PQL002", Now, $"unexpected {Now} between braces", "',' or '}' was expected");
                }
            }

            if (Problem is not null || !Expect("}", "between braces"))
            {
                return null;
            }
        }

        if (name.Length > 0 && matchers.Find(m => m.Label == LabelSet.MetricName) is { } second)
        {
            Fail("PQL006", token, $"the metric name is given twice: '{name}' and '{second.Value}'",
                "remove one of the two");
        }
        else if (name.Length == 0 && matchers.TrueForAll(MatchesEmpty))
        {
            Fail("PQL006", token, "the selector must have at least one matcher that an empty label fails",
                "write a metric name, or for example {job=\"web\"}");
        }

        return Problem is null
            ? Place(new Expr.Selector(name, new Sequence<LabelMatcher>(matchers), TimeShift.None), token)
            : null;
    }

    private bool IsMatcherNext() =>
        tokens[_i + 1] is { Kind: TokenKind.Symbol, Value: "=" or "!=" or "=~" or "!~" };

    private static bool MatchesEmpty(LabelMatcher matcher) => matcher.Compile(dotMatchesNewline: false)("");

    private LabelMatcher? Matcher()
    {
        Token label = Now;
        bool quoted = profile == PromQlProfile.Prometheus3 && label.Kind == TokenKind.Text;
        if (!quoted && (label.Kind != TokenKind.Word || label.Value.Contains(':', StringComparison.Ordinal)))
        {
            Fail("PQL002", label, $"unexpected {label} between braces", "a label name was expected: {job=\"web\"}");
            return null;
        }

        _i++;
        MatchOperator? op = Now.Kind != TokenKind.Symbol ? null : Now.Value switch
        {
            "=" => MatchOperator.Equal,
            "!=" => MatchOperator.NotEqual,
            "=~" => MatchOperator.Matches,
            "!~" => MatchOperator.NotMatches,
            _ => null,
        };
        if (op is null)
        {
            Fail("PQL002", Now, $"unexpected {Now} after label '{label.Value}'", "=, !=, =~ or !~ was expected");
            return null;
        }

        _i++;
        Token value = Now;
        if (value.Kind != TokenKind.Text)
        {
            Fail("PQL002", value, $"unexpected {value} after label '{label.Value}'", "a text in quotes was expected");
            return null;
        }

        _i++;
        if (op >= MatchOperator.Matches && !Re2.TryCompile(value.Value, false, out _, out string problem))
        {
            Fail("PQL007", value, $"not a regular expression: {problem}", "see the RE2 syntax");
            return null;
        }

        return new LabelMatcher(label.Value, op.Value, value.Value);
    }

    private Expr? RangeOrSubquery(Expr expr)
    {
        Token token = Now;
        _i++;
        if (Duration() is not { } length)
        {
            return null;
        }

        if (Take(":"))
        {
            TimeSpan? step = Is("]") ? null : Duration();
            return Problem is null && Expect("]", "in a subquery")
                ? Place(new Expr.Subquery(expr, length, step, TimeShift.None), Positions[expr])
                : null;
        }

        if (!Expect("]", "in a range"))
        {
            return null;
        }

        if (expr is not Expr.Selector selector)
        {
            Fail("PQL002", token, "ranges are only allowed for vector selectors",
                "write a subquery for other expressions: (…)[5m:1m]");
            return null;
        }

        if (selector.Shift != TimeShift.None)
        {
            Fail("PQL002", token, "'offset' and '@' must follow the range", "write foo[5m] offset 1h");
            return null;
        }

        return Place(new Expr.Range(selector, length), Positions[expr]);
    }

    private TimeSpan? Duration()
    {
        Token token = Now;
        if (token.Kind == TokenKind.Duration)
        {
            _i++;
            return DurationOf(token);
        }

        if (profile == PromQlProfile.Prometheus3 && token.Kind == TokenKind.Number && NumberOf(token) is { } seconds)
        {
            _i++;
            if (seconds > 0 && seconds < 1e11)
            {
                return TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));
            }
        }

        Fail("PQL002", token, $"unexpected {token}", "a duration was expected, for example 5m");
        return null;
    }

    private Expr? Offset(Expr expr)
    {
        Token token = Now;
        _i++;
        bool negative = Take("-");
        if (!negative && profile == PromQlProfile.Prometheus3)
        {
            Take("+");
        }

        TimeSpan? length = profile == PromQlProfile.Prometheus3 && Now is { Kind: TokenKind.Number, Value: "0" }
            ? ZeroOffset()
            : Duration();
        if (length is not { } offset)
        {
            return null;
        }

        return Shifted(expr, token, "offset", shift => shift.Offset != TimeSpan.Zero
            ? null
            : shift with { Offset = negative ? -offset : offset });
    }

    private TimeSpan ZeroOffset()
    {
        _i++;
        return TimeSpan.Zero;
    }

    private Expr? Pin(Expr expr)
    {
        Token token = Now;
        _i++;
        PinnedAt pinned;
        if (IsWord("start") || IsWord("end"))
        {
            pinned = new PinnedAt(IsWord("start") ? PinAnchor.Start : PinAnchor.End, 0);
            _i++;
            if (!Expect("(", "after '@'") || !Expect(")", "after '@'"))
            {
                return null;
            }
        }
        else
        {
            bool negative = Take("-");
            _ = !negative && Take("+");
            bool isDuration = Now.Kind == TokenKind.Duration && profile == PromQlProfile.Prometheus3;
            if (Now.Kind != TokenKind.Number && !isDuration)
            {
                Fail("PQL002", Now, $"unexpected {Now} after '@'",
                    "a Unix time in seconds, start() or end() was expected");
                return null;
            }

            if ((isDuration ? DurationOf(Now)?.TotalSeconds : NumberOf(Now)) is not { } seconds)
            {
                return null;
            }

            if (seconds >= 1e15)
            {
                Fail("PQL003", Now, "this time is out of bounds", "write a Unix time in seconds");
                return null;
            }

            _i++;
            long milliseconds = (long)Math.Round(seconds * 1000, MidpointRounding.AwayFromZero);
            pinned = new PinnedAt(PinAnchor.Instant, negative ? -milliseconds : milliseconds);
        }

        return Shifted(expr, token, "@", shift => shift.At is null ? shift with { At = pinned } : null);
    }

    private Expr? Shifted(Expr expr, Token token, string what, Func<TimeShift, TimeShift?> change)
    {
        TimeShift? before = expr switch
        {
            Expr.Selector s => s.Shift,
            Expr.Range r => r.Of.Shift,
            Expr.Subquery q => q.Shift,
            _ => null,
        };
        if (before is null)
        {
            Fail("PQL002", token, $"'{what}' must follow a selector, a range or a subquery",
                "move it behind the selector");
            return null;
        }

        if (change(before) is not { } after)
        {
            Fail("PQL002", token, $"'{what}' may not be given twice", "remove one of the two");
            return null;
        }

        Token place = Positions[expr];
        return expr switch
        {
            Expr.Selector s => Place(s with { Shift = after }, place),
            Expr.Range r => Place(r with { Of = r.Of with { Shift = after } }, place),
            Expr.Subquery q => Place(q with { Shift = after }, place),
            _ => null,
        };
    }
}
