using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Capacity.Swarm;
using Capacity.Swarm.Engine;
using Capacity.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Capacity.Tests.Swarm;

/// <summary>An engine that asks for the client's certificate, as <c>dockerd --tlsverify</c> does.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class EngineTlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("test authority");

    public EngineTlsTests()
    {
        File.WriteAllText(_folder.File("ca.pem"), _authority.Certificate.ExportCertificatePem());
        _authority.Write("client", _folder.File("cert.pem"), _folder.File("key.pem"));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Client_and_engine_know_each_other_by_their_certificates()
    {
        await using WebApplication engine = await StartAsync("localhost", _authority);
        using var client = new EngineClient(Address(engine, "localhost"));

        Assert.Equal("1.41", await client.VersionAsync(Stop));
        Assert.Equal("n", Assert.Single(await client.NodesAsync(Stop)).Id);
    }

    [Fact]
    public async Task An_engine_of_another_authority_is_refused()
    {
        using var other = new TestAuthority("another authority");
        await using WebApplication engine = await StartAsync("localhost", other);
        using var client = new EngineClient(Address(engine, "localhost"));

        EngineException problem = await Assert.ThrowsAsync<EngineException>(() => client.NodesAsync(Stop));
        Assert.Contains("TLS: ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_by_another_name_is_refused()
    {
        await using WebApplication engine = await StartAsync("elsewhere.example", _authority);
        using var client = new EngineClient(Address(engine, "localhost"));

        EngineException problem = await Assert.ThrowsAsync<EngineException>(() => client.NodesAsync(Stop));
        Assert.Contains("RemoteCertificateNameMismatch", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_without_the_right_certificate_is_told_so()
    {
        await using WebApplication engine = await StartAsync("localhost", _authority);
        using var other = new TestAuthority("another authority");
        other.Write("nobody", _folder.File("cert.pem"), _folder.File("key.pem"));
        using var client = new EngineClient(Address(engine, "localhost"));

        EngineException problem = await Assert.ThrowsAsync<EngineException>(() => client.NodesAsync(Stop));
        Assert.Contains("cannot be reached", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca.pem")]
    [InlineData("cert.pem")]
    [InlineData("key.pem")]
    public void A_missing_or_broken_file_is_named(string name)
    {
        EngineAddress address = EngineAddress.Parse("tcp://localhost:2376", Variables);
        foreach (Action spoil in (Action[])[() => File.WriteAllText(_folder.File(name), "nonsense"),
            () => File.Delete(_folder.File(name))])
        {
            spoil();
            ClusterException problem = Assert.Throws<ClusterException>(() => new EngineClient(address));
            Assert.Contains(name, problem.Message, StringComparison.Ordinal);
            Assert.Contains("DOCKER_CERT_PATH", problem.Hint, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("tcp://h:1", "", "", "http://h:1/", null)]
    [InlineData("tcp://h", "", "", "http://h:2375/", null)]
    [InlineData("tcp://h", "1", "", "https://h:2376/", "/h/.docker")]
    [InlineData("tcp://h:9", "1", "/certs", "https://h:9/", "/certs")]
    [InlineData("tcp://h:9", "", "/certs", "https://h:9/", "/certs")]
    [InlineData("unix:///s", "1", "/certs", "http://docker/", null)]
    public void Variables_decide_about_TLS(string text, string verify, string path, string server, string? folder)
    {
        EngineAddress address = EngineAddress.Parse(text, name => name switch
        {
            "DOCKER_TLS_VERIFY" => verify,
            "DOCKER_CERT_PATH" => path,
            "HOME" => "/h",
            _ => null,
        });

        Assert.Equal((new Uri(server), folder), (address.Server, address.Certificates));
    }

    private string? Variables(string name) => name == "DOCKER_CERT_PATH" ? _folder.Path : null;

    private EngineAddress Address(WebApplication engine, string name)
    {
        string bound = engine.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.Single();
        return EngineAddress.Parse($"tcp://{name}:{new Uri(bound).Port}", Variables);
    }

    private async Task<WebApplication> StartAsync(string name, TestAuthority signer)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 own = X509CertificateLoader.LoadPkcs12(
            signer.Sign(name, key).CopyWithPrivateKey(key).Export(X509ContentType.Pkcs12), null);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(own, https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, _, _) =>
                certificate.IssuerName.RawData.SequenceEqual(_authority.Certificate.SubjectName.RawData);
        })));
        WebApplication app = builder.Build();
        app.Run(context =>
        {
            context.Response.Headers["Api-Version"] = "1.41";
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync("""[{"ID":"n","Spec":{"Role":"manager"}}]""");
        });
        await app.StartAsync(Stop);
        return app;
    }
}
