using System.Text.Json;
using Capacity.Reports;

namespace Capacity.Tests.Reports;

public class CheckReportJsonTests
{
    [Fact]
    public void The_same_report_gives_the_same_bytes() =>
        Assert.Equal(CheckReportJson.ToUtf8(SampleReport.NoGo()), CheckReportJson.ToUtf8(SampleReport.NoGo()));

    [Fact]
    public void Machines_find_the_answer_at_the_top()
    {
        using JsonDocument json = JsonDocument.Parse(CheckReportJson.ToUtf8(SampleReport.NoGo()));
        JsonElement root = json.RootElement;

        Assert.Equal(1, root.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("noGo", root.GetProperty("verdict").GetProperty("kind").GetString());
        Assert.Equal(100, root.GetProperty("verdict").GetProperty("total").GetInt32());
        Assert.Equal("missed", root.GetProperty("objectives")[0].GetProperty("state").GetString());
        Assert.Equal(100, root.GetProperty("launches").GetProperty("launches").GetArrayLength());
        Assert.Equal(3, root.GetProperty("changes").GetArrayLength());
        Assert.Equal("20251121", root.GetProperty("seed").GetString());
        Assert.Equal(JsonValueKind.Null,
            root.GetProperty("measured").GetProperty("series").GetProperty("p50")[2].ValueKind);
        Assert.Equal("CAP010", root.GetProperty("warnings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public void A_missing_rehearsal_is_missing_and_not_empty()
    {
        using JsonDocument json = JsonDocument.Parse(CheckReportJson.ToUtf8(SampleReport.Unrehearsed()));

        Assert.False(json.RootElement.TryGetProperty("measured", out _));
        Assert.Equal("inconclusive", json.RootElement.GetProperty("verdict").GetProperty("kind").GetString());
    }

    [Fact]
    public void Hostile_names_leave_valid_JSON() =>
        JsonDocument.Parse(CheckReportJson.ToUtf8(SampleReport.Hostile())).Dispose();
}
