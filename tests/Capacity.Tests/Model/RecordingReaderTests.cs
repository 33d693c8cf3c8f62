using Capacity.Model;

namespace Capacity.Tests.Model;

public sealed class RecordingReaderTests
{
    private static readonly RequestKind[] Kinds =
    [
        new("browse", 0.7, "GET", "/products?limit={service_time_ms}", new ServiceLaw.Constant(0.01), "/products*"),
        new("buy", 0.3, "POST", "/cart/buy", new ServiceLaw.Constant(0.02)),
    ];

    [Fact]
    public void A_combined_log_gives_instants_kinds_and_what_it_left_out()
    {
        Parsed<RecordedArrivals> read = Read(
            """
            203.0.113.9 - - [10/Oct/2025:13:55:38 -0700] "GET /products/17?x=1 HTTP/1.1" 200 2326 "-" "a \"b\" c"
            203.0.113.9 - frank [10/Oct/2025:13:55:36 -0700] "POST /cart/buy HTTP/1.1" 302 12
            nonsense
            203.0.113.9 - - [10/Oct/2025:20:55:37 +0000] "GET http://shop.test/products HTTP/1.1" 200 1 "-" "-"
            203.0.113.9 - - [10/Oct/2025:20:55:37 +0000] "GET /favicon.ico HTTP/1.1" 404 1 "-" "-"

            """);

        Assert.True(read.TryGet(out RecordedArrivals? arrivals));
        Assert.Equal([0, 1, 2], arrivals.At);
        Assert.Equal([1, 0, 0], arrivals.Kinds.Select(k => (int)k));
        Assert.Equal((1, 3), (arrivals.Resolution, arrivals.Duration));
        Assert.Equal(
            ["CAP105 warning 5 1 line is of no kind of this scenario, so left out; the first is this",
            "CAP106 warning 3 1 line is not of the combined log format, so left out; the first is this"],
            read.Diagnostics.Select(d =>
            $"{d.Code} {d.Severity.ToString().ToLowerInvariant()} {d.At.Line} {d.Message}"));
        Assert.Contains("logs/a.log:5:1", read.Diagnostics[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("/favicon.ico", read.Diagnostics[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_of_haproxy_has_milliseconds()
    {
        RecordedArrivals arrivals = Good(
            "Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2025:12:14:14.655] http-in static/srv1 "
            + "10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} \"GET /products/index.html HTTP/1.1\"\n"
            + "Feb  6 12:14:15 localhost haproxy[14389]: ::1:33317 [06/Feb/2025:12:14:15.005] http-in static/srv1 "
            + "10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 \"POST /cart/buy HTT");
        Assert.Equal([0.655, 1.005], arrivals.At.Select(t => Math.Round(t, 4)));
        Assert.Equal([0, 1], arrivals.Kinds.Select(k => (int)k));
        Assert.Equal(0.001, arrivals.Resolution);
    }

    [Theory]
    [InlineData("at,kind\n0.5,browse\n2,buy", "0.5 2", "0 1")]
    [InlineData("0.5;browse\n2;buy\n# end", "0.5 2", "0 1")]
    [InlineData("timestamp\tmethod\turl\n1700000000250\tGET\t/products\n1700000002000\tPOST\t/cart/buy?a", "0.25 2",
        "0 1")]
    [InlineData("\uFEFF\"time\",\"path\"\n2025-01-01T00:00:00Z,\"/products,1\"\n2025-01-01T01:00:00.5+01:00,/products",
        "0 0.5", "0 0")]
    [InlineData("at\n3\n4", "3 4", "-1 -1")]
    [InlineData("7\n8.5", "7 8.5", "-1 -1")]
    [InlineData("{\"ts\": 1.5, \"kind\": \"buy\"}\n{\"at\": \"3.25\", \"path\": \"/products\"}", "1.5 3.25", "1 0")]
    [InlineData("{\"time\":\"2025-01-01T00:00:00Z\",\"request\":\"GET /products/1 HTTP/2\"}", "0", "0")]
    public void Tables_name_their_columns_or_not(string text, string instants, string kinds)
    {
        RecordedArrivals arrivals = Good(text);
        Assert.Equal(instants, string.Join(' ', arrivals.At.Select(t => $"{Math.Round(t, 3)}")));
        Assert.Equal(kinds, string.Join(' ', arrivals.Kinds));
    }

    [Theory]
    [InlineData("", "CAP107")]
    [InlineData("hello world", "CAP104")]
    [InlineData("at,kind\n1,rent", "CAP105 CAP107")]
    [InlineData("at,kind\nx,buy", "CAP106 CAP107")]
    [InlineData("{\"at\": -1}", "CAP106 CAP107")]
    [InlineData("{\"at\": 1e400}", "CAP106 CAP107")]
    [InlineData("1 - - [31/Feb/2025:10:00:00 +0000] \"GET / HTTP/1.1\" 200 1", "CAP104")]
    public void What_cannot_be_played_is_said(string text, string codes)
    {
        Parsed<RecordedArrivals> read = Read(text);
        Assert.False(read.TryGet(out _));
        Assert.Equal(codes, string.Join(' ', read.Diagnostics.Select(d => d.Code)));
    }

    [Fact]
    public void Dates_and_plain_seconds_do_not_mix()
    {
        Parsed<RecordedArrivals> read = Read("at,kind\n1700000000,buy\n12,buy\n1700000001,buy");
        Assert.True(read.TryGet(out RecordedArrivals? arrivals));
        Assert.Equal([0, 1], arrivals.At);
        Assert.Equal(3, Assert.Single(read.Diagnostics).At.Line);
    }

    [Fact]
    public void A_line_without_end_is_cut_and_left_out()
    {
        var line = new string('x', 200_000);
        Parsed<RecordedArrivals> read = Read($"at,kind\n1,buy\n{line}\n2,buy");
        Assert.True(read.TryGet(out RecordedArrivals? arrivals));
        Assert.Equal([1, 2], arrivals.At);
        Assert.Equal(("CAP106", 3), (read.Diagnostics[0].Code, read.Diagnostics[0].At.Line));
    }

    [Theory]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/a/", false)]
    [InlineData("/a*", "/a", true)]
    [InlineData("/a/*/c", "/a/b/b/c", true)]
    [InlineData("/a/*/c", "/a/b/b/d", false)]
    [InlineData("/*x*", "/aaax", true)]
    public void Stars_stand_for_any_characters(string pattern, string path, bool fits) =>
        Assert.Equal(fits, KindMatcher.Fits(pattern, path));

    internal static RequestKind[] TwoKinds => Kinds;

    internal static Parsed<RecordedArrivals> Read(string text, RecordingFormat? format = null) =>
        RecordingReader.Read(new StringReader(text), new RecordingFile("logs/a.log", format, 0, null, default), Kinds);

    internal static RecordedArrivals Good(string text)
    {
        Parsed<RecordedArrivals> read = Read(text);
        Assert.Empty(read.Diagnostics);
        Assert.True(read.TryGet(out RecordedArrivals? arrivals));
        return arrivals;
    }
}
