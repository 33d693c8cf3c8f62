using System.Runtime.CompilerServices;

namespace Capacity.Load.Http;

/// <summary>
/// Reads one HTTP/1.1 or HTTP/1.0 response after another from bytes as they come, in pieces of any size, without
/// allocating in the steady state. Not safe for several threads.
/// </summary>
/// <remarks>
/// The head of a response is mostly the head of the one before it: when the bytes are equal, what they say is known.
/// Source: RFC 9112. Line feeds alone are taken as line ends (section 2.2).
/// </remarks>
internal sealed class ResponseReader
{
    /// <summary>Most bytes of a head, and of all trailers.</summary>
    public const int HeadMax = 64 * 1024;

    private const int SizeLineMax = 4096; // of a chunk, with its extensions
    private byte[] _head = new byte[512];
    private int _headLength; // of the last head that was understood
    private ResponseHead _said;
    private byte[] _partial = [];
    private int _partialLength;
    private int _searched;
    private byte[] _body = [];
    private int _captureMax;
    private bool _bodyless;
    private Part _part;
    private long _left;
    private int _lineLength;
    private bool _digits;
    private bool _lineEmpty;

    private enum Part
    {
        Head,
        Fixed,
        ChunkSize,
        ChunkExtension,
        Chunk,
        ChunkEnd,
        Trailer,
        UntilClose,
        Over,
    }

    /// <summary>Whether the response is complete.</summary>
    public bool Done => _part == Part.Over && Failure == FailureClass.None;

    /// <summary>What is wrong with it; <see cref="FailureClass.None"/> so far.</summary>
    public FailureClass Failure { get; private set; }

    /// <summary>HTTP status; 0 before the head has been read.</summary>
    public int Status { get; private set; }

    /// <summary>Whether another request may follow on this connection.</summary>
    public bool KeepAlive { get; private set; }

    /// <summary>Bytes of the body so far, without chunk framing.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>As <see cref="ResponseHead.Service"/>.</summary>
    public double Service { get; private set; }

    /// <summary>Whether any byte of the response has come.</summary>
    public bool Begun { get; private set; }

    /// <summary>Status line and headers. Only after <see cref="Done"/>.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, _headLength);

    /// <summary>The body. Only after <see cref="Done"/>, and only when it was asked for.</summary>
    public ReadOnlySpan<byte> Body => _captureMax > 0 ? _body.AsSpan(0, (int)BodyBytes) : [];

    /// <summary>Prepares for the next response.</summary>
    /// <param name="bodyless">Whether it answers a HEAD request.</param>
    /// <param name="captureMax">Most bytes of body to keep for checks; a longer one fails. 0 keeps none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Begin(bool bodyless, int captureMax)
    {
        (_bodyless, _captureMax) = (bodyless, captureMax);
        (_part, _partialLength, _searched, _left) = (Part.Head, 0, 0, 0);
        Failure = FailureClass.None;
        Status = 0;
        KeepAlive = false;
        BodyBytes = 0;
        Service = double.NaN;
        Begun = false;
    }

    /// <summary>Takes the next bytes.</summary>
    /// <param name="data">Any bytes.</param>
    /// <returns>How many of them belong to this response: all, unless it is complete or broken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Feed(ReadOnlySpan<byte> data)
    {
        int all = data.Length;
        Begun |= all > 0;
        while (!data.IsEmpty && _part != Part.Over)
        {
            data = data[Take(data)..];
        }

        return all - data.Length;
    }

    /// <summary>The peer has closed the connection.</summary>
    public void Close()
    {
        if (_part == Part.UntilClose)
        {
            _part = Part.Over;
        }
        else if (_part != Part.Over)
        {
            Fail(Begun ? FailureClass.CutOff : FailureClass.ClosedWithoutAnswer);
        }
    }

