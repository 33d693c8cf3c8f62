using System.Reflection;

namespace Capacity.Cli.Serving;

/// <summary>The files of the page, which are part of this program.</summary>
internal static class WhatIfPage
{
    /// <summary>What the page may load and do, besides its connection to the server: nothing from elsewhere.</summary>
    public const string Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Dictionary<string, (string Type, byte[] Bytes)> Files =
        new(StringComparer.Ordinal)
        {
            [""] = ("text/html; charset=utf-8", Resource("whatif.html")),
            ["whatif.js"] = ("text/javascript; charset=utf-8", Resource("whatif.js")),
            ["whatif.css"] = ("text/css; charset=utf-8", Resource("whatif.css")),
            ["icon.svg"] = ("image/svg+xml", Resource("whatif.svg")),
        };

    /// <summary>A file by its name; the page itself has none.</summary>
    /// <returns>Null when there is no such file.</returns>
    public static (string Type, byte[] Bytes)? File(string name) => Files.TryGetValue(name, out var file) ? file : null;

    private static byte[] Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The build did not embed {name}.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
