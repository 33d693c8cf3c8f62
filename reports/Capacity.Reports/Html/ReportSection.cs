namespace Capacity.Reports;

/// <summary>One part of the page below the verdict.</summary>
/// <param name="Id">Anchor.</param>
/// <param name="Anchor">Its word in the bar at the top.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Lead">What it shows, in a sentence or two.</param>
/// <param name="Body">The rest.</param>
internal sealed record ReportSection(string Id, string Anchor, string Title, Html Lead, Html Body)
{
    /// <summary>The section's markup.</summary>
    public Html ToHtml() => Html.Of($"""
        <section id="{Id}"><h2><a href="#{Id}">{Title}</a></h2><p class="lead">{Lead}</p>
        {Body}
        </section>
        """);

    /// <summary>A table that scrolls by itself on narrow screens, so that the page does not.</summary>
    public static Html Table(string label, Html head, IEnumerable<Html> rows, string kind = "") => Html.Of($"""
        <div class="card tw {kind}" role="region" aria-label="{label}" tabindex="0"><table><thead><tr>{head}</tr>
        </thead>
        <tbody>{rows}</tbody></table></div>
        """);
}
