using System.Globalization;
using System.Text.RegularExpressions;

namespace Capacity.Control.Rules;

/// <summary>Reads templates: text between actions, then each action's words.</summary>
internal sealed partial class TemplateParser(string text)
{
    private readonly List<(string Text, bool IsAction)> _pieces = [];
    private int _piece;
    private List<string> _words = [];
    private int _word;

    public List<TemplatePart> Run()
    {
        Split();
        List<TemplatePart> parts = Parts(nested: false, out _);
        return parts;
    }

    private const string Quoted = @"""(?:[^""\\]|\\.)*""|`[^`]*`|'(?:[^'\\]|\\.)+'";
    private const string Number = @"[+-]?(?:\d[\w.]*(?:[eE][+-]?\d+)?|\.\d+)";

    [GeneratedRegex(
        $@"\G\s*(?<word>{Quoted}|:=|[|(),=]|\$?[A-Za-z_]\w*|\$|\.[A-Za-z_]\w*|{Number}|\.)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    private string Now => _word < _words.Count ? _words[_word] : "";

    private void Split()
    {
        int i = 0;
        bool trimNext = false;
        while (i <= text.Length)
        {
            int open = text.IndexOf("{{", i, StringComparison.Ordinal);
            string literal = open < 0 ? text[i..] : text[i..open];
            literal = trimNext ? literal.TrimStart() : literal;
            bool trimsBefore = open >= 0 && open + 3 < text.Length && text[open + 2] == '-'
                && char.IsWhiteSpace(text[open + 3]);
            _pieces.Add((trimsBefore ? literal.TrimEnd() : literal, false));
            if (open < 0)
            {
                return;
            }

            int close = ActionEnd(open + 2);
            string action = text[(open + (trimsBefore ? 3 : 2))..close];
            trimNext = action.Length > 1 && action[^1] == '-' && char.IsWhiteSpace(action[^2]);
            action = trimNext ? action[..^1] : action;
            if (!action.TrimStart().StartsWith("/*", StringComparison.Ordinal))
            {
                _pieces.Add((action, true));
            }

            i = close + 2;
        }
    }

    // Braces inside quotes do not end an action.
    private int ActionEnd(int from)
    {
        char quote = '\0';
        for (int i = from; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                i += c == '\\' && quote != '`' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '`')
            {
                quote = c;
            }
            else if (c == '}' && i + 1 < text.Length && text[i + 1] == '}')
            {
                return i;
            }
        }

        throw new TemplateException("unclosed action");
    }

    private List<TemplatePart> Parts(bool nested, out string endedBy)
    {
        var parts = new List<TemplatePart>();
        while (_piece < _pieces.Count)
        {
            (string piece, bool isAction) = _pieces[_piece++];
            if (!isAction)
            {
                parts.Add(new TemplatePart.Literal(piece));
                continue;
            }

            Read(piece);
            switch (Now)
            {
                case "end" or "else" when nested:
                    endedBy = Now;
                    _word++;
                    return parts;
                case "if" or "with":
                    parts.Add(Choice());
                    break;
                case "range" or "define" or "template" or "block" or "break" or "continue" or "end" or "else":
                    throw new TemplateException($"'{Now}' is not understood here");
                default:
                    parts.Add(Simple());
                    break;
            }
        }

        endedBy = "";
        return nested ? throw new TemplateException("unexpected EOF: an 'end' is missing") : parts;
    }

    private void Read(string action)
    {
        _words = [];
        _word = 0;
        int i = 0;
        string trimmed = action.TrimEnd();
        while (i < trimmed.Length)
        {
            Match match = Word().Match(trimmed, i);
            if (!match.Success)
            {
                throw new TemplateException($"unexpected '{trimmed[i]}' in a template");
            }

            bool apart = match.Value.Length > 0 && char.IsWhiteSpace(match.Value[0]);
            _words.Add((apart ? " " : "") + match.Groups["word"].Value);
            i += match.Length;
        }

        // A field belongs to what it touches; one that stands apart is the dot's own.
        _words = [.. _words.Select(
            (w, n) => n > 0 && w.StartsWith(" .", StringComparison.Ordinal) ? w : w.TrimStart())];
    }

    private TemplatePart Simple()
    {
        if (Now.StartsWith('$') && _word + 1 < _words.Count && _words[_word + 1] is ":=" or "=")
        {
            string name = Now;
            _word += 2;
            return new TemplatePart.Assigned(name, Whole());
        }

        return new TemplatePart.Shown(Whole());
    }

    private TemplatePart.Choice Choice()
    {
        bool movesDot = Now == "with";
        _word++;
        TemplateValue condition = Whole();
        List<TemplatePart> then = Parts(nested: true, out string endedBy);
        List<TemplatePart> otherwise = [];
        if (endedBy == "else")
        {
            if (Now == "if")
            {
                otherwise.Add(Choice());
            }
            else
            {
                otherwise = Parts(nested: true, out _);
            }
        }

        return new TemplatePart.Choice(condition, movesDot, then, otherwise);
    }

    private TemplateValue Whole()
    {
        TemplateValue value = Pipeline();
        return _word == _words.Count ? value : throw new TemplateException($"unexpected '{Now.Trim()}' in a template");
    }

    private TemplateValue Pipeline()
    {
        TemplateValue value = Command(piped: null);
        while (Now == "|")
        {
            _word++;
            value = Command(value);
        }

        return value;
    }

    private TemplateValue Command(TemplateValue? piped)
    {
        string first = Now;
        bool isFunction = first.Length > 0 && (char.IsAsciiLetter(first[0]) || first[0] == '_')
            && first is not ("true" or "false" or "nil");
        if (!isFunction)
        {
            return piped is null
                ? Operand()
                : throw new TemplateException($"non executable command in pipeline: {first}");
        }

        _word++;
        TemplateFunction function = TemplateFunctions.Find(first)
            ?? throw new TemplateException($"function \"{first}\" is not available here");
        var arguments = new List<TemplateValue>();
        while (Now is not ("" or "|" or ")"))
        {
            arguments.Add(Operand());
        }

        if (piped is not null)
        {
            arguments.Add(piped);
        }

        return scope => function([.. arguments.Select(a => a(scope))]);
    }

    private TemplateValue Operand()
    {
        string word = Now.Trim();
        _word++;
        TemplateValue value;
        if (word == "(")
        {
            value = Pipeline();
            if (Now != ")")
            {
                throw new TemplateException("a ')' is missing");
            }

            _word++;
        }
        else if (word == ".")
        {
            value = scope => scope.Dot;
        }
        else if (word.StartsWith('.') && !char.IsAsciiDigit(word[^1]))
        {
            value = scope => Field(scope.Dot, word[1..]);
        }
        else if (word.StartsWith('$'))
        {
            value = scope => scope.Variables.TryGetValue(word, out object? known)
                ? known
                : throw new TemplateException($"undefined variable \"{word}\"");
        }
        else
        {
            object? constant = Constant(word);
            return _ => constant;
        }

        while (Now.StartsWith('.') && Now.Length > 1)
        {
            string name = Now[1..];
            TemplateValue of = value;
            _word++;
            value = scope => Field(of(scope), name);
        }

        return value;
    }

    private static object? Field(object? of, string name) => (of, name) switch
    {
        (LabelSet labels, _) => labels[name],
        (TemplateRoot root, "Labels") => root.Labels,
        (TemplateRoot root, "ExternalLabels") => root.ExternalLabels,
        (TemplateRoot root, "Value") => root.Value,
        (TemplateRoot root, "ExternalURL") => root.ExternalUrl,
        _ => throw new TemplateException($"can't evaluate field {name}"),
    };

    private static object? Constant(string word)
    {
        if (word is "true" or "false" or "nil")
        {
            return word == "nil" ? null : word == "true";
        }

        if (word.Length >= 2 && word[0] == '`')
        {
            return word[1..^1];
        }

        if (word.Length >= 2 && word[0] is '"' or '\'')
        {
            return TemplateFunctions.Unquote(word);
        }

        if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return whole;
        }

        return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new TemplateException($"unexpected '{word}' in a template");
    }
}
