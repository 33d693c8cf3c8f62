using Capacity.Model;
using Capacity.Tests.Theory;

namespace Capacity.Tests.Sim;

public sealed class AllocationTests
{
    [Fact]
    public void Ten_times_the_requests_allocate_no_more_memory()
    {
        Allocated(10_000);
        long few = Allocated(100_000);
        long many = Allocated(1_000_000);
        Assert.InRange(many - few, -10_000, 10_000);
    }

    private static long Allocated(double requests)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        FixedReplicas.Run(80, new ServiceLaw.Lognormal(0.05, 0.5), 2, 4, requests, 1);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
