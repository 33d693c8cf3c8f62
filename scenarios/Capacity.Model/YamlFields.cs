namespace Capacity.Model;

/// <summary>Takes a map's keys one by one and, at the end, reports those that nobody asked for.</summary>
/// <remarks>Diagnostics go to one shared list, so that a reader reports every error of a file, not the first
/// only.</remarks>
public sealed class YamlFields
{
    private readonly YamlMap _map;
    private readonly List<Diagnostic> _diagnostics;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly string _what;

    /// <summary>Prepares to take keys.</summary>
    /// <param name="node">A map; anything else is reported, and every key is then absent.</param>
    /// <param name="what">What the map describes, for messages: "a load stage".</param>
    /// <param name="diagnostics">Where errors go.</param>
    public YamlFields(YamlNode node, string what, List<Diagnostic> diagnostics)
    {
        _diagnostics = diagnostics;
        _what = what;
        if (node is YamlMap map)
        {
            _map = map;
            return;
        }

        _map = new YamlMap(node.At, []);
        diagnostics.Add(new Diagnostic("CAP012", node.At, $"{what} must be a map of keys, but this is {node.Kind}",
            "write 'key: value' pairs"));
    }

    /// <summary>Where the map begins.</summary>
    public SourceSpan At => _map.At;

    /// <summary>Takes a key's value.</summary>
    /// <returns>Null when the key is absent or its value is nothing.</returns>
    public YamlNode? Take(string key)
    {
        _asked.Add(key);
        return _map.Find(key) is { } node && node is not YamlScalar { IsNull: true } ? node : null;
    }

    /// <summary>Takes a key that must be there.</summary>
    /// <returns>Null, with a diagnostic added, when it is not.</returns>
    public YamlNode? Require(string key, string example)
    {
        YamlNode? node = Take(key);
        if (node is null)
        {
            Report("CAP011", _map.At with { Length = 1 }, $"{_what} needs the key '{key}'",
                $"add for example {example}");
        }

        return node;
    }

    /// <summary>Takes a key whose value is a single text.</summary>
    /// <returns>Null when absent, or, with a diagnostic added, when it is a list or map.</returns>
    public YamlScalar? Scalar(string key) => AsScalar(key, Take(key));

    /// <summary>Takes a key that must be there and whose value is a single text.</summary>
    public YamlScalar? RequireScalar(string key, string example) => AsScalar(key, Require(key, example));

    /// <summary>Takes a key whose value is a list.</summary>
    /// <returns>Empty when absent, or, with a diagnostic added, when it is not a list.</returns>
    public IReadOnlyList<YamlNode> List(string key)
    {
        YamlNode? node = Take(key);
        if (node is null)
        {
            return [];
        }

        if (node is YamlList list)
        {
            return list.Items;
        }

        Report("CAP012", node.At, $"'{key}' must be a list, but this is {node.Kind}",
            "write each entry on a line of its own after '- '");
        return [];
    }

    /// <summary>Whether the map has this key, whatever its value.</summary>
    public bool Has(string key) => _map.Find(key) is not null;

    /// <summary>Reports every key that was not taken, with the nearest known key as a hint.</summary>
    /// <param name="otherWords">What other tools call a known key: <c>duration</c> → <c>during</c>.</param>
    public void RejectOthers(IReadOnlyDictionary<string, string>? otherWords = null)
    {
        foreach (YamlEntry entry in _map.Entries.Where(e => !_asked.Contains(e.Key.Text)))
        {
            string key = entry.Key.Text;
            string? near = Spelling.Nearest(key, _asked) ?? otherWords?.GetValueOrDefault(key);
            string known = string.Join(", ", _asked.Order(StringComparer.Ordinal));
            Report("CAP010", entry.Key.At, $"unknown key '{key}' in {_what}",
                near is null ? $"known keys: {known}" : $"did you mean '{near}'?");
        }
    }

    /// <summary>Adds an error.</summary>
    public void Report(string code, SourceSpan at, string message, string hint) =>
        _diagnostics.Add(new Diagnostic(code, at, message, hint));

    private YamlScalar? AsScalar(string key, YamlNode? node)
    {
        if (node is null or YamlScalar)
        {
            return (YamlScalar?)node;
        }

        Report("CAP012", node.At, $"'{key}' must be a single value, but this is {node.Kind}", "write 'key: value'");
        return null;
    }
}
