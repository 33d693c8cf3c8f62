namespace Capacity.Control.PromQl.Engine;

/// <summary>histogram_quantile over classic buckets: one answer per set of labels without <c>le</c>.</summary>
/// <remarks>Source: Prometheus, promql/quantile.go.</remarks>
internal sealed class HistogramQuantileNode(QueryContext context, ScalarNode q, VectorNode of) : VectorNode
{
    private const double SmallDelta = 1e-12; // 3.x: differences below are rounding, not a broken histogram

    private readonly LabelMap _group =
        new(context.Labels, set => set.Where(n => n != "le"));

    private readonly LabelMap _dropName = LabelMap.DropName(context.Labels);
    private readonly DuplicateCheck _duplicates = new();

    private readonly Dictionary<int, double> _bounds = [];
    private readonly SlotTable _slots = new();
    private readonly List<(int Labels, List<Bucket> Buckets)> _groups = [];

    public override void Run(long time)
    {
        of.Run(time);
        double quantile = q.At(time);
        _slots.Begin();
        for (int i = 0; i < of.Out.Count; i++)
        {
            double bound = BoundOf(of.Out.Labels[i]);
            if (!double.IsNaN(bound))
            {
                BucketsOf(_group.Of(of.Out.Labels[i])).Add(new Bucket(bound, of.Out.Values[i]));
            }
        }

        Out.Clear();
        for (int slot = 0; slot < _slots.Count; slot++)
        {
            Out.Add(_dropName.Of(_groups[slot].Labels), Quantile(quantile, _groups[slot].Buckets));
        }

        _duplicates.Verify(Out);
    }

    private List<Bucket> BucketsOf(int labels)
    {
        int before = _slots.Count;
        int slot = _slots.GetOrAdd(labels);
        if (_slots.Count != before)
        {
            if (slot == _groups.Count)
            {
                _groups.Add((labels, []));
            }

            _groups[slot] = (labels, _groups[slot].Buckets);
            _groups[slot].Buckets.Clear();
        }

        return _groups[slot].Buckets;
    }

    private double BoundOf(int labels)
    {
        if (!_bounds.TryGetValue(labels, out double bound))
        {
            bound = GoText.TryNumber(context.Labels[labels]["le"], out double read) ? read : double.NaN;
            _bounds.Add(labels, bound);
        }

        return bound;
    }

    private double Quantile(double quantile, List<Bucket> buckets)
    {
        if (double.IsNaN(quantile))
        {
            return double.NaN;
        }

        if (quantile is < 0 or > 1)
        {
            return quantile < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        buckets.Sort((a, b) => a.Bound.CompareTo(b.Bound));
        if (!double.IsPositiveInfinity(buckets[^1].Bound))
        {
            return double.NaN;
        }

        Merge(buckets);
        MakeMonotone(buckets);
        double observations = buckets[^1].Count;
        if (buckets.Count < 2 || observations == 0 || double.IsNaN(observations))
        {
            return double.NaN;
        }

        double rank = quantile * observations;
        int b = buckets.FindIndex(bucket => bucket.Count >= rank);
        b = b < 0 ? buckets.Count - 1 : b;
        if (b == buckets.Count - 1)
        {
            return buckets[^2].Bound;
        }

        if (b == 0 && buckets[0].Bound <= 0)
        {
            return buckets[0].Bound;
        }

        double from = b == 0 ? 0 : buckets[b - 1].Bound;
        double below = b == 0 ? 0 : buckets[b - 1].Count;
        return from + ((buckets[b].Bound - from) * ((rank - below) / (buckets[b].Count - below)));
    }

    private static void Merge(List<Bucket> buckets)
    {
        int last = 0;
        for (int i = 1; i < buckets.Count; i++)
        {
            if (buckets[i].Bound == buckets[last].Bound)
            {
                buckets[last] = new Bucket(buckets[last].Bound, buckets[last].Count + buckets[i].Count);
            }
            else
            {
                buckets[++last] = buckets[i];
            }
        }

        buckets.RemoveRange(last + 1, buckets.Count - last - 1);
    }

    private void MakeMonotone(List<Bucket> buckets)
    {
        double most = buckets[0].Count;
        for (int i = 1; i < buckets.Count; i++)
        {
            double count = buckets[i].Count;
            bool rounding = context.IsPrometheus3
                && Math.Abs(count - most) / (Math.Abs(count) + Math.Abs(most)) < SmallDelta;
            if (count < most || rounding)
            {
                buckets[i] = new Bucket(buckets[i].Bound, most);
            }
            else if (count > most)
            {
                most = count;
            }
        }
    }

    private readonly record struct Bucket(double Bound, double Count);
}
