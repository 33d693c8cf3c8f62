using Capacity.Control;
using Capacity.Control.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Rules;

public sealed class GoTemplateTests
{
    private static readonly LabelSet Labels = LabelSet.Of(("instance", "10.0.0.2:8080"), ("job", "svc"));

    [Theory]
    [InlineData("no template", 1, "no template")]
    [InlineData("{{ $value }}", 0.25, "0.25")]
    [InlineData("{{$value}}", 1234567, "1.234567e+06")]
    [InlineData("{{ .Value }}|{{ .Labels.job }}", 123456, "123456|svc")]
    [InlineData("{{ $labels.instance }} of {{ $labels.missing }}.", 1, "10.0.0.2:8080 of .")]
    [InlineData("{{ printf \"%.2f%%\" $value }}", 12.345, "12.35%")]
    [InlineData("{{ $value | printf \"%.3g\" }}", 0.00001234, "1.23e-05")]
    [InlineData("{{ printf \"%5.1f|%-5s|%q\" $value $labels.job \"x\" }}", 3, "  3.0|svc  |\"x\"")]
    [InlineData("{{ printf \"%d\" $value }}", 3, "%!d(float64=3)")]
    [InlineData("{{ printf \"%0.2f|%06.2f\" $value $value }}", -3, "-3.00|-03.00")]
    [InlineData("{{ $value | humanize }}", 1234567, "1.235M")]
    [InlineData("{{ $value | humanize }}", 0.0001, "100u")]
    [InlineData("{{ humanize1024 $value }}", 2097152, "2Mi")]
    [InlineData("{{ humanizeDuration $value }}", 93784, "1d 2h 3m 4s")]
    [InlineData("{{ humanizeDuration $value }}", 0.0123, "12.3ms")]
    [InlineData("{{ humanizeDuration $value }}", 1e23, "-106751991167300d -15h -30m -8s")]
    [InlineData("{{ humanizeDuration $value }}", 5.5, "5.5s")]
    [InlineData("{{ humanizePercentage $value }}", 0.12345, "12.35%")]
    [InlineData("{{ humanizeTimestamp $value }}", 1435065584.128, "2015-06-23 13:19:44.128 +0000 UTC")]
    [InlineData("{{ if gt $value 1.0 }}high{{ else }}low{{ end }}", 2, "high")]
    [InlineData("{{ gt $value 1.0 }} {{ ge $value 1.0 }} {{ lt $value 1.0 }}", double.NaN, "true true false")]
    [InlineData("{{ if eq $labels.job \"x\" \"svc\" -}}  yes {{- end }}", 2, "yes")]
    [InlineData("{{ with $labels.missing }}a{{ else }}b{{ end }}", 2, "b")]
    [InlineData("{{ $x := $labels.job | toUpper }}{{ $x }}{{/* said */}}", 2, "SVC")]
    [InlineData("{{ reReplaceAll \"(.*):.*\" \"$1\" $labels.instance }}", 2, "10.0.0.2")]
    [InlineData("{{ (printf \"%s\" $labels.job) | title }} {{ $labels }}", 2,
        "Svc map[instance:10.0.0.2:8080 job:svc]")]
    public void Expands_as_prometheus_does(string template, double value, string expected) =>
        Assert.Equal(expected, GoTemplate.Parse(template).Expand(Labels, LabelSet.Empty, value));

    [Theory]
    [InlineData("{{ $value")]
    [InlineData("{{ nope $value }}")]
    [InlineData("{{ range query \"up\" }}{{ end }}")]
    [InlineData("{{ if $value }}")]
    [InlineData("{{ end }}")]
    public void What_it_cannot_read_is_said_in_the_text(string template)
    {
        Assert.NotNull(GoTemplate.Parse(template).Problem);
        Assert.StartsWith("<error expanding template:", GoTemplate.Parse(template).Expand(Labels, LabelSet.Empty, 1),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Any_template_gives_a_text() => Prop.ForAll<string?, int>((text, n) =>
    {
        string[] pieces =
            ["printf", "\"%5.2f\"", "$value", "$labels.job", "|", "(", ")", ".", "humanize", "if", "end", "\"", "-1"];
        IEnumerable<int> picks = Enumerable.Range(0, 6).Select(i => (Math.Abs(n) + (i * 7 * (n & 3))) % pieces.Length);
        string inside = string.Join(' ', picks.Select(p => pieces[p]));
        return GoTemplate.Parse($"{text}{{{{ {inside} {text} }}}}").Expand(Labels, LabelSet.Empty, n) is not null;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
