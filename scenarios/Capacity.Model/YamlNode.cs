namespace Capacity.Model;

/// <summary>A YAML value with its place in the text: a closed set of scalar, list and map.</summary>
/// <param name="At">Where it begins.</param>
public abstract record YamlNode(SourceSpan At)
{
    /// <summary>What the user would call this kind of value.</summary>
    public abstract string Kind { get; }
}

/// <summary>A text, number or nothing.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Text">Without quotes; empty for nothing.</param>
/// <param name="Plain">Written without quotes, so that <c>null</c>, <c>true</c> and numbers keep their meaning.</param>
public sealed record YamlScalar(SourceSpan At, string Text, bool Plain) : YamlNode(At)
{
    /// <summary>Whether the user wrote nothing, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Kind => IsNull ? "nothing" : "a value";
}

/// <summary>An ordered list.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Items">In the order written.</param>
public sealed record YamlList(SourceSpan At, IReadOnlyList<YamlNode> Items) : YamlNode(At)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>Keys and values, in the order written.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Entries">Keys are unique.</param>
public sealed record YamlMap(SourceSpan At, IReadOnlyList<YamlEntry> Entries) : YamlNode(At)
{
    /// <inheritdoc/>
    public override string Kind => "a map";

    /// <summary>The value of a key.</summary>
    /// <returns>Null when the key is absent.</returns>
    public YamlNode? Find(string key) => Entries.FirstOrDefault(e => e.Key.Text == key)?.Value;
}

/// <summary>One line of a map.</summary>
/// <param name="Key">As written.</param>
/// <param name="Value">As written.</param>
public sealed record YamlEntry(YamlScalar Key, YamlNode Value);
