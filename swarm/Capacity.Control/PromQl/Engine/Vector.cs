namespace Capacity.Control.PromQl.Engine;

/// <summary>An instant vector under construction; reused from evaluation to evaluation.</summary>
internal sealed class Vector
{
    public int Count { get; private set; }

    /// <summary>Numbers in the query's <see cref="LabelTable"/>.</summary>
    public int[] Labels { get; private set; } = new int[4];

    public double[] Values { get; private set; } = new double[4];

    public void Clear() => Count = 0;

    public void Add(int labels, double value)
    {
        if (Count == Labels.Length)
        {
            int[] labelsGrown = Labels;
            double[] valuesGrown = Values;
            Array.Resize(ref labelsGrown, Count * 2);
            Array.Resize(ref valuesGrown, Count * 2);
            Labels = labelsGrown;
            Values = valuesGrown;
        }

        Labels[Count] = labels;
        Values[Count] = value;
        Count++;
    }
}
