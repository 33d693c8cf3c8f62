namespace Capacity.Control.PromQl;

/// <summary>Whose behaviour is imitated where versions differ.</summary>
public enum PromQlProfile
{
    /// <summary>2.x before 2.51: closed windows, clamp to zero before the threshold, plain sums.</summary>
    Prometheus2,

    /// <summary>3.x: windows open on the left, threshold before the clamp, Kahan sums, durations as numbers.</summary>
    Prometheus3,
}

/// <summary>How expressions are evaluated.</summary>
public sealed record PromQlOptions
{
    /// <summary>The defaults of Prometheus 2.</summary>
    public static PromQlOptions Default { get; } = new();

    /// <summary>Whose behaviour is imitated.</summary>
    public PromQlProfile Profile { get; init; } = PromQlProfile.Prometheus2;

    /// <summary>How old the newest sample of a series may be, &gt; 0.</summary>
    public TimeSpan Lookback { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Step of subqueries that give none, &gt; 0; Prometheus takes its evaluation interval.</summary>
    public TimeSpan DefaultSubqueryStep { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether windows leave out the instant that they begin with. Without a value, as the profile: 2.51 to
    /// 2.55 calculate as <see cref="PromQlProfile.Prometheus3"/> does, but with closed windows.</summary>
    public bool? HasOpenWindows { get; init; }
}
