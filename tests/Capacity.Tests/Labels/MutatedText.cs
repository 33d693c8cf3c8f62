using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Labels;

/// <summary>Texts that a hurried person might leave behind: a good file with characters changed, cut or
/// doubled.</summary>
internal static class MutatedText
{
    private const string Spice = ":-{}[]\"'\\\n\t #&*!|>%@`,=~$0.()+?^ü\uD83D\u0000aZ";

    /// <summary>Checks a property of 300 mutations of a good text.</summary>
    public static void ForAll(string good, Action<string> check)
    {
        Gen<string> mutations =
            from edits in Gen.Choose(0, 6)
            from places in Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1), edits)
            from kinds in Gen.ArrayOf(Gen.Choose(0, 3), edits)
            from spices in Gen.ArrayOf(Gen.Choose(0, Spice.Length - 1), edits)
            select Mutate(good, places, kinds, spices);
        Prop.ForAll(mutations.ToArbitrary(), text => { check(text); return true; })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
        Prop.ForAll<string>(text => { check(text ?? ""); return true; })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    private static string Mutate(string text, int[] places, int[] kinds, int[] spices)
    {
        for (int i = 0; i < places.Length; i++)
        {
            int at = places[i] % (text.Length + 1);
            int length = Math.Min(1 + (places[i] % 7), text.Length - at);
            text = kinds[i] switch
            {
                0 => text.Insert(at, Spice[spices[i]].ToString()),
                1 => text.Remove(at, length),
                2 => text.Insert(at, text.Substring(at, length)),
                _ => text.Remove(at, length).Insert(at, Spice[spices[i]].ToString()),
            };
        }

        return text;
    }
}
