namespace Capacity.Model;

/// <summary>Reads values that must be one of a few words.</summary>
internal sealed class Words(List<Diagnostic> diagnostics)
{
    /// <summary>Takes a word of a closed set.</summary>
    /// <returns>Null for null, and null with CAP024 added for a word that is not in the set.</returns>
    public string? OneOf(YamlScalar? node, string what, IReadOnlyList<string> known)
    {
        if (node is null || known.Contains(node.Text, StringComparer.Ordinal))
        {
            return node?.Text;
        }

        string? near = known.FirstOrDefault(k => string.Equals(k, node.Text, StringComparison.OrdinalIgnoreCase))
            ?? Spelling.Nearest(node.Text, known);
        diagnostics.Add(new Diagnostic("CAP024", node.At, $"'{node.Text}' is not {what}",
            near is null ? $"write one of {string.Join(", ", known)}" : $"did you mean '{near}'?"));
        return null;
    }
}
