using Capacity.Model;

namespace Capacity.Control.PromQl;

/// <content>Selectors, their ranges and shifts, and everything in parentheses behind a word.</content>
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
            Fail("PQL006", token, $"the metric name is given twice: '{name}' and '{second.Value}'", "remove one of the two");
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
                Fail("PQL002", Now, $"unexpected {Now} after '@'", "a Unix time in seconds, start() or end() was expected");
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
            Fail("PQL002", token, $"'{what}' must follow a selector, a range or a subquery", "move it behind the selector");
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

    private Expr.Call? Call(Token token)
    {
        FunctionSignature? known = FunctionTable.Find(token.Value);
        bool wrongVersion = known is not null && !FunctionTable.IsIn(known.Name, profile);
        if (known is null || wrongVersion)
        {
            string? near = known is null ? Spelling.Nearest(token.Value, FunctionTable.Names) : null;
            Fail("PQL004", token, $"unknown function '{token.Value}'",
                near is null ? "see the query functions in Prometheus' documentation" : $"did you mean '{near}'?");
            return null;
        }

        _i++;
        return Arguments() is { } arguments
            ? Place(new Expr.Call(token.Value, new Sequence<Expr>(arguments)), token)
            : null;
    }

    private List<Expr>? Arguments()
    {
        var arguments = new List<Expr>();
        if (!Expect("(", "before arguments"))
        {
            return null;
        }

        while (!Is(")"))
        {
            if (arguments.Count > 0 && !Expect(",", "between arguments"))
            {
                return null;
            }

            if (Deeper(() => Binary(0)) is not { } argument)
            {
                return null;
            }

            arguments.Add(argument);
        }

        _i++;
        return arguments;
    }

    private Expr.Aggregate? Aggregate(AggregateOperator op, Token token)
    {
        _i++;
        bool without = false;
        List<string>? labels = null;
        bool Grouping()
        {
            without = IsWord("without");
            if (without || IsWord("by"))
            {
                _i++;
                labels = LabelNames();
                return labels is not null;
            }

            return true;
        }

        if (!Grouping() || Arguments() is not { } arguments || (labels is null && !Grouping()))
        {
            return null;
        }

        bool takesParameter = op is AggregateOperator.Top or AggregateOperator.Bottom or AggregateOperator.CountValues
            or AggregateOperator.Quantile;
        int expected = takesParameter ? 2 : 1;
        if (arguments.Count != expected)
        {
            Fail("PQL005", token, $"{op.Text()} takes {expected} argument{(expected == 1 ? "" : "s")}, not {arguments.Count}",
                takesParameter ? $"write for example {op.Text()}(5, foo)" : $"write {op.Text()}(foo)");
            return null;
        }

        return Place(new Expr.Aggregate(op, arguments[^1], takesParameter ? arguments[0] : null, without,
            new Sequence<string>(labels ?? [])), token);
    }

    private List<string>? LabelNames()
    {
        var names = new List<string>();
        if (!Expect("(", "before label names"))
        {
            return null;
        }

        while (!Take(")"))
        {
            bool quoted = profile == PromQlProfile.Prometheus3 && Now.Kind == TokenKind.Text;
            if (!quoted && (Now.Kind != TokenKind.Word || Now.Value.Contains(':', StringComparison.Ordinal)))
            {
                Fail("PQL002", Now, $"unexpected {Now} in a list of labels", "write for example (job, instance)");
                return null;
            }

            names.Add(Now.Value);
            _i++;
            if (!Take(",") && !Is(")"))
            {
                Fail("PQL002", Now, $"unexpected {Now} in a list of labels", "',' or ')' was expected");
                return null;
            }
        }

        return names;
    }

    private VectorMatching? Matching()
    {
        bool on = IsWord("on");
        if (!on && !IsWord("ignoring"))
        {
            return VectorMatching.Default;
        }

        _i++;
        if (LabelNames() is not { } labels)
        {
            return null;
        }

        GroupSide side = IsWord("group_left") ? GroupSide.Left : IsWord("group_right") ? GroupSide.Right : GroupSide.None;
        List<string>? include = [];
        if (side != GroupSide.None)
        {
            _i++;
            include = Is("(") ? LabelNames() : include;
        }

        return include is null
            ? null
            : new VectorMatching(on, new Sequence<string>(labels), side, new Sequence<string>(include));
    }
}
