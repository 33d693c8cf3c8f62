using System.Text;
using System.Text.Json;
using Capacity.Cli.Serving;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Serving;

public sealed class WhatIfMessagesTests
{
    private static WhatIfRequest? Read(string text, int views = 0) =>
        WhatIfMessages.Read(Encoding.UTF8.GetBytes(text), views);

    [Fact]
    public void A_request_names_the_values_the_view_and_the_slider()
    {
        const string text = """{"seq":7,"pin":true,"view":1,"focus":"scaleMin","values":{"scaleMin":3}}""";
        WhatIfRequest request = Read(text, 2)!;

        Assert.Equal((7, true, 1, "scaleMin", 3.0),
            (request.Sequence, request.IsPin, request.View, request.Focus, request.Values["scaleMin"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"seq":1}""")]
    [InlineData("""{"seq":1.5,"values":{}}""")]
    [InlineData("""{"seq":"1","values":{}}""")]
    [InlineData("""{"seq":1,"values":[]}""")]
    public void What_no_page_sends_is_no_request(string text) => Assert.Null(Read(text));

    [Theory]
    [InlineData("""{"seq":1,"view":9,"values":{}}""")]
    [InlineData("""{"seq":1,"view":-7,"values":{}}""")]
    [InlineData("""{"seq":1,"view":"x","values":{"a":"b","c":null,"d":[1]},"focus":3}""")]
    public void What_is_not_understood_is_left_out(string text)
    {
        WhatIfRequest request = Read(text, 2)!;

        Assert.Equal(WhatIfSubject.LaunchView, request.View);
        Assert.Empty(request.Values);
    }

    [Fact]
    public void Never_throws() => Prop.ForAll(
        Gen.OneOf(
            ArbMap.Default.GeneratorFor<byte[]>(),
            ArbMap.Default.GeneratorFor<string>().Where(s => s is not null).Select(Encoding.UTF8.GetBytes),
            Gen.Elements("{\"seq\":1,\"values\":{\"a\":1e999}}", "{\"seq\":1e40,\"values\":{}}",
                "{\"seq\":1,\"values\":{\"\\ud800\":1},\"focus\":\"\\ud800\"}", new string('[', 9_000))
                .Select(Encoding.UTF8.GetBytes)).ToArbitrary(),
        bytes =>
        {
            WhatIfMessages.Read(bytes, 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_answer_holds_numbers_or_null_and_the_edits()
    {
        WhatIfSubject subject = ServedScenario.Subject();
        var values = new Dictionary<string, double>(StringComparer.Ordinal) { ["scaleMin"] = 3, ["workers"] = 2 };
        TurnedLaunches turned = subject.Prepare(values, WhatIfSubject.LaunchView);
        turned.Launches.Extend(3, 2, TestContext.Current.CancellationToken);

        using JsonDocument answer = JsonDocument.Parse(
            WhatIfMessages.Result(new WhatIfRequest(4, false, -1, values, ""), turned.Case,
                turned.Launches.Summarize(), isLast: false, 0.021));
        JsonElement root = answer.RootElement;

        Assert.Equal((4, 3), (root.GetProperty("seq").GetInt32(), root.GetProperty("launches").GetInt32()));
        Assert.Equal(180, root.GetProperty("p99").GetArrayLength());
        Assert.Equal("- com.df.scaleMin=3", root.GetProperty("changes")[0].GetProperty("snippet").GetString());
        Assert.Equal("service.workers=2", root.GetProperty("settings")[0].GetString());
    }

    [Fact]
    public void The_first_message_describes_every_knob()
    {
        WhatIfSubject subject = ServedScenario.Subject();

        using JsonDocument hello = JsonDocument.Parse(WhatIfMessages.Hello(subject));

        Assert.Equal(subject.Knobs.All.Count, hello.RootElement.GetProperty("knobs").GetArrayLength());
        Assert.Equal("flash-sale", hello.RootElement.GetProperty("scenario").GetString());
        Assert.Equal(4, hello.RootElement.GetProperty("objectives").GetArrayLength());
    }
}
