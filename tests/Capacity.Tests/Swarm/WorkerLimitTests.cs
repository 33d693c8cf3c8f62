using Capacity.Swarm.Demo;

namespace Capacity.Tests.Swarm;

public sealed class WorkerLimitTests
{
    [Fact]
    public async Task Workers_are_given_in_order_of_arrival()
    {
        var limit = new WorkerLimit(2);
        Task<long>[] requests = [.. Enumerable.Range(0, 5).Select(_ => limit.TakeAsync().AsTask())];
        Assert.Equal([true, true, false, false, false], requests.Select(r => r.IsCompleted));
        Assert.Equal(3, limit.Waiting);

        limit.Release();
        await requests[2];
        Assert.Equal([false, false], requests[3..].Select(r => r.IsCompleted));

        limit.Release();
        limit.Release();
        Assert.True(await requests[3] <= await requests[4]);
        Assert.Equal(0, limit.Waiting);
    }

    [Fact]
    public void A_worker_given_back_is_free_again()
    {
        var limit = new WorkerLimit(1);
        Assert.True(limit.TakeAsync().AsTask().IsCompleted);
        limit.Release();
        Assert.True(limit.TakeAsync().AsTask().IsCompleted);
        Assert.False(limit.TakeAsync().AsTask().IsCompleted);
    }

    [Fact]
    public void Without_a_limit_nobody_waits()
    {
        var limit = new WorkerLimit(null);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(limit.TakeAsync().AsTask().IsCompleted));
        Assert.Equal(0, limit.Waiting);
    }
}
