using System.Globalization;
using Capacity.Model;

namespace Capacity.Control.PromQl;

/// <summary>One run of the parser over one text: operators by precedence climbing, the rest by descent.</summary>
internal sealed partial class Parsing(IReadOnlyList<Token> tokens, SourceSpan at, PromQlProfile profile)
{
    private const int DepthMax = 100;
    private const int NodesMax = 4000;

    private static readonly string[] NamesOfMetrics =
        ["and", "or", "unless", "by", "without", "offset", "start", "end"];

    private int _i;
    private int _depth;
    private int _nodes;

    public Diagnostic? Problem { get; private set; }

    /// <summary>Where nodes stand in the text, for the type check.</summary>
    public Dictionary<Expr, Token> Positions { get; } = new(ReferenceEqualityComparer.Instance);

    private Token Now => tokens[_i];

    public Expr? Run()
    {
        if (Now.Kind == TokenKind.End)
        {
            Fail("PQL002", Now, "the expression is empty", "write for example up == 0");
            return null;
        }

        Expr? expr = Binary(0);
        if (expr is not null && Now.Kind != TokenKind.End)
        {
            Fail("PQL002", Now, $"unexpected {Now}", "an operator or the end was expected");
        }

        return Problem is null ? expr : null;
    }

    private bool Is(string symbol) => Now.Kind == TokenKind.Symbol && Now.Value == symbol;

    private bool IsWord(string word) =>
        Now.Kind == TokenKind.Word && Now.Value.Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool Take(string symbol)
    {
        bool found = Is(symbol);
        _i += found ? 1 : 0;
        return found;
    }

    private bool TakeWord(string word)
    {
        bool found = IsWord(word);
        _i += found ? 1 : 0;
        return found;
    }

    private bool Expect(string symbol, string where)
    {
        if (Take(symbol))
        {
            return true;
        }

        Fail("PQL002", Now, $"unexpected {Now} {where}", $"'{symbol}' was expected");
        return false;
    }

    private void Fail(string code, Token token, string message, string hint) =>
        Problem ??= new Diagnostic(code, at.Right(token.Start, token.Length), message, hint);

    private T Place<T>(T expr, Token token)
        where T : Expr
    {
        Positions[expr] = token;
        if (++_nodes > NodesMax)
        {
            Fail("PQL008", token, "the expression is too large", $"at most {NodesMax} parts");
        }

        return expr;
    }

    private Expr? Binary(int least)
    {
        Expr? left = Unary();
        while (left is not null && Problem is null && Operator() is { } op && op.Precedence() >= least)
        {
            Token token = Now;
            _i++;
            bool returnsBool = TakeWord("bool");
            VectorMatching? matching = Matching();
            if (matching is null)
            {
                return null;
            }

            int next = op.Precedence() + (op == BinaryOperator.Power ? 0 : 1);
            Expr? right = Deeper(() => Binary(next));
            if (right is null)
            {
                return null;
            }

            left = Place(new Expr.Binary(op, left, right, returnsBool, matching), token);
        }

        return Problem is null ? left : null;
    }

    private BinaryOperator? Operator() => Now.Kind is TokenKind.Symbol or TokenKind.Word
        ? Operators.Binary(Now.Kind == TokenKind.Word ? Now.Value.ToLowerInvariant() : Now.Value)
        : null;

    private Expr? Deeper(Func<Expr?> parse)
    {
        if (++_depth > DepthMax)
        {
            Fail("PQL008", Now, "the expression nests too deep", $"at most {DepthMax} levels");
            return null;
        }

        Expr? result = parse();
        _depth--;
        return result;
    }

    private Expr? Unary()
    {
        Token token = Now;
        bool negative = Is("-");
        if (!negative && !Is("+"))
        {
            return Postfix();
        }

        _i++;
        Expr? of = Deeper(() => Binary(Operators.PowerPrecedence));
        return of switch
        {
            null => null,
            Expr.Number number => Place(new Expr.Number(negative ? -number.Value : number.Value), token),
            _ => Place(new Expr.Unary(negative, of), token),
        };
    }

    private Expr? Postfix()
    {
        Expr? expr = Primary();
        while (expr is not null && Problem is null)
        {
            if (Is("["))
            {
                expr = RangeOrSubquery(expr);
            }
            else if (IsWord("offset"))
            {
                expr = Offset(expr);
            }
            else if (Is("@"))
            {
                expr = Pin(expr);
            }
            else
            {
                break;
            }
        }

        return Problem is null ? expr : null;
    }

    private Expr? Primary()
    {
        Token token = Now;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _i++;
                return NumberOf(token) is { } value ? Place(new Expr.Number(value), token) : null;
            case TokenKind.Duration when profile == PromQlProfile.Prometheus3:
                _i++;
                return DurationOf(token) is { } length ? Place(new Expr.Number(length.TotalSeconds), token) : null;
            case TokenKind.Text:
                _i++;
                return Place(new Expr.Text(token.Value), token);
            case TokenKind.Symbol when Take("("):
                Expr? inner = Deeper(() => Binary(0));
                return inner is not null && Expect(")", "inside parentheses")
                    ? Place(new Expr.Paren(inner), token)
                    : null;
            case TokenKind.Symbol when token.Value == "{":
                return Selector("", token);
            case TokenKind.Word:
                return WordFirst(token);
            default:
                Fail("PQL002", token, $"unexpected {token}", "a metric, a number, a function or '(' was expected");
                return null;
        }
    }

    private Expr? WordFirst(Token token)
    {
        string lower = token.Value.ToLowerInvariant();
        Token next = tokens[_i + 1];
        bool beforeParen = next is { Kind: TokenKind.Symbol, Value: "(" };
        if (Operators.Aggregate(lower) is { } op)
        {
            bool grouped = next.Kind == TokenKind.Word && next.Value.ToLowerInvariant() is "by" or "without";
            if (beforeParen || grouped)
            {
                return Aggregate(op, token);
            }
        }
        else if (lower is "inf" or "nan")
        {
            _i++;
            return Place(new Expr.Number(lower == "inf" ? double.PositiveInfinity : double.NaN), token);
        }
        else if (lower is "bool" or "on" or "ignoring" or "group_left" or "group_right" or "atan2")
        {
            Fail("PQL002", token, $"unexpected '{token.Value}'", "a metric, a number, a function or '(' was expected");
            return null;
        }
        else if (beforeParen && !NamesOfMetrics.Contains(lower))
        {
            return Call(token);
        }

        _i++;
        return Selector(token.Value, token);
    }

    private double? NumberOf(Token token)
    {
        string text = token.Value;
        bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (hex && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, culture, out long h) && h >= 0)
        {
            return h;
        }

        bool octal = text.Length > 1 && text.Length <= 21 && text[0] == '0' && text.All(c => c is >= '0' and <= '7');
        if (octal)
        {
            return text.Aggregate(0.0, (sum, c) => (sum * 8) + (c - '0')); // as Go's ParseInt with base 0
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!hex && double.TryParse(text, Style, culture, out double value) && !double.IsInfinity(value))
        {
            return value;
        }

        Fail("PQL003", token, $"'{text}' is not a number", "write for example 0.5, 1e3 or 0x1f");
        return null;
    }

    private TimeSpan? DurationOf(Token token)
    {
        if (PrometheusDuration.Parse(token.Value).TryGet(out TimeSpan length) && length > TimeSpan.Zero)
        {
            return length;
        }

        Fail("PQL003", token, $"duration '{token.Value}' must be greater than 0", "write for example 5m");
        return null;
    }
}
