using System.Net;
using Capacity.Swarm.Demo;
using Capacity.Swarm.Embedded;
using Capacity.Tests.Support;

namespace Capacity.Tests.Swarm;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class LoadBalancerTests
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_rotation_answers_503()
    {
        await using LoadBalancer balancer = await LoadBalancer.StartAsync(0, Stop);
        HttpResponseMessage answer = await Client.GetAsync(new Uri(balancer.Address, "/demo/hello"), Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Replicas_take_turns()
    {
        await using LoadBalancer balancer = await LoadBalancer.StartAsync(0, Stop);
        await using DemoServer a = await DemoServer.StartAsync(new DemoSettings(), Stop);
        await using DemoServer b = await DemoServer.StartAsync(new DemoSettings(), Stop);
        await using DemoServer c = await DemoServer.StartAsync(new DemoSettings(), Stop);
        Backend[] backends = [new(a.Address), new(b.Address), new(c.Address)];
        balancer.Rotation = backends;
        for (int i = 0; i < 30; i++)
        {
            string text = await Client.GetStringAsync(new Uri(balancer.Address, "/demo/hello?delay=1"), Stop);
            Assert.Equal("hello, world!\n", text);
        }

        Assert.Equal([10, 10, 10], backends.Select(x => x.Sent));
        Assert.All(backends, x => Assert.Equal(0, x.InFlight));
    }

    [Fact]
    public async Task A_replica_that_refuses_is_passed_over()
    {
        await using LoadBalancer balancer = await LoadBalancer.StartAsync(0, Stop);
        await using DemoServer alive = await DemoServer.StartAsync(new DemoSettings(), Stop);
        DemoServer gone = await DemoServer.StartAsync(new DemoSettings(), Stop);
        await gone.DisposeAsync();
        balancer.Rotation = [new(gone.Address), new(alive.Address)];
        for (int i = 0; i < 4; i++)
        {
            HttpResponseMessage answer = await Client.GetAsync(new Uri(balancer.Address, "/demo/hello"), Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using var body = new StringContent("x");
        HttpStatusCode[] posts = [
            (await Client.PostAsync(new Uri(balancer.Address, "/demo/hello"), body, Stop)).StatusCode,
            (await Client.PostAsync(new Uri(balancer.Address, "/demo/hello"), body, Stop)).StatusCode];
        Assert.Contains(HttpStatusCode.BadGateway, posts);
        Assert.Contains(HttpStatusCode.OK, posts);
    }

    [Fact]
    public async Task Method_path_query_headers_and_body_arrive_and_the_answer_returns()
    {
        await using HttpHostForTests echo = await HttpHostForTests.EchoAsync(Stop);
        await using LoadBalancer balancer = await LoadBalancer.StartAsync(0, Stop);
        balancer.Rotation = [new(echo.Address)];
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(balancer.Address, "/a%2Fb?x=%20y&z"));
        request.Headers.Add("X-One", "1");
        request.Content = new StringContent("body");

        HttpResponseMessage answer = await Client.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("yes", answer.Headers.GetValues("X-Echo").Single());
        Assert.Equal("PUT /a%2Fb?x=%20y&z X-One=1 text/plain body", await answer.Content.ReadAsStringAsync(Stop));
    }
}
