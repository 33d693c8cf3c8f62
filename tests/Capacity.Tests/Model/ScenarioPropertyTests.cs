using Capacity.Model;
using Capacity.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Model;

/// <summary>Whatever the text, the answer is a scenario or diagnostics that point into the text.</summary>
public sealed class ScenarioPropertyTests
{
    private static readonly Config Quiet = Config.QuickThrowOnFailure.WithQuietOnSuccess(true);

    private static readonly string[] Pieces =
    [
        "", " ", "\n", "\t", ":", "-", "[", "]", "{", "}", "'", "\"", "#", "&a", "*a", "<<: ", "|", ">", "%", "0",
            "-1", "1e9",
        "1/s", "5m", "99999999999999999999/s", "p50", "null", "~", "load", "[a\nkey:", "\u0000", "é", "😀", "- ", "? ",
        "{ quantiles: {} }", "{ uniform: [1s] }", "NaN/s", "share", "..", "m5", "1.2.3s", "unlimited", "\r\n",
    ];

    [Fact]
    public void Mutated_scenarios_never_throw() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Answers(Mutate(seed))).Check(Quiet.WithMaxTest(1500));

    [Fact]
    public void Random_texts_never_throw() => Prop.ForAll(
        Gen.Elements(Pieces).ListOf().ToArbitrary(), pieces => Answers(string.Concat(pieces))).Check(Quiet);

    [Fact]
    public void Random_settings_never_throw() => Prop.ForAll(
        Gen.Elements([.. Pieces, "load[0]", ".inject=", "service.workers=", "=", "a", "."]).ListOf().ToArbitrary(),
        pieces =>
        {
            string setting = string.Concat(pieces);
            Parsed<Scenario> read = ScenarioReader.Read(new SourceText("a.yaml", Library()), [setting]);
            return read.TryGet(out _) || read.Diagnostics.Count > 0;
        }).Check(Quiet);

    private static bool Answers(string text)
    {
        var source = new SourceText("a.yaml", text);
        Parsed<Scenario> read = ScenarioReader.Read(source);
        return read.TryGet(out Scenario? scenario)
            ? scenario.Load.Count > 0 && Math.Abs(scenario.Requests.Sum(r => r.Share) - 1) < 1e-9
            : read.Diagnostics.Count > 0 && read.Diagnostics.All(d => d.ToString().Length > 0 && d.At.Source == source);
    }

    private static string Mutate(int seed)
    {
        var random = new RandomSource((ulong)seed, "mutation");
        string text = Library();
        int times = 1 + random.NextIndex(4);
        for (int i = 0; i < times; i++)
        {
            int from = random.NextIndex(text.Length + 1);
            int length = Math.Min(random.NextIndex(12), text.Length - from);
            text = text[..from] + Pieces[random.NextIndex(Pieces.Length)] + text[(from + length)..];
        }

        return text;
    }

    private static string Library() => File.ReadAllText(Repository.At("scenarios", "library", "flash-sale.yaml"));
}
