namespace Capacity.Control.PromQl;

/// <summary>A PromQL expression: a closed set. Two expressions are equal when they are written alike.</summary>
public abstract record Expr
{
    private Expr()
    {
    }

    /// <summary>What the expression evaluates to.</summary>
    public abstract ExprType Type { get; }

    /// <summary>Canonical PromQL, in one line; reads back to an equal expression.</summary>
    public sealed override string ToString() => ExprText.Print(this);

    /// <summary>A number.</summary>
    public sealed record Number(double Value) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => ExprType.Scalar;
    }

    /// <summary>A text.</summary>
    public sealed record Text(string Value) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => ExprType.String;
    }

    /// <summary>The newest sample of each series that matches.</summary>
    /// <param name="Name">Metric name; empty when only matchers are given.</param>
    /// <param name="Matchers">What stands between braces.</param>
    /// <param name="Shift">Which instant is looked at.</param>
    public sealed record Selector(string Name, Sequence<LabelMatcher> Matchers, TimeShift Shift) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => ExprType.InstantVector;

        /// <summary>The matchers, the metric name's first.</summary>
        internal IEnumerable<LabelMatcher> AllMatchers => Name.Length == 0
            ? Matchers
            : Matchers.Prepend(new LabelMatcher(LabelSet.MetricName, MatchOperator.Equal, Name));
    }

    /// <summary>All samples of the last while: <c>foo[5m]</c>.</summary>
    /// <param name="Of">Which series, and up to which instant.</param>
    /// <param name="Length">How far back, &gt; 0.</param>
    public sealed record Range(Selector Of, TimeSpan Length) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => ExprType.RangeVector;
    }

    /// <summary>An expression evaluated at many instants: <c>rate(foo[5m])[1h:1m]</c>.</summary>
    /// <param name="Of">An instant vector.</param>
    /// <param name="Length">How far back, &gt; 0.</param>
    /// <param name="Step">Between evaluations; null takes the engine's default.</param>
    /// <param name="Shift">Up to which instant.</param>
    public sealed record Subquery(Expr Of, TimeSpan Length, TimeSpan? Step, TimeShift Shift) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => ExprType.RangeVector;
    }

    /// <summary>A sign.</summary>
    public sealed record Unary(bool Negative, Expr Of) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => Of.Type;
    }

    /// <summary>Parentheses as the user wrote them.</summary>
    public sealed record Paren(Expr Of) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => Of.Type;
    }

    /// <summary>Two operands.</summary>
    /// <param name="Operator">Between them.</param>
    /// <param name="Left">Scalar or instant vector.</param>
    /// <param name="Right">Scalar or instant vector.</param>
    /// <param name="ReturnsBool">Comparisons answer 0 or 1 instead of filtering.</param>
    /// <param name="Matching">Which series of the two sides belong together.</param>
    public sealed record Binary(
        BinaryOperator Operator, Expr Left, Expr Right, bool ReturnsBool, VectorMatching Matching) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => Left.Type == ExprType.Scalar && Right.Type == ExprType.Scalar
            ? ExprType.Scalar
            : ExprType.InstantVector;
    }

    /// <summary>Groups of series, each reduced.</summary>
    /// <param name="Operator">How.</param>
    /// <param name="Of">An instant vector.</param>
    /// <param name="Parameter">The k of topk, the q of quantile, the label of count_values; else null.</param>
    /// <param name="Without">Whether <paramref name="Labels"/> are left out instead of kept.</param>
    /// <param name="Labels">What makes a group.</param>
    public sealed record Aggregate(
        AggregateOperator Operator, Expr Of, Expr? Parameter, bool Without, Sequence<string> Labels) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => ExprType.InstantVector;
    }

    /// <summary>A function call.</summary>
    public sealed record Call(string Function, Sequence<Expr> Arguments) : Expr
    {
        /// <inheritdoc/>
        public override ExprType Type => FunctionTable.Find(Function)?.Returns ?? ExprType.InstantVector;
    }
}

/// <summary>Which instant a selector or subquery looks at, as seen from the evaluation.</summary>
/// <param name="Offset">So much earlier; negative is later.</param>
/// <param name="At">Pins the instant; null is the evaluation's own.</param>
public sealed record TimeShift(TimeSpan Offset, PinnedAt? At)
{
    /// <summary>The evaluation's own instant.</summary>
    public static TimeShift None { get; } = new(TimeSpan.Zero, null);
}

/// <summary>The <c>@</c> modifier: a closed choice of an instant, the query's start or its end.</summary>
/// <param name="Anchor">Which of the three.</param>
/// <param name="Milliseconds">Since the Unix epoch, for <see cref="PinAnchor.Instant"/>; else 0.</param>
public sealed record PinnedAt(PinAnchor Anchor, long Milliseconds);

/// <summary>What an <c>@</c> modifier names.</summary>
public enum PinAnchor
{
    /// <summary><c>@ 1609746000</c></summary>
    Instant,

    /// <summary><c>@ start()</c></summary>
    Start,

    /// <summary><c>@ end()</c></summary>
    End,
}

/// <summary>Which side of a binary operation may have several series per group.</summary>
public enum GroupSide
{
    /// <summary>Neither.</summary>
    None,

    /// <summary><c>group_left</c></summary>
    Left,

    /// <summary><c>group_right</c></summary>
    Right,
}

/// <summary>Which series of two vectors belong together.</summary>
/// <param name="On">Only <paramref name="Labels"/> count (<c>on</c>); else all but these (<c>ignoring</c>).</param>
/// <param name="Labels">Label names, in the order written.</param>
/// <param name="Group">The side that may have several.</param>
/// <param name="Include">Labels copied from the other side.</param>
public sealed record VectorMatching(bool On, Sequence<string> Labels, GroupSide Group, Sequence<string> Include)
{
    /// <summary>One to one, on all labels but the name.</summary>
    public static VectorMatching Default { get; } =
        new(On: false, Sequence<string>.Empty, GroupSide.None, Sequence<string>.Empty);
}
