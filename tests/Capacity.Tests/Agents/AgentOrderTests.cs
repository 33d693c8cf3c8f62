using Capacity.Model;
using Capacity.Swarm.Agents;

namespace Capacity.Tests.Agents;

public sealed class AgentOrderTests
{
    private static readonly AgentOrder Order = new()
    {
        Path = "s.yaml",
        Scenario = "version: 1\nname: \"é\"\n",
        Set = ["a=b"],
        Target = new Uri("http://127.0.0.1:8080/"),
        Seed = "18446744073709551615",
        Agents = 3,
    };

    [Fact]
    public void An_order_is_one_line_and_reads_back()
    {
        string line = Order.Write();
        Assert.DoesNotContain('\n', line);
        Assert.True(AgentOrder.Read(new SourceText("order", line)).TryGet(out AgentOrder? read));
        Assert.Equal(line, read.Write());
        Assert.Equal((Order.Scenario, Order.Seed), (read.Scenario, read.Seed));
    }

    [Theory]
    [InlineData("", "CAP130")]
    [InlineData("{}", "CAP130")]
    [InlineData("[1]", "CAP130")]
    [InlineData("null", "CAP131")]
    public void What_is_no_order_is_refused(string text, string code) =>
        Assert.Equal(code, Assert.Single(AgentOrder.Read(new SourceText("order", text)).Diagnostics).Code);

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        AgentOrder[] wrong =
        [
            Order with { Version = 2 }, Order with { Agents = 0 }, Order with { Agents = 1001 },
            Order with { Seed = "-1" }, Order with { Target = new Uri("ftp://h/") },
            Order with { Target = new Uri("/path", UriKind.Relative) },
        ];
        Assert.All(wrong, order => Assert.Equal("CAP131",
            Assert.Single(AgentOrder.Read(new SourceText("order", order.Write())).Diagnostics).Code));
    }

    [Fact]
    public void Results_survive_a_log_with_headers_other_text_and_any_order()
    {
        var random = new RandomSource(3, "bytes"); // what cannot be packed fills several lines
        byte[] first = [.. Enumerable.Range(0, 30_000).Select(_ => (byte)random.NextIndex(256))];
        byte[] second = [1, 2, 3];
        string[] lines = [.. AgentLines.Write(0, first).Concat(AgentLines.Write(1, second))
            .Select(l => "\u0001\0\0\0\0\0\u001f\ufffd" + l).Append("capacity-agent:nonsense").Reverse()];
        Assert.True(lines.Length > 4);

        SortedDictionary<int, byte[]> read = AgentLines.Read(string.Join("\r\n", lines));
        Assert.Equal([0, 1], read.Keys);
        Assert.Equal(first, read[0]);
        Assert.Equal(second, read[1]);
        Assert.Equal([1], AgentLines.Read(string.Join('\n', lines.SkipLast(1))).Keys); // a part of the first is lost
    }
}
