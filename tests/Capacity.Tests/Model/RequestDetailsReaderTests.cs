using Capacity.Model;

namespace Capacity.Tests.Model;

public sealed class RequestDetailsReaderTests
{
    [Fact]
    public void Headers_body_check_and_http_are_read()
    {
        Scenario scenario = Read("""
            - name: buy
              service_time: 8ms
              method: POST
              headers: { Accept: application/json, X-Number: 7 }
              body: "{}"
              check: { status: 201, headers: { Location: /orders }, contains: id, matches: "\\d+", json: "items[0].id", equals: 7 }
            """, "http: { connections: 64, version: 2, redirects: yes, cookies: true, proxy: http://127.0.0.1:3128, "
                + "connect_timeout: 1s, first_byte_timeout: 500ms }").TryGet(out Scenario? read) ? read
                : throw new Xunit.Sdk.XunitException("not read");
        RequestKind kind = scenario.Requests[0];

        Assert.Equal([new("Accept", "application/json"), new("X-Number", "7")], kind.Content.Headers);
        Assert.Equal("{}", kind.Content.Body);
        Assert.Equal((201, "id", "\\d+", "items[0].id", "7"), (kind.Check!.Status!.Value, kind.Check.Contains,
            kind.Check.Matches, kind.Check.JsonPath, kind.Check.JsonValue));
        Assert.Equal(new HttpSettings
        {
            Connections = 64,
            Http2 = true,
            Redirects = true,
            Cookies = true,
            Proxy = new Uri("http://127.0.0.1:3128"),
            ConnectTimeout = 1,
            FirstByteTimeout = 0.5,
        }, scenario.Http);
    }

    [Theory]
    [InlineData("headers: { \"a b\": c }", "CAP150")]
    [InlineData("headers: { A: [1] }", "CAP150")]
    [InlineData("headers: { A: \"x\\r\\nEvil: 1\" }", "CAP150")]
    [InlineData("headers: A", "CAP012")]
    [InlineData("check: { matches: \"(\" }", "CAP151")]
    [InlineData("check: { json: \"items[x]\" }", "CAP152")]
    [InlineData("check: { equals: 1 }", "CAP013")]
    [InlineData("check: { status: 99 }", "CAP023")]
    [InlineData("check: { staus: 200 }", "CAP010")]
    public void What_is_wrong_with_a_request_has_its_code(string line, string code) =>
        Assert.Contains(Read($"- {{ name: buy, service_time: 8ms, {line} }}").Diagnostics, d => d.Code == code);

    [Theory]
    [InlineData("http: { proxy: localhost }", "CAP153")]
    [InlineData("http: { version: 3 }", "CAP024")]
    [InlineData("http: { connections: 0 }", "CAP023")]
    [InlineData("http: { redirects: maybe }", "CAP024")]
    [InlineData("http: { connect_timeout: 5 }", "CAP021")]
    public void What_is_wrong_with_http_has_its_code(string line, string code) =>
        Assert.Contains(Read("- { name: buy, service_time: 8ms }", line).Diagnostics, d => d.Code == code);

    private static Parsed<Scenario> Read(string requests, string more = "") =>
        ScenarioReader.Read(new SourceText("s.yaml", $$"""
            version: 1
            name: s
            target: { service: shop_web, stack: stack.yml, alertmanager: alertmanager.yml }
            load:
              - { stage: peak, inject: 700/s, during: 5m }
            {{more}}
            requests:

            """ + requests));
}
