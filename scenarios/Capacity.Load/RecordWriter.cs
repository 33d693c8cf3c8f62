using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Capacity.Load.Http;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>
/// Writes one line of JSON per finished request, on a thread of its own. What the stream cannot take in time is left
/// out and counted, so that a slow disk never delays a request.
/// </summary>
/// <remarks>Its memory is bounded: <see cref="Chunks"/> buffers of <see cref="ChunkSize"/> bytes.</remarks>
internal sealed class RecordWriter : IDisposable
{
    private const int Chunks = 64;
    private const int ChunkSize = 64 * 1024;
    private readonly BlockingCollection<(byte[] Bytes, int Length)> _full = new(Chunks);
    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly Stream _stream;
    private readonly byte[][] _names;
    private readonly Thread _thread;
    private readonly int _lineMax;
    private byte[]? _chunk = new byte[ChunkSize];
    private int _length;

    /// <summary>Begins to write.</summary>
    /// <param name="stream">Stays open.</param>
    /// <param name="kinds">The kinds of requests, for their names.</param>
    public RecordWriter(Stream stream, IReadOnlyList<RequestKind> kinds)
    {
        _stream = stream;
        _names = [.. kinds.Select(k => Encoding.UTF8.GetBytes($",\"kind\":\"{JsonEncodedText.Encode(k.Name)}\""))];
        _lineMax = 400 + _names.Max(n => n.Length);
        for (int i = 1; i < Chunks; i++)
        {
            _free.Add([]);
        }

        _thread = new Thread(Drain) { IsBackground = true, Name = "request records" };
        _thread.Start();
    }

    /// <summary>Records that were left out.</summary>
    public long Lost { get; private set; }

    /// <summary>Why nothing more could be written; null when all was well.</summary>
    public IOException? Failure { get; private set; }

    /// <summary>Writes one record: instants in seconds since the start of the run. One thread at a time.</summary>
    public void Write(in Outcome outcome)
    {
        if (_chunk is null && _free.TryTake(out byte[]? free))
        {
            _chunk = free.Length > 0 ? free : new byte[Math.Max(ChunkSize, _lineMax)];
        }

        if (_chunk is null)
        {
            Lost++;
            return;
        }

        _length += Format(outcome, _chunk.AsSpan(_length));
        if (_chunk.Length - _length < _lineMax)
        {
            Pass();
        }
    }

    /// <summary>Writes out what is left.</summary>
    public void Dispose()
    {
        if (_full.IsAddingCompleted)
        {
            return;
        }

        Pass();
        _full.CompleteAdding();
        _thread.Join();
    }

    private void Pass()
    {
        if (_chunk is not null && _length > 0)
        {
            _full.Add((_chunk, _length));
            (_chunk, _length) = (null, 0);
        }
    }

    private int Format(in Outcome o, Span<byte> line)
    {
        int at = 0;
        Number(line, ref at, "{\"at\":"u8, o.At);
        Copy(line, ref at, _names[o.Kind]);
        Number(line, ref at, ",\"sent\":"u8, o.Sent);
        Number(line, ref at, ",\"first_byte\":"u8, o.FirstByte);
        Number(line, ref at, ",\"end\":"u8, o.End);
        Whole(line, ref at, ",\"status\":"u8, o.Status);
        Whole(line, ref at, ",\"bytes_sent\":"u8, o.BytesSent);
        Whole(line, ref at, ",\"bytes_received\":"u8, o.BytesReceived);
        if (o.Failure != FailureClass.None)
        {
            Copy(line, ref at, ",\"failure\":\""u8);
            at += Encoding.ASCII.GetBytes(FailureNames.Of(o.Failure), line[at..]);
            Copy(line, ref at, "\""u8);
        }

        Copy(line, ref at, "}\n"u8);
        return at;
    }

    private static void Number(Span<byte> line, ref int at, ReadOnlySpan<byte> name, double value)
    {
        Copy(line, ref at, name);
        if (double.IsNaN(value))
        {
            Copy(line, ref at, "null"u8);
            return;
        }

        Utf8Formatter.TryFormat(value, line[at..], out int written, new System.Buffers.StandardFormat('F', 7));
        at += written;
    }

    private static void Whole(Span<byte> line, ref int at, ReadOnlySpan<byte> name, long value)
    {
        Copy(line, ref at, name);
        Utf8Formatter.TryFormat(value, line[at..], out int written);
        at += written;
    }

    private static void Copy(Span<byte> line, ref int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(line[at..]);
        at += text.Length;
    }

    private void Drain()
    {
        foreach ((byte[] bytes, int length) in _full.GetConsumingEnumerable())
        {
            try
            {
                if (Failure is null)
                {
                    _stream.Write(bytes, 0, length);
                }
            }
            catch (IOException problem)
            {
                Failure = problem; // the run goes on; its result says what is missing
            }

            _free.Add(bytes);
        }
    }
}
