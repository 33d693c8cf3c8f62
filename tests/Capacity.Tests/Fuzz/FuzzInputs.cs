using System.Text;

namespace Capacity.Tests.Fuzz;

/// <summary>Texts for a reader: random ones, good ones with changes, and pieces of good ones in another
/// order.</summary>
/// <param name="random">The source of chance.</param>
/// <param name="seeds">Good texts.</param>
internal sealed class FuzzInputs(Random random, IReadOnlyList<string> seeds)
{
    private const int NestingMax = 20_000;
    private const int LengthMax = 100_000;
    private const string Spice = ":-{}[]\"'\\\n\t #&*!|>%@`,=~$0.()+?^ü\uD83D\u0000aZ9\r\u2028";

    private static readonly string[] Pieces =
    [
        "9223372036854775808", "-1", "1e999", "0x", "NaN", "+Inf", "1y", "292y", "999999999999999999w", "0s", "5m",
        "\"\\xff\"",
        "{{", "}}", "<<: *a", "&a ", "*a", "!!int ", "---\n", "...\n", "? ", "|2-\n", "null", "~", "[]", "{}", "''",
        "true",
        "offset", "@", "by", "on", "group_left", "bool", "[5m:]", "a{b=~\"(\"}", "(?i)", "x99999999", "_x", "\uFEFF",
        "${A:-b}",
        "$", "$$", "%s", "%99999999d", "\\u0000", "2026-01-01", "12:30", "é", "\t", "::", "- ", ": ", "#", "=~", "!~",
    ];

    private readonly string[][] _tokens = [.. seeds.Select(Tokens)];

    /// <summary>The next text.</summary>
    public string Next() => random.Next(12) switch
    {
        0 => Noise(),
        1 => Nested(),
        2 or 3 => Shuffled(),
        4 => Cut(seeds[random.Next(seeds.Count)]),
        _ => Mutated(),
    };

    private string Noise()
    {
        var text = new StringBuilder();
        for (int i = random.Next(60); i > 0; i--)
        {
            text.Append(random.Next(3) switch
            {
                0 => Spice[random.Next(Spice.Length)],
                1 => (char)random.Next(32, 127),
                _ => (char)random.Next(0x10000),
            });
        }

        return text.ToString();
    }

    private string Nested()
    {
        (string open, string close) = random.Next(10) switch
        {
            0 => ("(", ")"),
            1 => ("[", "]"),
            2 => ("{", "}"),
            3 => ("-", ""),
            4 => ("sum(", ")"),
            5 => ("{a: ", "}"),
            6 => ("- ", ""),
            7 => ("{{ if (", ") }}x{{ end }}"),
            8 => ("a + ", "b"),
            _ => ("{\"groupLabels\":", "}"),
        };
        int depth = random.Next(1, random.Next(2) == 0 ? 200 : NestingMax);
        string inner = random.Next(2) == 0 ? "up" : "";
        string text = string.Concat(Enumerable.Repeat(open, depth)) + inner;
        return random.Next(3) == 0 ? text : text + string.Concat(Enumerable.Repeat(close, depth));
    }

    private string Cut(string text)
    {
        int from = random.Next(text.Length + 1);
        return random.Next(2) == 0 ? text[from..] : text[..from];
    }

    // Words and signs of the good texts, strewn.
    private string Shuffled()
    {
        string[] tokens = _tokens[random.Next(_tokens.Length)];
        var text = new StringBuilder();
        for (int i = random.Next(1, 40); i > 0 && tokens.Length > 0; i--)
        {
            int from = random.Next(tokens.Length);
            text.AppendJoin("", tokens.Skip(from).Take(random.Next(1, 8)));
            text.Append(random.Next(6) == 0 ? Pieces[random.Next(Pieces.Length)] : "");
        }

        return text.ToString();
    }

    private string Mutated()
    {
        string text = seeds[random.Next(seeds.Count)];
        for (int i = random.Next(1, 8); i > 0 && text.Length < LengthMax; i--)
        {
            int at = random.Next(text.Length + 1);
            int length = Math.Min(random.Next(1, 12), text.Length - at);
            text = random.Next(8) switch
            {
                0 => text.Insert(at, Spice[random.Next(Spice.Length)].ToString()),
                1 => text.Remove(at, length),
                2 => text.Insert(at, text.Substring(at, length)),
                3 => text.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]),
                4 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                5 => text.Insert(at, text.Substring(random.Next(text.Length + 1) / 2, Math.Min(40, text.Length / 2))),
                6 => Line(text, at),
                _ => ReplacedWord(text, at),
            };
        }

        return text;
    }

    // A line twice, or indented otherwise.
    private string Line(string text, int at)
    {
        int from = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        int to = text.IndexOf('\n', at);
        string line = to < 0 ? text[from..] + "\n" : text[from..(to + 1)];
        return random.Next(2) == 0 ? text.Insert(from, line) : text.Insert(from, new string(' ', random.Next(1, 5)));
    }

    // A value becomes another: what is right for one key is wrong for the next.
    private string ReplacedWord(string text, int at)
    {
        string[] tokens = Tokens(text);
        if (tokens.Length < 2)
        {
            return text;
        }

        tokens[at % tokens.Length] = random.Next(2) == 0
            ? tokens[random.Next(tokens.Length)]
            : Pieces[random.Next(Pieces.Length)];
        return string.Concat(tokens);
    }

    private static string[] Tokens(string text)
    {
        var tokens = new List<string>();
        int from = 0;
        for (int i = 1; i <= text.Length; i++)
        {
            if (i == text.Length || !char.IsLetterOrDigit(text[i]) || !char.IsLetterOrDigit(text[i - 1]))
            {
                tokens.Add(text[from..i]);
                from = i;
            }
        }

        return [.. tokens];
    }
}
