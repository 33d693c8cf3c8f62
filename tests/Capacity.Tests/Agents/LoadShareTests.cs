using Capacity.Model;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Agents;

public sealed class LoadShareTests
{
    private static readonly ArrivalProfile Profile = new(
        [new RateSegment(0, 20, 0, 100), new RateSegment(20, 30, 100, 100), new RateSegment(30, 40, 5, 0)]);

    [Fact]
    public void All_parts_together_are_the_same_requests() => Prop.ForAll<PositiveInt, PositiveInt, bool>(
        (seed, many, even) =>
        {
            int count = 1 + (many.Get % 7);
            ArrivalSpacing spacing = even ? ArrivalSpacing.Even : ArrivalSpacing.Poisson;
            List<(double, int, double)> whole = Requests(Profile, spacing, (ulong)seed.Get, 256);
            List<(double, int, double)>[] parts = [.. Enumerable.Range(0, count).Select(i => Requests(
                Profile with { Share = new LoadShare(i, count) }, spacing, (ulong)seed.Get, 7 + (i * 50)))];

            Assert.Equal(whole, Enumerable.Range(0, whole.Count).Select(i => parts[i % count][i / count]));
            Assert.Equal(whole.Count, parts.Sum(p => p.Count));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Users_are_dealt_out_and_no_two_share_their_draws()
    {
        var users = new LoadStage.Users("", 10, null, new ServiceLaw.Constant(1), 60);
        var plan = new LoadPlan(new ArrivalProfile([]), [new UserPhase(0, 60, users)], [], 60);
        LoadPlan[] parts = [.. Enumerable.Range(0, 3).Select(i => new LoadShare(i, 3).Of(plan))];

        Assert.Equal([4, 3, 3], parts.Select(p => p.Users[0].Users.Count));
        int[] numbers = [.. parts.SelectMany(p => Enumerable.Range(p.Users[0].First, p.Users[0].Users.Count))];
        Assert.Equal(10, numbers.Distinct().Count());
    }

    private static List<(double At, int Kind, double Unit)> Requests(
        ArrivalProfile profile, ArrivalSpacing spacing, ulong seed, int batch)
    {
        var stream = new RequestStream(profile, spacing, [3, 1], seed);
        var requests = new List<(double, int, double)>();
        double[] at = new double[batch];
        int[] kinds = new int[batch];
        double[] units = new double[batch];
        for (int filled = batch; filled == batch;)
        {
            filled = stream.Fill(at, kinds, units);
            requests.AddRange(Enumerable.Range(0, filled).Select(i => (at[i], kinds[i], units[i])));
        }

        return requests;
    }
}
