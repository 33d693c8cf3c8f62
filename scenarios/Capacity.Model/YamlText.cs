using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Capacity.Model;

/// <summary>YAML → <see cref="YamlNode"/>, totally: whatever the text, the answer is a node or diagnostics.</summary>
public static class YamlText
{
    private const int DepthMax = 64;
    private const int NodesMax = 200_000; // aliases may multiply nodes; a configuration file never has this many

    /// <summary>Reads the first document of a text.</summary>
    /// <returns>A node, or YAML001 (not YAML), YAML002 (empty), YAML003 (a key twice), YAML004 (too deep or too
    /// large).</returns>
    public static Parsed<YamlNode> Read(SourceText source)
    {
        var reading = new Reading(source);
        try
        {
            YamlNode? root = reading.Document();
            if (root is null)
            {
                return new Diagnostic("YAML002", new SourceSpan(source, 1, 1, 1), "the file is empty",
                    "see docs for the expected keys");
            }

            return Parsed<YamlNode>.From(root, reading.Diagnostics);
        }
        catch (YamlException problem)
        {
            var at = new SourceSpan(source, Math.Max(1, (int)problem.Start.Line),
                Math.Max(1, (int)problem.Start.Column), 1);
            return new Diagnostic("YAML001", at, $"not valid YAML: {FirstSentence(problem.Message)}",
                "check the indentation, quotes and brackets here and on the line before");
        }
        catch (TooMuchException)
        {
            return new Diagnostic("YAML004", reading.Last, "the file nests too deep or expands to too much",
                "simplify it");
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or FormatException
            or IndexOutOfRangeException or KeyNotFoundException or OverflowException)
        {
            // YamlDotNet 16.3.0 throws such on some malformed texts, for example "[a\nkey:".
            return new Diagnostic("YAML001", reading.Last, "not valid YAML",
                "check the indentation, quotes and brackets here and on the line before");
        }
    }

    private static string FirstSentence(string message)
    {
        string text = message.ReplaceLineEndings(" ");
        int colon = text.StartsWith('(') ? text.IndexOf("): ", StringComparison.Ordinal) : -1;
        text = colon > 0 ? text[(colon + 3)..] : text;
        return text.TrimEnd('.', ' ');
    }

    private sealed class TooMuchException : Exception;

    private sealed class Reading(SourceText source)
    {
        private readonly Parser _parser = new(new StringReader(source.Text));
        private readonly Dictionary<string, YamlNode> _anchors = [];
        private readonly List<Diagnostic> _diagnostics = [];
        private int _nodes;

        public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

        public SourceSpan Last { get; private set; } = new(source, 1, 1, 1);

        public YamlNode? Document()
        {
            _parser.Consume<StreamStart>();
            if (!_parser.TryConsume<DocumentStart>(out _))
            {
                return null;
            }

            YamlNode root = Node(0);
            bool nothing = root is YamlScalar { IsNull: true };
            while (_parser.MoveNext() && _parser.Current is not StreamEnd)
            {
                // Reading to the end finds syntax errors in what follows.
            }

            return nothing ? null : root;
        }

        private YamlNode Node(int depth)
        {
            if (depth > DepthMax || ++_nodes > NodesMax)
            {
                throw new TooMuchException();
            }

            ParsingEvent next = _parser.Consume<ParsingEvent>();
            Last = SpanOf(next);
            SourceSpan at = Last;
            switch (next)
            {
                case Scalar scalar:
                    return Remember(scalar.Anchor, new YamlScalar(at, scalar.Value, scalar.Style == ScalarStyle.Plain));
                case AnchorAlias alias:
                    return _anchors.TryGetValue(alias.Value.Value, out YamlNode? known)
                        ? known
                        : throw new YamlException(alias.Start, alias.End, $"unknown alias '{alias.Value.Value}'");
                case SequenceStart sequence:
                    return Remember(sequence.Anchor, List(at, depth));
                case MappingStart mapping:
                    return Remember(mapping.Anchor, Map(at, depth));
                default:
                    throw new YamlException(next.Start, next.End, "a value was expected");
            }
        }

        private YamlList List(SourceSpan at, int depth)
        {
            var items = new List<YamlNode>();
            while (!_parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Node(depth + 1));
            }

            return new YamlList(at, items);
        }

        private YamlMap Map(SourceSpan at, int depth)
        {
            var entries = new List<YamlEntry>();
            var keys = new HashSet<string>(StringComparer.Ordinal);
            while (!_parser.TryConsume<MappingEnd>(out _))
            {
                YamlNode key = Node(depth + 1);
                YamlNode value = Node(depth + 1);
                if (key is not YamlScalar name)
                {
                    _diagnostics.Add(new Diagnostic("YAML001", key.At, "a key must be a plain text", ""));
                }
                else if (name.Text == "<<" && value is YamlMap merged)
                {
                    entries.AddRange(merged.Entries.Where(e => keys.Add(e.Key.Text)));
                }
                else if (!keys.Add(name.Text))
                {
                    _diagnostics.Add(
                        new Diagnostic("YAML003", key.At, $"key '{name.Text}' is given twice", "remove one"));
                }
                else
                {
                    entries.Add(new YamlEntry(name, value));
                }
            }

            return new YamlMap(at, entries);
        }

        private T Remember<T>(AnchorName anchor, T node)
            where T : YamlNode
        {
            if (!anchor.IsEmpty)
            {
                _anchors[anchor.Value] = node;
            }

            return node;
        }

        private SourceSpan SpanOf(ParsingEvent e)
        {
            int length = e.End.Line == e.Start.Line ? (int)(e.End.Column - e.Start.Column) : 1;
            return new SourceSpan(source, Math.Max(1, (int)e.Start.Line), Math.Max(1, (int)e.Start.Column),
                Math.Max(1, length));
        }
    }
}
