using System.Text;

namespace Capacity.Control;

/// <summary>The labels that identify a series, an alert or a group: names and values, sorted by name,
/// ordinal.</summary>
/// <remarks>An empty value means that the label is absent, as in Prometheus, and is not stored.</remarks>
public sealed class LabelSet : IEquatable<LabelSet>
{
    /// <summary>The label that holds a metric's name.</summary>
    public const string MetricName = "__name__";

    private readonly KeyValuePair<string, string>[] _labels;
    private readonly int _hash;

    /// <summary>Creates a set. When a name occurs twice, the last value wins.</summary>
    public LabelSet(IEnumerable<KeyValuePair<string, string>> labels)
        : this(labels, keepsEmpty: false)
    {
    }

    private LabelSet(IEnumerable<KeyValuePair<string, string>> labels, bool keepsEmpty)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in labels)
        {
            if (value.Length == 0 && !keepsEmpty)
            {
                sorted.Remove(name);
            }
            else
            {
                sorted[name] = value;
            }
        }

        _labels = [.. sorted];
        var hash = new HashCode();
        foreach ((string name, string value) in _labels)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>No labels.</summary>
    public static LabelSet Empty { get; } = new([]);

    /// <summary>Sorted by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels => _labels;

    /// <summary>How many labels.</summary>
    public int Count => _labels.Length;

    /// <summary>A label's value.</summary>
    /// <returns>Empty when the label is absent.</returns>
    public string this[string name]
    {
        get
        {
            foreach ((string key, string value) in _labels)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return "";
        }
    }

    /// <summary>Creates a set from name and value pairs.</summary>
    public static LabelSet Of(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var pairs = new List<KeyValuePair<string, string>>(labels.Length);
        foreach ((string name, string value) in labels)
        {
            pairs.Add(new(name, value));
        }

        return new LabelSet(pairs);
    }

    /// <summary>Creates a set of annotations: unlike a label, an annotation may be empty.</summary>
    public static LabelSet OfAnnotations(IEnumerable<KeyValuePair<string, string>> annotations) =>
        new(annotations, keepsEmpty: true);

    /// <summary>The same set with one label set, or removed when the value is empty.</summary>
    public LabelSet With(string name, string value) => new([.. _labels, new(name, value)]);

    /// <summary>These labels, overridden by others.</summary>
    public LabelSet With(LabelSet others) => new([.. _labels, .. others._labels]);

    /// <summary>The labels whose name satisfies a condition.</summary>
    public LabelSet Where(Func<string, bool> keep) =>
        new(_labels.Where(l => keep(l.Key)), keepsEmpty: true); // none is empty, but for annotations

    /// <inheritdoc/>
    public bool Equals(LabelSet? other)
    {
        if (other is null || other._hash != _hash || other._labels.Length != _labels.Length)
        {
            return false;
        }

        for (int i = 0; i < _labels.Length; i++)
        {
            if (_labels[i].Key != other._labels[i].Key || _labels[i].Value != other._labels[i].Value)
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>As PromQL writes it: <c>up{job="svc"}</c>.</summary>
    public override string ToString()
    {
        string name = this[MetricName];
        var rest = _labels.Where(l => l.Key != MetricName).ToList();
        if (rest.Count == 0 && name.Length > 0)
        {
            return name;
        }

        var text = new StringBuilder(name).Append('{');
        for (int i = 0; i < rest.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(rest[i].Key).Append("=\"").Append(Escape(rest[i].Value)).Append('"');
        }

        return text.Append('}').ToString();
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
