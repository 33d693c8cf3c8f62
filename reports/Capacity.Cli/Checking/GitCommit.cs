namespace Capacity.Cli.Checking;

/// <summary>The commit that a folder's repository is at, read from its files: no git program is needed.</summary>
internal static class GitCommit
{
    /// <summary>The first seven digits of the commit.</summary>
    /// <returns>Null outside a repository, or when its files cannot be read.</returns>
    public static string? Of(string? folder)
    {
        try
        {
            for (DirectoryInfo? at = folder is null ? null : new DirectoryInfo(folder); at is not null; at = at.Parent)
            {
                string git = Path.Combine(at.FullName, ".git");
                if (Directory.Exists(git))
                {
                    string head = File.ReadAllText(Path.Combine(git, "HEAD")).Trim();
                    string commit = head.StartsWith("ref: ", StringComparison.Ordinal) ? Resolve(git, head[5..]) : head;
                    return commit.Length >= 7 ? commit[..7] : null;
                }
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return null;
    }

    private static string Resolve(string git, string reference)
    {
        string loose = Path.Combine(git, reference);
        if (File.Exists(loose))
        {
            return File.ReadAllText(loose).Trim();
        }

        string packed = Path.Combine(git, "packed-refs");
        return File.Exists(packed)
            ? File.ReadLines(packed).FirstOrDefault(l => l.EndsWith(" " + reference, StringComparison.Ordinal)) ?? ""
            : "";
    }
}
