using Capacity.Model;

namespace Capacity.Control.PromQl;

/// <summary>PromQL text → <see cref="Expr"/>, totally: any text gives an expression or diagnostics.</summary>
/// <remarks>Source: Prometheus 2.42, promql/parser: what it parses parses here, what it refuses is refused.</remarks>
public static class PromQlParser
{
    /// <summary>Reads an expression as Prometheus 2 does.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="at">Where it stands, for the diagnostics.</param>
    /// <returns>An expression; or PQL001 (token), PQL002 (grammar), PQL003 (number or duration), PQL004 (name unknown),
    /// PQL005 (types), PQL006 (matching), PQL007 (pattern), PQL008 (too large).</returns>
    public static Parsed<Expr> Parse(string text, SourceSpan at = default) =>
        Parse(text, at, PromQlProfile.Prometheus2);

    /// <summary>Reads an expression as a version does: 3 has durations as numbers, and quoted names.</summary>
    public static Parsed<Expr> Parse(string text, SourceSpan at, PromQlProfile profile)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lexer = new Lexer(text, at);
        IReadOnlyList<Token> tokens = lexer.Run();
        var parsing = new Parsing(tokens, at, profile);
        Expr? expr = parsing.Run();
        if (parsing.Problem is { } problem)
        {
            // A token that cannot be is reported before what it left undone.
            return lexer.Problem ?? problem;
        }

        return lexer.Problem is null && expr is not null
            ? Parsed<Expr>.From(expr, new TypeCheck(at, parsing.Positions).Run(expr))
            : Parsed<Expr>.Failed([lexer.Problem ?? new Diagnostic("PQL002", at, "no expression", "")]);
    }
}
