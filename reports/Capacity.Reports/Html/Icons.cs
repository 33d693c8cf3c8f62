namespace Capacity.Reports;

/// <summary>The few signs of the page. Each differs in shape as well, not by colour alone.</summary>
internal static class Icons
{
    /// <summary>A tick in a disc.</summary>
    public static Html Ok { get; } = new("""
        <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="7" fill="currentColor"/>
        <path d="M4.8 8.3l2.2 2.2 4.2-4.7" fill="none" stroke="var(--card)" stroke-width="1.8" stroke-linecap="round"
        stroke-linejoin="round"/></svg>
        """);

    /// <summary>A cross in an octagon.</summary>
    public static Html Bad { get; } = new("""
        <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor"/>
        <path d="M5.6 5.6l4.8 4.8m0-4.8l-4.8 4.8" stroke="var(--card)" stroke-width="1.7"
        stroke-linecap="round"/></svg>
        """);

    /// <summary>An exclamation mark in a triangle.</summary>
    public static Html Warn { get; } = new("""
        <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 1l7.4 13.4H.6z" fill="currentColor" stroke="currentColor" stroke-linejoin="round"/>
        <path d="M8 6v4m0 2.2v.1" stroke="var(--card)" stroke-width="1.8" stroke-linecap="round"/></svg>
        """);

    /// <summary>A question mark in a disc.</summary>
    public static Html Unknown { get; } = new("""
        <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="7" fill="currentColor"/>
        <path d="M5.9 6.3a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.3m0 2.3v.1" fill="none" stroke="var(--card)"
        stroke-width="1.6" stroke-linecap="round"/></svg>
        """);

    /// <summary>Bars under a curve.</summary>
    public static Html Brand { get; } = new("""
        <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M2 16h3V9H2zM7 16h3V5H7zM12 16h3v-5h-3z" fill="var(--c-rep)"/>
        <path d="M1 13C6 12 8 3 19 3" fill="none" stroke="var(--c-p99)" stroke-width="2"
        stroke-linecap="round"/></svg>
        """);

    /// <summary>The sign of a verdict.</summary>
    public static Html Of(VerdictKind kind) => kind switch
    {
        VerdictKind.Go => Ok,
        VerdictKind.NoGo => Bad,
        VerdictKind.GoWithConditions => Warn,
        _ => Unknown,
    };

    /// <summary>The sign of an objective's state.</summary>
    public static Html Of(ObjectiveState state) => state switch
    {
        ObjectiveState.Met => Ok,
        ObjectiveState.AtRisk => Warn,
        _ => Bad,
    };

    /// <summary>The tone that belongs to it: ok, warn or bad.</summary>
    public static string Tone(ObjectiveState state) => state switch
    {
        ObjectiveState.Met => "ok",
        ObjectiveState.AtRisk => "warn",
        _ => "bad",
    };
}
