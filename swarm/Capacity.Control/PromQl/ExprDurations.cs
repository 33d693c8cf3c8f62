namespace Capacity.Control.PromQl;

/// <summary>What an expression says about time.</summary>
public static class ExprDurations
{
    private static readonly TimeSpan Lookback = TimeSpan.FromMinutes(5);

    /// <summary>The same expression for a loop that runs faster: ranges, offsets and steps are divided.</summary>
    /// <param name="expr">Any expression. <c>@</c> instants stay.</param>
    /// <param name="factor">&gt; 0; 1 changes nothing.</param>
    /// <returns>Durations are whole milliseconds, at least 1 ms; an offset of zero stays zero.</returns>
    public static Expr Divide(Expr expr, double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        return Map(expr, d => Divide(d, factor));
    }

    /// <summary>How far back from its instant an expression may look, so that a store can keep enough.</summary>
    /// <returns>At least the look-back of 5 minutes; <see cref="TimeSpan.MaxValue"/> when <c>@</c> pins an instant.
    /// </returns>
    public static TimeSpan Longest(Expr expr)
    {
        TimeSpan longest = Furthest(expr);
        return longest > Lookback ? longest : Lookback;
    }

    private static TimeSpan Divide(TimeSpan duration, double factor)
    {
        if (duration == TimeSpan.Zero)
        {
            return duration;
        }

        double milliseconds = Math.Max(1, Math.Round(duration.Duration().TotalMilliseconds / factor));
        return Math.Sign(duration.Ticks) * TimeSpan.FromMilliseconds(Math.Min(milliseconds, 1e14));
    }

    private static Expr Map(Expr expr, Func<TimeSpan, TimeSpan> f) => expr switch
    {
        Expr.Selector s => Shifted(s, f),
        Expr.Range r => new Expr.Range(Shifted(r.Of, f), f(r.Length)),
        Expr.Subquery s => new Expr.Subquery(
            Map(s.Of, f), f(s.Length), s.Step is { } step ? f(step) : null, Shifted(s.Shift, f)),
        Expr.Unary u => u with { Of = Map(u.Of, f) },
        Expr.Paren p => new Expr.Paren(Map(p.Of, f)),
        Expr.Binary b => b with { Left = Map(b.Left, f), Right = Map(b.Right, f) },
        Expr.Aggregate a => a with
        {
            Of = Map(a.Of, f),
            Parameter = a.Parameter is null ? null : Map(a.Parameter, f),
        },
        Expr.Call c => c with { Arguments = new Sequence<Expr>(c.Arguments.Select(a => Map(a, f))) },
        _ => expr,
    };

    private static Expr.Selector Shifted(Expr.Selector s, Func<TimeSpan, TimeSpan> f) =>
        s with { Shift = Shifted(s.Shift, f) };

    private static TimeShift Shifted(TimeShift shift, Func<TimeSpan, TimeSpan> f) =>
        shift with { Offset = f(shift.Offset) };

    private static TimeSpan Furthest(Expr expr) => expr switch
    {
        Expr.Selector s => Sum(s.Shift, Lookback),
        Expr.Range r => Sum(r.Of.Shift, r.Length),
        Expr.Subquery s => Add(Sum(s.Shift, s.Length), Furthest(s.Of)),
        Expr.Unary u => Furthest(u.Of),
        Expr.Paren p => Furthest(p.Of),
        Expr.Binary b => Max(Furthest(b.Left), Furthest(b.Right)),
        Expr.Aggregate a => Max(Furthest(a.Of), a.Parameter is null ? TimeSpan.Zero : Furthest(a.Parameter)),
        Expr.Call c => c.Arguments.Select(Furthest).Append(TimeSpan.Zero).Max(),
        _ => TimeSpan.Zero,
    };

    private static TimeSpan Sum(TimeShift shift, TimeSpan length) =>
        shift.At is { Anchor: PinAnchor.Instant } ? TimeSpan.MaxValue : Add(shift.Offset, length);

    private static TimeSpan Add(TimeSpan a, TimeSpan b) =>
        a > TimeSpan.Zero && b > TimeSpan.MaxValue - a ? TimeSpan.MaxValue : a + b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
