namespace Capacity.Model;

/// <summary>Finds the word that the user probably meant.</summary>
public static class Spelling
{
    /// <summary>The known word nearest to a misspelt one.</summary>
    /// <returns>Null when none is within a third of its length in edits (insert, delete, replace, swap).</returns>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        (string Word, int Distance) best = known.Select(k => (k, Distance(word, k)))
            .OrderBy(p => p.Item2).ThenBy(p => p.k, StringComparer.Ordinal).FirstOrDefault();
        return best.Word is not null && best.Distance <= Math.Max(1, best.Word.Length / 3) ? best.Word : null;
    }

    private static int Distance(string a, string b)
    {
        a = a.Length > 64 ? a[..64] : a;
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                d[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(
                        Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1),
                        d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
