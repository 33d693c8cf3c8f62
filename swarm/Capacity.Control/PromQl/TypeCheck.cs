using Capacity.Model;

namespace Capacity.Control.PromQl;

/// <summary>Whether operators and functions get what they can work with; reports every violation.</summary>
/// <remarks>Source: Prometheus 2.42, promql/parser: checkAST.</remarks>
internal sealed class TypeCheck(SourceSpan at, IReadOnlyDictionary<Expr, Token> positions)
{
    private readonly List<Diagnostic> _found = [];

    public IReadOnlyList<Diagnostic> Run(Expr expr)
    {
        Check(expr);
        return _found;
    }

    internal static string Name(ExprType type) => type switch
    {
        ExprType.Scalar => "scalar",
        ExprType.InstantVector => "instant vector",
        ExprType.RangeVector => "range vector",
        _ => "string",
    };

    private void Fail(string code, Expr where, string message, string hint)
    {
        Token token = positions.TryGetValue(where, out Token known) ? known : default;
        _found.Add(new Diagnostic(code, at.Right(token.Start, Math.Max(1, token.Length)), message, hint));
    }

    private void Expect(Expr expr, ExprType wanted, string context)
    {
        if (expr.Type != wanted)
        {
            Fail("PQL005", expr, $"expected type {Name(wanted)} in {context}, got {Name(expr.Type)}",
                Hint(expr, wanted));
        }
    }

    private static string Hint(Expr expr, ExprType wanted) => (expr.Type, wanted) switch
    {
        (ExprType.InstantVector, ExprType.RangeVector) => "add a range: foo[5m]",
        (ExprType.RangeVector, ExprType.InstantVector) => "use a function of ranges first: rate(foo[5m])",
        (ExprType.Scalar, ExprType.InstantVector) => "wrap it: vector(…)",
        (ExprType.InstantVector, ExprType.Scalar) => "wrap it: scalar(…)",
        _ => "",
    };

    private void Check(Expr expr)
    {
        switch (expr)
        {
            case Expr.Paren paren:
                Check(paren.Of);
                break;
            case Expr.Unary unary:
                Check(unary.Of);
                if (unary.Of.Type is not (ExprType.Scalar or ExprType.InstantVector))
                {
                    Fail("PQL005", unary, $"a sign needs a scalar or an instant vector, got {Name(unary.Of.Type)}", "");
                }

                break;
            case Expr.Subquery subquery:
                Check(subquery.Of);
                Expect(subquery.Of, ExprType.InstantVector, "a subquery");
                break;
            case Expr.Aggregate aggregate:
                CheckAggregate(aggregate);
                break;
            case Expr.Call call:
                CheckCall(call);
                break;
            case Expr.Binary binary:
                CheckBinary(binary);
                break;
            default:
                break; // selectors and literals are right by construction
        }
    }

    private void CheckAggregate(Expr.Aggregate aggregate)
    {
        string name = aggregate.Operator.Text();
        Check(aggregate.Of);
        Expect(aggregate.Of, ExprType.InstantVector, $"aggregation '{name}'");
        if (aggregate.Parameter is { } parameter)
        {
            Check(parameter);
            bool label = aggregate.Operator == AggregateOperator.CountValues;
            Expect(parameter, label ? ExprType.String : ExprType.Scalar, $"the parameter of '{name}'");
        }
    }

    private void CheckCall(Expr.Call call)
    {
        FunctionSignature signature = FunctionTable.Find(call.Function)!;
        int given = call.Arguments.Count;
        if (given < signature.Least || given > signature.Most)
        {
            string wanted = signature.Least == signature.Most
                ? $"{signature.Least}"
                : $"{signature.Least} to {(signature.Most == int.MaxValue ? "any number of" : $"{signature.Most}")}";
            Fail("PQL005", call, $"'{call.Function}' takes {wanted} arguments, not {given}", "");
        }

        for (int i = 0; i < given; i++)
        {
            Check(call.Arguments[i]);
            if (signature.Arguments.Length > 0)
            {
                ExprType wanted = signature.Arguments[Math.Min(i, signature.Arguments.Length - 1)];
                Expect(call.Arguments[i], wanted, $"function '{call.Function}'");
            }
        }
    }

    private void CheckBinary(Expr.Binary binary)
    {
        Check(binary.Left);
        Check(binary.Right);
        string op = binary.Operator.Text();
        bool typesRight = true;
        foreach (Expr side in (Expr[])[binary.Left, binary.Right])
        {
            if (side.Type is not (ExprType.Scalar or ExprType.InstantVector))
            {
                Fail("PQL005", side, $"'{op}' needs scalars or instant vectors, got {Name(side.Type)}", "");
                typesRight = false;
            }
        }

        if (binary.ReturnsBool && !binary.Operator.IsComparison())
        {
            Fail("PQL006", binary, $"'bool' goes with comparisons only, not with '{op}'", "remove 'bool'");
        }

        bool scalars = binary.Type == ExprType.Scalar && typesRight;
        if (scalars && binary.Operator.IsComparison() && !binary.ReturnsBool)
        {
            Fail("PQL006", binary, "comparisons between scalars must use 'bool'", $"write '{op} bool'");
        }

        CheckMatching(binary, op);
    }

    private void CheckMatching(Expr.Binary binary, string op)
    {
        VectorMatching matching = binary.Matching;
        bool vectors = binary.Left.Type == ExprType.InstantVector && binary.Right.Type == ExprType.InstantVector;
        bool matters = matching.Labels.Count > 0 || matching.Group != GroupSide.None || matching.On;
        if (!vectors && matching.Labels.Count > 0)
        {
            Fail("PQL006", binary, "vector matching is only allowed between instant vectors",
                "remove 'on' or 'ignoring'");
        }
        else if (!vectors && matching.Group != GroupSide.None && matters)
        {
            Fail("PQL006", binary, "grouping is only allowed between instant vectors", "remove 'group_left'");
        }

        if (binary.Operator.IsSet())
        {
            if (matching.Group != GroupSide.None)
            {
                Fail("PQL006", binary, $"no grouping allowed for '{op}'", "remove 'group_left' or 'group_right'");
            }

            if (!vectors)
            {
                Fail("PQL006", binary, $"'{op}' is not allowed with a scalar", "use instant vectors on both sides");
            }
        }

        string? twice = matching.Include.FirstOrDefault(l => matching.Labels.Contains(l, StringComparer.Ordinal));
        if (matching.On && twice is not null)
        {
            Fail("PQL006", binary, $"label '{twice}' must not occur in 'on' and in 'group_…' at once",
                "remove one of the two");
        }
    }
}
