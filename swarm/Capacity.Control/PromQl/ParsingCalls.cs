using Capacity.Model;

namespace Capacity.Control.PromQl;

/// <content>Calls, aggregations and the matching of vectors: everything with a list in parentheses.</content>
internal sealed partial class Parsing
{
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
            Fail("PQL005", token, $"{op.Text()} takes {expected} arguments, not {arguments.Count}",
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

        GroupSide side = IsWord("group_left") ? GroupSide.Left
            : IsWord("group_right") ? GroupSide.Right
            : GroupSide.None;
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
