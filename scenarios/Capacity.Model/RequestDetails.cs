namespace Capacity.Model;

/// <summary>What a request carries beyond method and path.</summary>
/// <param name="Headers">Names and values, in the order they are sent.</param>
/// <param name="Body">Text of the body, sent as UTF-8; null sends none.</param>
public sealed record RequestContent(IReadOnlyList<KeyValuePair<string, string>> Headers, string? Body)
{
    /// <summary>Nothing.</summary>
    public static RequestContent None { get; } = new([], null);
}

/// <summary>What must be true of an answer beyond a status below 400. All that are given must hold.</summary>
public sealed record ResponseCheck
{
    /// <summary>The one status that is right; null takes 200 … 399.</summary>
    public int? Status { get; init; }

    /// <summary>Headers that must be there; a value that is not empty must be contained in the header's.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Text that the body contains, compared as UTF-8 bytes; null: not looked at.</summary>
    public string? Contains { get; init; }

    /// <summary>Regular expression that the body, as UTF-8 text, matches somewhere; null: not looked at.</summary>
    public string? Matches { get; init; }

    /// <summary>Path into the JSON body, such as <c>items[0].name</c>, that must exist; null: not looked at.</summary>
    public string? JsonPath { get; init; }

    /// <summary>What <see cref="JsonPath"/> leads to, as text; null: anything but nothing.</summary>
    public string? JsonValue { get; init; }

    /// <summary>Whether the body must be kept to judge it.</summary>
    public bool NeedsBody => Contains is not null || Matches is not null || JsonPath is not null;
}

/// <summary>How requests travel.</summary>
public sealed record HttpSettings
{
    /// <summary>Most connections at once; requests beyond them wait for one. Null: as many as there are requests in
    /// flight.</summary>
    public int? Connections { get; init; }

    /// <summary>HTTP/2, with prior knowledge on http addresses.</summary>
    public bool Http2 { get; init; }

    /// <summary>Whether redirects are followed.</summary>
    public bool Redirects { get; init; }

    /// <summary>Whether cookies are kept and sent.</summary>
    public bool Cookies { get; init; }

    /// <summary>Proxy to send through; null: none, whatever the environment says.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Time for a connection to be made, seconds; null: as long as the whole request may take.</summary>
    public double? ConnectTimeout { get; init; }

    /// <summary>Time from the sending to the first byte of the answer, seconds; null: as long as the whole request may
    /// take.</summary>
    public double? FirstByteTimeout { get; init; }
}
