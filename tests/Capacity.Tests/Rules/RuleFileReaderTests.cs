using Capacity.Control.Rules;
using Capacity.Model;

namespace Capacity.Tests.Rules;

public sealed class RuleFileReaderTests
{
    private const string Good = """
        groups:
        - name: alert.rules
          interval: 15s
          limit: 10
          rules:
          - record: job:up:sum
            expr: sum by (job) (up)
            labels: {team: web}
          - alert: Down
            expr: |
              up == 0
                or absent(up)
            for: 1m30s
            keep_firing_for: 5m
            labels:
              severity: page
            annotations:
              summary: "{{ $labels.job }} is down"
        """;

    private const string Bad = """
        groups:
        - name: a
          rules:
          - alert: X
            expr: rat(foo[5m])
            for: 5x
            severity: page
          - record: 1bad
            expr: "sum(up[5m])"
            for: 1m
          - expr: up
        - name: a
          limits: 3
          rules:
          - alert: Y
            expr: |
              up ==
                %
            labels: {__name__: x, 2a: y}
            annotations: {t: '{{ query "up" }}'}
        """;

    [Fact]
    public void Reads_groups_and_rules()
    {
        Parsed<RuleFile> read = RuleFileReader.Read(new SourceText("alert.rules", Good));
        Assert.True(read.TryGet(out RuleFile? file), string.Join('\n', read.Diagnostics));
        RuleGroup group = Assert.Single(file.Groups);
        Assert.Equal(("alert.rules", TimeSpan.FromSeconds(15), 10), (group.Name, group.Interval, group.Limit));
        Assert.Equal("team=web", string.Join(',', group.Rules[0].Labels.Labels.Select(l => $"{l.Key}={l.Value}")));
        var alert = Assert.IsType<AlertRule>(group.Rules[1]);
        Assert.Equal("up == 0 or absent(up)", alert.Expr.ToString());
        Assert.Equal((TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(5)), (alert.For, alert.KeepFiringFor));
    }

    [Fact]
    public void Reports_every_error_with_its_place()
    {
        Parsed<RuleFile> read = RuleFileReader.Read(new SourceText("alert.rules", Bad));
        Assert.False(read.TryGet(out _));
        const string Expected = """
            PQL004 5:11, DUR002 6:11, CAP010 7:5, RUL002 8:13, PQL005 9:16, RUL003 10:10, RUL001 11:5, RUL004 12:9,
            CAP010 13:3, PQL002 18:9, RUL002 19:14, RUL002 19:27, RUL006 20:22
            """;
        string actual = string.Join(", ", read.Diagnostics.OrderBy(d => (d.At.Line, d.At.Column))
            .Select(d => $"{d.Code} {d.At.Line}:{d.At.Column}"));
        Assert.Equal(Expected.ReplaceLineEndings(" "), actual);
    }

    [Fact]
    public void An_empty_list_of_groups_is_a_file_without_rules()
    {
        Assert.True(RuleFileReader.Read(new SourceText("alert.rules", "groups: []")).TryGet(out RuleFile? file));
        Assert.Empty(file.Groups);
    }
}
