using System.Text;
using Capacity.Load.Http;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Load;

public sealed class ResponseReaderTests
{
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private const string Chunks =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n";

    private static readonly string[] Pieces =
    [
        "HTTP/1.1 200 OK\r\n", "HTTP/1.0 404 \r\n", "HTTP/1.1 204\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
        "Content-Length: 5\r\n", "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "Connection: close\r\n",
        "Connection: keep-alive\r\n", "Server-Timing: app;dur=1.5\r\n", "X: \u00ff\r\n", "\r\n", "\n", "\r",
        "hello", "5\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n", ";ext\r\n", "HTTP/", ":", " ", "\0",
    ];

    private static readonly Arbitrary<byte[]> AnyBytes = Gen.OneOf(
        Gen.Elements(Pieces).ArrayOf().Select(p => Encoding.Latin1.GetBytes(string.Concat(p))),
        Gen.Elements(Hello, Chunks).SelectMany(text => Gen.Choose(0, text.Length - 1).SelectMany(at =>
            Gen.Choose(0, 255).Select(b => Changed(text, at, (byte)b)))),
        ArbMap.Default.ArbFor<byte[]>().Generator).ToArbitrary();

    [Theory]
    [InlineData(Hello, 200, 5, true)]
    [InlineData(Chunks, 200, 5, true)]
    [InlineData("HTTP/1.1 200\nContent-Length:5\n\nhello", 200, 5, true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, 0, true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, 0, true)]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 500, 0, false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, 2, false)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", 200, 2, true)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, 2, true)]
    [InlineData("HTTP/1.1 200 OK\r\nX: \u00e4\u00ff\u0080\r\ncontent-LENGTH: 2 \r\n\r\n\u00ff\u00fe", 200, 2, true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", 200, 2, true)]
    public void A_complete_answer_is_read(string text, int status, int bodyBytes, bool keepAlive)
    {
        var reader = new ResponseReader();
        reader.Begin(bodyless: false, 0);

        int taken = reader.Feed(Encoding.Latin1.GetBytes(text));

        Assert.True(reader.Done);
        Assert.Equal(text.Length, taken);
        Assert.Equal((status, (long)bodyBytes, keepAlive), (reader.Status, reader.BodyBytes, reader.KeepAlive));
    }

    [Theory]
    [InlineData("HTTP/2 200\r\n\r\n", "bad status line")]
    [InlineData("SSH-2.0-x\r\n", "bad status line")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n", "bad status line")]
    [InlineData("HTTP/1.1 099 No\r\n\r\n", "bad status line")]
    [InlineData("HTTP/1.1 101 Switching\r\n\r\n", "bad status line")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "bad header")]
    [InlineData("HTTP/1.1 200 OK\r\n: x\r\n\r\n", "bad header")]
    [InlineData("HTTP/1.1 200 OK\r\nA b: x\r\n\r\n", "bad header")]
    [InlineData("HTTP/1.1 200 OK\r\nA: x\0\r\n\r\n", "bad header")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n", "bad content length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "bad content length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "bad content length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n", "bad content length")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "bad chunk")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", "bad chunk")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", "bad chunk")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n", "bad chunk")]
    public void A_broken_answer_is_named(string text, string failure)
    {
        ResponseReader reader = Read(Encoding.Latin1.GetBytes(text), text.Length);

        Assert.Equal(failure, FailureNames.Of(reader.Failure));
        Assert.False(reader.Done);
        Assert.False(reader.KeepAlive);
    }

    [Fact]
    public void Headers_and_chunk_lines_without_an_end_are_cut_off()
    {
        byte[] head =
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 20_000)));
        byte[] chunk = Encoding.ASCII.GetBytes(Chunks[..47] + "1;" + new string('x', 10_000));
        byte[] trailer = Encoding.ASCII.GetBytes(
            Chunks[..47] + "\n0\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 20_000)));

        Assert.Equal(FailureClass.HeaderTooLarge, Read(head, 7).Failure);
        Assert.Equal(FailureClass.HeaderTooLarge, Read(head, head.Length).Failure);
        Assert.NotEqual(FailureClass.None, Read(chunk, 100).Failure);
        Assert.NotEqual(FailureClass.None, Read(trailer, 1000).Failure);
    }

    [Theory]
    [InlineData("", "closed without answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-", "cut off")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "cut off")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "cut off")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil the end", "none")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", "none")]
    public void The_end_of_the_connection_ends_only_what_is_framed_by_it(string text, string failure)
    {
        ResponseReader reader = Read(Encoding.Latin1.GetBytes(text), 4);
        reader.Close();

        Assert.Equal(failure, FailureNames.Of(reader.Failure));
        Assert.Equal(failure == "none", reader.Done);
    }

    [Fact]
    public void What_follows_an_answer_is_not_taken()
    {
        var reader = new ResponseReader();
        reader.Begin(bodyless: false, 0);

        Assert.Equal(Hello.Length, reader.Feed(Encoding.ASCII.GetBytes(Hello + "more")));
        Assert.True(reader.Done);
    }

    [Fact]
    public void The_body_is_kept_when_it_is_asked_for_and_fits()
    {
        var reader = new ResponseReader();
        reader.Begin(bodyless: false, 5);
        reader.Feed(Encoding.ASCII.GetBytes(Chunks));
        Assert.Equal("hello", Encoding.ASCII.GetString(reader.Body));

        reader.Begin(bodyless: false, 4);
        reader.Feed(Encoding.ASCII.GetBytes(Hello));
        Assert.Equal(FailureClass.BodyTooLarge, reader.Failure);
    }

    [Fact]
    public void Any_bytes_in_any_pieces_have_one_answer() => Prop.ForAll(
        AnyBytes, ArbMap.Default.ArbFor<PositiveInt>(), (bytes, size) =>
        {
            ResponseReader whole = Read(bytes, Math.Max(1, bytes.Length));
            ResponseReader pieces = Read(bytes, size.Get % 7 + 1);
            whole.Close();
            pieces.Close();
            return whole.Failure == pieces.Failure && whole.Done == pieces.Done && whole.Status == pieces.Status
                && whole.BodyBytes == pieces.BodyBytes && whole.KeepAlive == pieces.KeepAlive
                && whole.Done != (whole.Failure != FailureClass.None);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void An_answer_that_repeats_the_last_ones_head_allocates_nothing()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Hello);
        var reader = new ResponseReader();
        void Once()
        {
            reader.Begin(bodyless: false, 0);
            reader.Feed(bytes);
        }

        Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Once();
        }

        Assert.True(reader.Done);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Changed(string text, int at, byte value)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        bytes[at] = value;
        return bytes;
    }

    private static ResponseReader Read(byte[] bytes, int size)
    {
        var reader = new ResponseReader();
        reader.Begin(bodyless: false, 0);
        for (int at = 0; at < bytes.Length && !reader.Done && reader.Failure == FailureClass.None; at += size)
        {
            reader.Feed(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
        }

        return reader;
    }
}
