using System.Text;
using Capacity.Model;

namespace Capacity.Control.PromQl;

internal enum TokenKind
{
    End,
    Word,
    Number,
    Duration,
    Text,
    Symbol,
}

/// <summary>One token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The symbol, word or digits as written; the text without quotes and escapes.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">Characters in the source.</param>
internal readonly record struct Token(TokenKind Kind, string Value, int Start, int Length)
{
    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.Text => $"text {GoText.Quote(Value)}",
        TokenKind.Number => $"number {Value}",
        TokenKind.Duration => $"duration {Value}",
        _ => $"'{Value}'",
    };
}

/// <summary>PromQL → tokens. Total: what cannot be a token becomes the one diagnostic.</summary>
/// <remarks>Source: Prometheus 2.42, promql/parser/lex.go.</remarks>
internal sealed class Lexer(string text, SourceSpan at)
{
    private const int EscapedByte = 0xDC00; // low surrogates never stand alone in a text, so they can stand for bytes

    private static readonly string[] Symbols =
    [
        "=~", "!~", "==", "!=", "<=", ">=", "(", ")", "{", "}", "[", "]", ",", "=", "<", ">",
        "+", "-", "*", "/", "%", "^", "@", ":",
    ];

    private readonly List<Token> _tokens = [];
    private int _i;
    private bool _inBrackets;

    public Diagnostic? Problem { get; private set; }

    public IReadOnlyList<Token> Run()
    {
        while (Problem is null && SkipSpace())
        {
            Next();
        }

        _tokens.Add(new Token(TokenKind.End, "", text.Length, 1));
        return _tokens;
    }

    private char Peek(int ahead = 0) => _i + ahead < text.Length ? text[_i + ahead] : '\0';

    private bool SkipSpace()
    {
        while (_i < text.Length)
        {
            if (text[_i] == '#')
            {
                int end = text.IndexOf('\n', _i);
                _i = end < 0 ? text.Length : end;
            }
            else if (text[_i] is ' ' or '\t' or '\n' or '\r')
            {
                _i++;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private void Next()
    {
        char c = text[_i];
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
        {
            NumberOrDuration();
        }
        else if (c is '"' or '\'' or '`')
        {
            Quoted(c);
        }
        else if (IsWordStart(c) || (c == ':' && !_inBrackets))
        {
            int start = _i;
            while (_i < text.Length && (IsWord(text[_i]) || (text[_i] == ':' && !_inBrackets)))
            {
                _i++;
            }

            Add(TokenKind.Word, text[start.._i], start);
        }
        else
        {
            Symbol();
        }
    }

    private void Symbol()
    {
        string? symbol = Array.Find(Symbols, s => string.CompareOrdinal(text, _i, s, 0, s.Length) == 0);
        if (symbol is null)
        {
            Fail(_i, 1, $"unexpected character '{text[_i]}'", "remove it, or put it into quotes");
            return;
        }

        _inBrackets = symbol == "[" || (_inBrackets && symbol != "]");
        _i += symbol.Length;
        Add(TokenKind.Symbol, symbol, _i - symbol.Length);
    }

    private void NumberOrDuration()
    {
        int start = _i;
        bool hex = text[_i] == '0' && Peek(1) is 'x' or 'X';
        _i += hex ? 2 : 0;
        Func<char, bool> isDigit = hex ? char.IsAsciiHexDigit : char.IsAsciiDigit;
        Skip(isDigit);
        if (Peek() == '.')
        {
            _i++;
            Skip(isDigit);
        }

        if (Peek() is 'e' or 'E')
        {
            _i += Peek(1) is '+' or '-' ? 2 : 1;
            Skip(char.IsAsciiDigit);
        }

        if (!IsWord(Peek()))
        {
            Add(TokenKind.Number, text[start.._i], start);
            return;
        }

        _i = start;
        Skip(IsWord);
        string word = text[start.._i];
        if (PrometheusDuration.Parse(word).TryGet(out _))
        {
            Add(TokenKind.Duration, word, start);
        }
        else
        {
            Fail(start, word.Length, $"'{word}' is neither a number nor a duration",
                "write for example 0.5, 1e3 or 1m30s");
        }
    }

    private void Skip(Func<char, bool> matches)
    {
        while (_i < text.Length && matches(text[_i]))
        {
            _i++;
        }
    }

    private void Quoted(char quote)
    {
        int start = _i++;
        var value = new StringBuilder();
        while (Problem is null)
        {
            if (_i >= text.Length || (text[_i] == '\n' && quote != '`'))
            {
                Fail(start, 1, "this quoted text has no end", $"close it with {quote}");
                return;
            }

            char c = text[_i++];
            if (c == quote)
            {
                Add(TokenKind.Text, DecodeBytes(value.ToString()), start);
                return;
            }

            if (c == '\\' && quote != '`')
            {
                Escape(quote, value);
            }
            else
            {
                value.Append(c);
            }
        }
    }

    private void Escape(char quote, StringBuilder value)
    {
        char c = Peek();
        _i++;
        int simple = @"abfnrtv\".IndexOf(c, StringComparison.Ordinal);
        if (simple >= 0)
        {
            value.Append("\a\b\f\n\r\t\v\\"[simple]);
            return;
        }

        if (c == quote)
        {
            value.Append(quote);
            return;
        }

        (int digits, int radix) = c switch
        {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            >= '0' and <= '7' => (3, 8),
            _ => (0, 0),
        };
        if (digits == 0)
        {
            Fail(_i - 2, 2, $"unknown escape '\\{c}'",
                @"write \\ for a backslash: a regular expression needs '\\.' in quotes");
            return;
        }

        int from = radix == 8 ? _i - 1 : _i;
        long code = 0;
        for (int k = 0; k < digits; k++)
        {
            char digit = from + k < text.Length ? text[from + k] : '\0';
            int number = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            if (number >= radix)
            {
                Fail(_i - 2, 2, $"escape '\\{c}' needs {digits} digits", "");
                return;
            }

            code = (code * radix) + number;
        }

        if (code > 0x10FFFF || code is >= 0xD800 and <= 0xDFFF || (radix == 8 && code > 255))
        {
            Fail(_i - 2, 2, "this escape is not a character", "");
            return;
        }

        bool isByte = c is not ('u' or 'U') && code >= 0x80;
        value.Append(isByte ? ((char)(EscapedByte + code)).ToString() : char.ConvertFromUtf32((int)code));
        _i = from + digits;
    }

    // \xc3\xa4 is one character, but \xc3 alone is none: bytes are gathered first, and decoded together.
    private static string DecodeBytes(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange((char)(EscapedByte + 0x80), (char)(EscapedByte + 0xFF)))
        {
            return text;
        }

        var bytes = new List<byte>();
        for (int i = 0; i < text.Length; i++)
        {
            int pair = i + 1 < text.Length && char.IsSurrogatePair(text, i) ? 2 : 1;
            if (pair == 1 && text[i] is >= (char)(EscapedByte + 0x80) and <= (char)(EscapedByte + 0xFF))
            {
                bytes.Add((byte)(text[i] - EscapedByte));
                continue;
            }

            bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, pair)));
            i += pair - 1;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private void Add(TokenKind kind, string value, int start) => _tokens.Add(new Token(kind, value, start, _i - start));

    private void Fail(int start, int length, string message, string hint) =>
        Problem = new Diagnostic("PQL001", at.Right(start, length), message, hint);
}