    private int Take(ReadOnlySpan<byte> data) => _part switch
    {
        Part.Head => TakeHead(data),
        Part.Fixed => TakeCounted(data, Part.Over),
        Part.Chunk => TakeCounted(data, Part.ChunkEnd),
        Part.UntilClose => TakeBody(data),
        Part.ChunkSize => TakeSize(data[0]),
        Part.ChunkExtension => TakeExtension(data),
        Part.ChunkEnd => TakeChunkEnd(data[0]),
        _ => TakeTrailer(data[0]),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int TakeHead(ReadOnlySpan<byte> data)
    {
        if (_partialLength == 0)
        {
            if (_headLength > 0 && data.StartsWith(Head))
            {
                Begin(_said);
                return _headLength;
            }

            if (ResponseHead.MayBegin(data) && ResponseHead.EndOf(data, 0) is > 0 and <= HeadMax and int end)
            {
                Understand(data[..end]);
                return end;
            }
        }

        return TakePartOfHead(data);
    }

    private int TakePartOfHead(ReadOnlySpan<byte> data)
    {
        int room = HeadMax - _partialLength;
        int taken = Math.Min(room, data.Length);
        int before = _partialLength;
        if (_partial.Length < before + taken)
        {
            Array.Resize(ref _partial, Math.Min(HeadMax, Math.Max(1024, (before + taken) * 2)));
        }

        data[..taken].CopyTo(_partial.AsSpan(before));
        _partialLength += taken;
        ReadOnlySpan<byte> all = _partial.AsSpan(0, _partialLength);
        if (!ResponseHead.MayBegin(all))
        {
            Fail(FailureClass.BadStatusLine);
            return taken;
        }

        int end = ResponseHead.EndOf(all, _searched);
        if (end < 0)
        {
            _searched = Math.Max(0, _partialLength - 2); // the end may have begun: "\n\r"
            if (_partialLength == HeadMax)
            {
                Fail(FailureClass.HeaderTooLarge);
            }

            return taken;
        }

        _partialLength = _searched = 0;
        Understand(all[..end]);
        return end - before;
    }

    private void Understand(ReadOnlySpan<byte> head)
    {
        _headLength = 0;
        FailureClass problem = ResponseHead.Read(head, out ResponseHead said);
        if (problem != FailureClass.None)
        {
            Fail(problem);
            return;
        }

        if (_head.Length < head.Length)
        {
            _head = new byte[head.Length];
        }

        head.CopyTo(_head);
        (_headLength, _said) = (head.Length, said);
        Begin(said);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Begin(in ResponseHead head)
    {
        if (head.Status < 200)
        {
            return; // an interim response: the final one follows
        }

        Status = head.Status;
        Service = head.Service;
        bool empty = _bodyless || head.Status is 204 or 304;
        bool open = !empty && (head.Unframed || (!head.Chunked && head.Length == ResponseHead.Unstated));

        // Both framings at once is how requests are smuggled: section 6.1 wants the connection closed after it.
        KeepAlive = head.KeepAlive && !open && !(head.Chunked && head.Length != ResponseHead.Unstated);
        _left = head.Length;
        StartLine();
        _part = empty ? Part.Over
            : open ? Part.UntilClose
            : head.Chunked ? Part.ChunkSize
            : head.Length == 0 ? Part.Over
            : Part.Fixed;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int TakeCounted(ReadOnlySpan<byte> data, Part next)
    {
        int taken = (int)Math.Min(_left, data.Length);
        Keep(data[..taken]);
        _left -= taken;
        if (_left == 0 && Failure == FailureClass.None)
        {
            _part = next;
        }

        return taken;
    }

    private int TakeBody(ReadOnlySpan<byte> data)
    {
        Keep(data);
        return data.Length;
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (_captureMax > 0)
        {
            if (BodyBytes + data.Length > _captureMax)
            {
                Fail(FailureClass.BodyTooLarge);
                return;
            }

            int length = (int)BodyBytes;
            if (_body.Length < length + data.Length)
            {
                Array.Resize(ref _body, Math.Max(1024, (length + data.Length) * 2));
            }

            data.CopyTo(_body.AsSpan(length));
        }

        BodyBytes += data.Length;
    }

    private int TakeSize(byte next)
    {
        int digit = next switch
        {
            >= (byte)'0' and <= (byte)'9' => next - '0',
            >= (byte)'a' and <= (byte)'f' => next - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => next - 'A' + 10,
            _ => -1,
        };
        if (digit >= 0 && _left <= long.MaxValue / 32)
        {
            _left = (_left * 16) + digit;
            _digits = true;
        }
        else if (_digits && next == '\n')
        {
            EndSizeLine();
        }
        else if (_digits && next is (byte)';' or (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            _part = Part.ChunkExtension;
        }
        else
        {
            Fail(FailureClass.BadChunk);
        }

        if (++_lineLength > SizeLineMax)
        {
            Fail(FailureClass.BadChunk);
        }

        return 1;
    }

    private int TakeExtension(ReadOnlySpan<byte> data)
    {
        int end = data.IndexOf((byte)'\n');
        int taken = end < 0 ? data.Length : end + 1;
        _lineLength += Math.Min(taken, SizeLineMax + 1);
        if (_lineLength > SizeLineMax)
        {
            Fail(FailureClass.BadChunk);
        }
        else if (end >= 0)
        {
            EndSizeLine();
        }

        return taken;
    }

    private void EndSizeLine()
    {
        _part = _left > 0 ? Part.Chunk : Part.Trailer;
        _lineEmpty = true;
        _lineLength = 0;
    }

    private int TakeChunkEnd(byte next)
    {
        if (next == '\n')
        {
            _part = Part.ChunkSize;
            StartLine();
            _left = 0;
        }
        else if (next != '\r' || ++_lineLength > 1)
        {
            Fail(FailureClass.BadChunk);
        }

        return 1;
    }

    private int TakeTrailer(byte next)
    {
        if (next == '\n' && _lineEmpty)
        {
            _part = Part.Over;
        }
        else if (++_lineLength > HeadMax)
        {
            Fail(FailureClass.HeaderTooLarge);
        }
        else
        {
            _lineEmpty = next == '\n' || (_lineEmpty && next == '\r');
        }

        return 1;
    }

    private void StartLine()
    {
        _lineLength = 0;
        _digits = false;
        _left = _said.Chunked ? 0 : _left;
    }

    private void Fail(FailureClass failure)
    {
        Failure = failure;
        KeepAlive = false;
        _part = Part.Over;
    }
}
