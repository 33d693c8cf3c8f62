using Capacity.Model;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Model;

public sealed class FineHistogramTests
{
    private static readonly double[] Shares = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1];

    private static readonly Arbitrary<double[]> Durations = Gen.Choose(0, 1_000_000)
        .SelectMany(x => Gen.Choose(0, 27).Select(octave => (1 + (x / 1e6)) * Math.Pow(2, octave - 18)))
        .ArrayOf().Where(values => values.Length > 0).ToArbitrary();

    [Fact]
    public void Quantiles_are_within_a_thousandth_of_an_exact_sort() => Prop.ForAll(Durations, values =>
    {
        LatencyHistogram histogram = Of(values);
        double[] sorted = [.. values.Order()];
        return Shares.All(share =>
        {
            double exact = sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
            return Math.Abs(histogram.Quantile(share) - exact) <= 0.001 * exact;
        });
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Quantiles_never_fall_and_never_pass_the_maximum() => Prop.ForAll(Durations, values =>
    {
        LatencyHistogram histogram = Of(values);
        double[] quantiles = [.. Shares.Select(histogram.Quantile)];
        return quantiles.Zip(quantiles.Skip(1)).All(pair => pair.First <= pair.Second)
            && quantiles[^1] <= histogram.MaxSeconds;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merging_is_recording_everything_in_one() => Prop.ForAll(Durations, Durations, (some, others) =>
    {
        LatencyHistogram merged = Of(some);
        merged.Merge(Of(others));
        LatencyHistogram whole = Of([.. some, .. others]);
        return merged.FineCounts.SequenceEqual(whole.FineCounts) && merged.Counts.SequenceEqual(whole.Counts)
            && merged.Count == whole.Count && merged.MaxSeconds == whole.MaxSeconds;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Its_coarse_counts_are_those_of_a_coarse_histogram() => Prop.ForAll(Durations, values =>
    {
        var coarse = new LatencyHistogram();
        Array.ForEach(values, coarse.Record);
        return Of(values).Counts.SequenceEqual(coarse.Counts);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_sum_with_a_coarse_one_is_coarse_unless_that_is_empty()
    {
        LatencyHistogram fine = Of([1]);
        fine.Merge(new LatencyHistogram());
        Assert.False(fine.FineCounts.IsEmpty);

        var empty = new LatencyHistogram();
        empty.Merge(fine);
        Assert.Equal(fine.Quantile(0.5), empty.Quantile(0.5));

        var coarse = new LatencyHistogram();
        coarse.Record(2);
        fine.Merge(coarse);
        Assert.True(fine.FineCounts.IsEmpty);
        Assert.Equal(2, fine.Count);
    }

    private static LatencyHistogram Of(double[] values)
    {
        LatencyHistogram histogram = LatencyHistogram.Fine();
        Array.ForEach(values, histogram.Record);
        return histogram;
    }
}
