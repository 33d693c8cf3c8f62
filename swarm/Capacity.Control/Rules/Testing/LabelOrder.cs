namespace Capacity.Control.Rules.Testing;

/// <summary>Name by name, value by value; the set that ends first comes first.</summary>
internal sealed class LabelOrder : IComparer<LabelSet>
{
    public static LabelOrder Instance { get; } = new();

    public int Compare(LabelSet? x, LabelSet? y)
    {
        for (int i = 0; i < Math.Min(x!.Count, y!.Count); i++)
        {
            int order = string.CompareOrdinal(x.Labels[i].Key, y.Labels[i].Key);
            order = order != 0 ? order : string.CompareOrdinal(x.Labels[i].Value, y.Labels[i].Value);
            if (order != 0)
            {
                return order;
            }
        }

        return x.Count.CompareTo(y!.Count);
    }
}
