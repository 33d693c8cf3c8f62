using System.Text.RegularExpressions;

namespace Capacity.Control.PromQl;

/// <summary>How a matcher compares.</summary>
public enum MatchOperator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>=~</c></summary>
    Matches,

    /// <summary><c>!~</c></summary>
    NotMatches,
}

/// <summary>A condition on one label. An absent label is empty.</summary>
/// <param name="Label">Label name.</param>
/// <param name="Operator">How it compares.</param>
/// <param name="Value">A text, or an RE2 pattern for the whole value.</param>
public sealed record LabelMatcher(string Label, MatchOperator Operator, string Value)
{
    /// <summary>Whether a label value satisfies the condition.</summary>
    internal Predicate<string> Compile(bool dotMatchesNewline)
    {
        switch (Operator)
        {
            case MatchOperator.Equal:
                return value => value == Value;
            case MatchOperator.NotEqual:
                return value => value != Value;
            default:
                bool wanted = Operator == MatchOperator.Matches;
                if (!Re2.TryCompile(Value, dotMatchesNewline, out Regex? regex, out _))
                {
                    return _ => !wanted; // the parser refuses such patterns
                }

                return value => regex.IsMatch(value) == wanted;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ExprText.Label(Label)}{Text(Operator)}{GoText.Quote(Value)}";

    private static string Text(MatchOperator op) => op switch
    {
        MatchOperator.Equal => "=",
        MatchOperator.NotEqual => "!=",
        MatchOperator.Matches => "=~",
        _ => "!~",
    };
}
