using Capacity.Control.Scaling;
using Capacity.Tests.Labels;

namespace Capacity.Tests.Scaling;

public sealed class DockerScalerTests
{
    [Fact]
    public void Every_recorded_request_gets_the_answer_of_the_real_scaler() =>
        ScaleServiceCases.Run(RecordedFile.Find("docker-scaler-scale-service.jsonl")).AssertAllEqual();

    [Fact]
    public void A_changed_service_is_logged_as_the_recorded_run_logged_it()
    {
        var service = new ScalerService("go-demo_main", ServiceMode.Replicated, 4, new Dictionary<string,
            string>(StringComparer.Ordinal)
        {
            ["com.df.scaleMin"] = "2",
            ["com.df.scaleMax"] = "7",
        });
        ScaleAnswer answer = DockerScaler.Handle(new ScalerOptions(), service,
            new ScaleRequest("go-demo_main", "down", 0, ""));
        Assert.Equal(
            [
                "Scale service down: go-demo_main",
                "scale-service success: Scaling go-demo_main from 4 to 3 replicas (min: 2, max: 7)",
            ], answer.LogLines);
    }

    [Fact]
    public void A_cool_down_keeps_the_replicas_until_it_is_over()
    {
        var options = new ScalerOptions { CoolDown = TimeSpan.FromMinutes(3) };
        ScaleAnswer soon = DockerScaler.Handle(options, Service(2), Up, TimeSpan.FromMinutes(1));
        Assert.Equal((200, null, "s was scaled 1m ago and cools down for 3m"),
            (soon.Status, soon.NewReplicas, soon.Message));
        Assert.Equal(3, DockerScaler.Handle(options, Service(2), Up, TimeSpan.FromMinutes(3)).NewReplicas);
        Assert.Equal(3, DockerScaler.Handle(options, Service(2), Up, sinceLastChange: null).NewReplicas);
    }

    [Fact]
    public void Safer_variants_refuse_what_the_real_scaler_takes()
    {
        ScalerService negative = Service(2, ("com.df.scaleUpBy", "-2"));
        Assert.Equal(1, DockerScaler.Handle(new ScalerOptions(), negative, Up).NewReplicas);
        Assert.Equal(500, DockerScaler.Handle(new ScalerOptions { RefuseNegativeSteps = true }, negative, Up).Status);
        ScalerService crossed = Service(2, ("com.df.scaleMin", "8"));
        Assert.Equal(5, DockerScaler.Handle(new ScalerOptions(), crossed, Up).NewReplicas);
        Assert.Equal(500, DockerScaler.Handle(new ScalerOptions { RefuseMinAboveMax = true }, crossed, Up).Status);
    }

    [Theory]
    [InlineData("{\"groupLabels\":{\"SERVICE\":\"a\",\"ſcale\":\"up\"}}", "", "a", "up", 0)]
    [InlineData("{\"groupLabels\":{\"service\":\"a\"}} x", "", "", "", 0)]
    [InlineData("", "service=a%20b&scale=up&by=-7", "a b", "up", 7)]
    [InlineData("", "service=a;scale=up&scale=down", "", "down", 0)]
    [InlineData("{\"groupLabels\":{\"service\":\"\\ud800\",\"by\":3}}", "service=a", "a", "", 3)]
    public void Requests_are_read_as_go_reads_them(string body, string query, string service, string scale, int by)
    {
        Assert.Equal(new ScaleRequest(service, scale, (ulong)by, ""), ScaleRequest.Parse(body, query));
    }

    private static ScaleRequest Up { get; } = new("s", "up", 0, "");

    private static ScalerService Service(int replicas, params (string Key, string Value)[] labels) =>
        new("s", ServiceMode.Replicated, replicas,
            labels.ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal));
}
