using System.Buffers;
using System.Text;

namespace Capacity.Load.Http;

/// <summary>What a response's status line and headers say about the message.</summary>
/// <remarks>Source: RFC 9112, sections 4, 5, 6.3 and 9.3.</remarks>
internal struct ResponseHead
{
    /// <summary>Body length when no header states one.</summary>
    public const long Unstated = -1;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> Forbidden = SearchValues.Create("\0\r"u8);

    /// <summary>Three digits.</summary>
    public int Status { get; private set; }

    /// <summary>Content-Length; <see cref="Unstated"/> without one.</summary>
    public long Length { get; private set; }

    /// <summary>Whether the body comes in chunks.</summary>
    public bool Chunked { get; private set; }

    /// <summary>Whether there is a transfer coding that is not chunked last: the body ends with the
    /// connection.</summary>
    public bool Unframed { get; private set; }

    /// <summary>Whether the peer will read another request on this connection.</summary>
    public bool KeepAlive { get; private set; }

    /// <summary>Time that a worker was held, as Server-Timing says, seconds; NaN without it.</summary>
    public double Service { get; private set; }

    /// <summary>Where the empty line after the headers ends.</summary>
    /// <param name="data">From the first byte of the status line.</param>
    /// <param name="from">Where to begin to search; what is before it holds no end.</param>
    /// <returns>Bytes up to and including the empty line; −1 when it is not there yet.</returns>
    public static int EndOf(ReadOnlySpan<byte> data, int from)
    {
        int at = from;
        while (data[at..].IndexOf((byte)'\n') is >= 0 and int step)
        {
            at += step + 1;
            ReadOnlySpan<byte> next = data[at..];
            if (next.StartsWith("\r\n"u8))
            {
                return at + 2;
            }

            if (next.StartsWith("\n"u8))
            {
                return at + 1;
            }
        }

        return -1;
    }

    /// <summary>Whether bytes can still become a status line.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> begin = "HTTP/1."u8;
        int length = Math.Min(begin.Length, data.Length);
        return data[..length].SequenceEqual(begin[..length]);
    }

    /// <summary>Reads status line and headers.</summary>
    /// <param name="data">Exactly what <see cref="EndOf"/> delimits.</param>
    /// <param name="head">What they say; meaningless unless the answer is <see cref="FailureClass.None"/>.</param>
    public static FailureClass Read(ReadOnlySpan<byte> data, out ResponseHead head)
    {
        head = new ResponseHead { Length = Unstated, Service = double.NaN };
        ReadOnlySpan<byte> line = TakeLine(ref data);
        if (!head.ReadStatus(line))
        {
            return FailureClass.BadStatusLine;
        }

        while (true)
        {
            line = TakeLine(ref data);
            if (line.IsEmpty)
            {
                return FailureClass.None;
            }

            int colon = line.IndexOf((byte)':');
            if (colon < 1 || line[..colon].ContainsAnyExcept(TokenBytes) || line.ContainsAny(Forbidden))
            {
                return FailureClass.BadHeader;
            }

            if (!head.ReadField(line[..colon], Trim(line[(colon + 1)..])))
            {
                return FailureClass.BadLength;
            }
        }
    }

    /// <summary>The value of the first header of a name.</summary>
    /// <param name="data">A head that could be read.</param>
    /// <param name="name">In any case.</param>
    /// <param name="value">The value without space around it.</param>
    public static bool TryFind(ReadOnlySpan<byte> data, string name, out ReadOnlySpan<byte> value)
    {
        TakeLine(ref data);
        while (true)
        {
            ReadOnlySpan<byte> line = TakeLine(ref data);
            if (line.IsEmpty)
            {
                value = default;
                return false;
            }

            int colon = line.IndexOf((byte)':');
            if (Ascii.EqualsIgnoreCase(line[..Math.Max(0, colon)], name))
            {
                value = Trim(line[(colon + 1)..]);
                return true;
            }
        }
    }

    private static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> data)
    {
        int end = data.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? data : data[..end];
        data = end < 0 ? [] : data[(end + 1)..];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value)
    {
        int from = 0;
        int to = value.Length;
        while (from < to && IsSpace(value[from]))
        {
            from++;
        }

        while (from < to && IsSpace(value[to - 1]))
        {
            to--;
        }

        return value[from..to];
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t';

    private bool ReadStatus(ReadOnlySpan<byte> line)
    {
        // HTTP/1.1 200 OK, where the reason and the space before it may be missing
        if (line.Length < 12 || !MayBegin(line) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' '
            || (line.Length > 12 && line[12] != ' ') || line.ContainsAny(Forbidden))
        {
            return false;
        }

        foreach (byte digit in line[9..12])
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            Status = (Status * 10) + (digit - '0');
        }

        KeepAlive = line[7] == '1';
        return Status is >= 100 and not 101; // nobody asked for another protocol
    }

    /// <summary>Reads one header. False when it says a length that cannot be.</summary>
    private bool ReadField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 10 when Ascii.EqualsIgnoreCase(name, "Connection"u8):
                KeepAlive = !HasToken(value, "close"u8) && (KeepAlive || HasToken(value, "keep-alive"u8));
                return true;
            case 13 when Ascii.EqualsIgnoreCase(name, "Server-Timing"u8):
                ReadTiming(value);
                return true;
            case 14 when Ascii.EqualsIgnoreCase(name, "Content-Length"u8):
                return TryLength(value, out long length) && (Length == Unstated || Length == length)
                    && (Length = length) >= 0;
            case 17 when Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8):
                int last = value.LastIndexOf((byte)',');
                Chunked = Ascii.EqualsIgnoreCase(Trim(value[(last + 1)..]), "chunked"u8);
                Unframed = !Chunked;
                return true;
            default:
                return true;
        }
    }

    private static bool TryLength(ReadOnlySpan<byte> value, out long length)
    {
        length = 0;
        foreach (byte digit in value)
        {
            if (digit is < (byte)'0' or > (byte)'9' || length > long.MaxValue / 100)
            {
                return false;
            }

            length = (length * 10) + (digit - '0');
        }

        return value.Length > 0;
    }

    private static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        while (!list.IsEmpty)
        {
            int comma = list.IndexOf((byte)',');
            if (Ascii.EqualsIgnoreCase(Trim(comma < 0 ? list : list[..comma]), token))
            {
                return true;
            }

            list = comma < 0 ? [] : list[(comma + 1)..];
        }

        return false;
    }

    private void ReadTiming(ReadOnlySpan<byte> value)
    {
        const int Longest = 256; // longer ones are somebody else's
        if (value.Length > Longest)
        {
            return;
        }

        Span<char> text = stackalloc char[Longest];
        int length = Encoding.Latin1.GetChars(value, text);
        double app = ServerTiming.Parse(text[..length]).App;
        Service = double.IsNaN(app) ? Service : app;
    }
}
