using System.Text;
using Capacity.Load;
using Capacity.Load.Http;
using Capacity.Model;

namespace Capacity.Tests.Load;

public sealed class AnswerCheckTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n\r\n";
    private const string Body = """{"items":[{"name":"café","price":12}],"ok":true,"none":null}""";

    [Theory]
    [InlineData("items[0].name", "café", true)]
    [InlineData("items[0].price", "12", true)]
    [InlineData("ok", "true", true)]
    [InlineData("items[0]", null, true)]
    [InlineData("items[1]", null, false)]
    [InlineData("items.name", null, false)]
    [InlineData("none", null, false)]
    [InlineData("items[0].name", "tea", false)]
    public void A_path_leads_into_json(string path, string? value, bool right) =>
        Assert.Equal(right, Holds(new ResponseCheck { JsonPath = path, JsonValue = value }));

    [Theory]
    [InlineData("caf\u00e9", null, true)]
    [InlineData("coffee", null, false)]
    [InlineData(null, "\"price\":\\d+\\}", true)]
    [InlineData(null, "^price", false)]
    public void The_body_contains_or_matches(string? contains, string? matches, bool right) =>
        Assert.Equal(right, Holds(new ResponseCheck { Contains = contains, Matches = matches }));

    [Theory]
    [InlineData("content-type", "json", true)]
    [InlineData("Content-Type", "", true)]
    [InlineData("Content-Type", "html", false)]
    [InlineData("X-Missing", "", false)]
    public void A_header_is_there(string name, string value, bool right) =>
        Assert.Equal(right, Holds(new ResponseCheck { Headers = [new(name, value)] }));

    [Theory]
    [InlineData(null, 204, "none")]
    [InlineData(null, 404, "status")]
    [InlineData(404, 404, "none")]
    [InlineData(201, 200, "status")]
    public void The_status_is_right(int? wanted, int status, string failure) =>
        Assert.Equal(failure, FailureNames.Of(
            new AnswerCheck(wanted is null ? null : new ResponseCheck { Status = wanted }).Judge(status, [], [])));

    [Fact]
    public void What_is_not_text_or_json_fails_the_check()
    {
        Assert.Equal(FailureClass.Check,
            new AnswerCheck(new ResponseCheck { Matches = "." }).Judge(200, [], [0xC3, 0x28]));
        Assert.Equal(FailureClass.Check,
            new AnswerCheck(new ResponseCheck { JsonPath = "a" }).Judge(200, [], "{\"a\":"u8));
    }

    [Fact]
    public void An_expression_that_takes_for_ever_fails_the_check() => Assert.Equal(FailureClass.Check,
        new AnswerCheck(new ResponseCheck { Matches = "^(a+)+$" })
            .Judge(200, [], Encoding.ASCII.GetBytes(new string('a', 40) + "!")));

    [Fact]
    public void A_late_generator_is_said_to_limit_the_run()
    {
        LatencyHistogram late = LatencyHistogram.Fine();
        for (int i = 0; i < 100; i++)
        {
            late.Record(i < 97 ? 0.0001 : 0.3);
        }

        Assert.Contains("1 % of the requests",
            GeneratorLimit.Judge(late, 1, TimeSpan.FromMilliseconds(100)).Limited, StringComparison.Ordinal);
        Assert.Null(GeneratorLimit.Judge(late, 1, TimeSpan.FromMilliseconds(400)).Limited);
        Assert.Contains("half of the requests",
            GeneratorLimit.Judge(late, 1, TimeSpan.FromMilliseconds(0.5)).Limited, StringComparison.Ordinal);
        Assert.Null(GeneratorLimit.Judge(new LatencyHistogram(), 0, TimeSpan.FromMilliseconds(1)).Limited);
    }

    private static bool Holds(ResponseCheck check) => new AnswerCheck(check)
        .Judge(200, Encoding.Latin1.GetBytes(Head), Encoding.UTF8.GetBytes(Body)) == FailureClass.None;
}
