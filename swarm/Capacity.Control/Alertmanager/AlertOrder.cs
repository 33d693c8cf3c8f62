using System.Globalization;
using System.Text;

namespace Capacity.Control.Alertmanager;

/// <summary>How Alertmanager sorts and names alerts.</summary>
/// <remarks>Source: prometheus/common, model/alert-related: labelset.go and signature.go; types/types.go.</remarks>
internal sealed class AlertOrder : IComparer<LabelSet>
{
    public static AlertOrder Instance { get; } = new();

    /// <summary>By job, instance, number of labels, then label by label; an alert without job or instance comes
    /// last.</summary>
    public int Compare(LabelSet? x, LabelSet? y)
    {
        foreach (string name in (ReadOnlySpan<string>)["job", "instance"])
        {
            (string a, string b) = (x![name], y![name]);
            if (a.Length == 0 != (b.Length == 0))
            {
                return a.Length == 0 ? 1 : -1;
            }

            if (a != b)
            {
                return string.CompareOrdinal(a, b);
            }
        }

        int byCount = x!.Count.CompareTo(y!.Count);
        for (int i = 0; byCount == 0 && i < x.Count; i++)
        {
            ((string nameA, string a), (string nameB, string b)) = (x.Labels[i], y.Labels[i]);
            int order = nameA == nameB ? string.CompareOrdinal(a, b) : string.CompareOrdinal(nameB, nameA);
            if (order != 0)
            {
                return order; // the one that lacks the smaller name comes first
            }
        }

        return byCount;
    }

    public static string Fingerprint(LabelSet labels)
    {
        ulong hash = 14695981039346656037;
        foreach ((string name, string value) in labels.Labels)
        {
            hash = Add(Add(hash, name), value);
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    private static ulong Add(ulong hash, string text)
    {
        unchecked
        {
            foreach (byte b in Encoding.UTF8.GetBytes(text))
            {
                hash = (hash ^ b) * 1099511628211;
            }

            return (hash ^ 0xFF) * 1099511628211;
        }
    }
}
