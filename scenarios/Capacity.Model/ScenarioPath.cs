namespace Capacity.Model;

/// <summary>Paths that a file names, seen from where the file was opened.</summary>
public static class ScenarioPath
{
    /// <summary>The path of a file that another file names relative to itself.</summary>
    /// <param name="file">Path of the naming file: <c>scenarios/library/flash-sale.yaml</c>.</param>
    /// <param name="named">As written in it: <c>../../swarm/stack/go-demo.yml</c>.</param>
    /// <returns>For example <c>swarm/stack/go-demo.yml</c>; an absolute path stays as it is.</returns>
    public static string Beside(string file, string named)
    {
        if (named.StartsWith('/') || Path.IsPathRooted(named))
        {
            return named;
        }

        var parts = new List<string>();
        int slash = file.LastIndexOfAny(['/', '\\']);
        string folder = slash < 0 ? "" : file[..slash];
        foreach (string part in $"{folder}/{named}".Split('/', '\\'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] is not (".." or ""))
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or ".") || (parts.Count == 0 && slash == 0)
                || (parts.Count == 0 && file.StartsWith('/')))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
