using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using Capacity.Swarm;
using Microsoft.AspNetCore.Http;

namespace Capacity.Cli.Exposing;

/// <summary>A run's own metrics for Prometheus, while it goes on: <c>GET /metrics</c>.</summary>
internal sealed class MetricsPage : IAsyncDisposable
{
    private HttpHost? _host;
    private volatile string _text = "";

    /// <summary>Where it listens.</summary>
    public Uri Address => _host!.Address;

    /// <summary>The option that asks for it.</summary>
    public static Option<IPEndPoint?> Option() => new("--prometheus")
    {
        Description = "Expose the run's own metrics on this port, :9464, or host:port; without a host on 127.0.0.1",
        HelpName = ":port",
        CustomParser = result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (TryParse(text, out IPEndPoint? place))
            {
                return place;
            }

            result.AddError($"--prometheus must be a port such as :9464, or an address such as 0.0.0.0:9464, "
                + $"not '{text}'");
            return null;
        },
    };

    /// <summary>Reads <c>:9464</c>, <c>9464</c>, <c>localhost:9464</c> or <c>0.0.0.0:9464</c>.</summary>
    internal static bool TryParse(string text,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPEndPoint? place)
    {
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon];
        IPAddress? address = host is "" or "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(host, out IPAddress? given) ? given : null;
        bool good = int.TryParse(
            text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65_535;
        place = good && address is not null ? new IPEndPoint(address, port) : null;
        return place is not null;
    }

    /// <summary>Starts the page, or none.</summary>
    /// <param name="place">Null starts none.</param>
    /// <param name="console">Told where it listens.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="EnvironmentFailedException">The port cannot be used.</exception>
    public static async Task<MetricsPage?> StartAsync(
        IPEndPoint? place, CommandConsole console, CancellationToken cancellation)
    {
        if (place is null)
        {
            return null;
        }

        var page = new MetricsPage();
        try
        {
            page._host = await HttpHost.StartAsync(place.Address, place.Port, page.AnswerAsync, cancellation);
        }
        catch (ClusterException failure)
        {
            throw new EnvironmentFailedException(failure.Message, failure.Hint, failure);
        }

        console.Say($"metrics of this run: {page.Address}metrics");
        return page;
    }

    /// <summary>Replaces what is exposed.</summary>
    public void Show(string text) => _text = text;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        bool known = context.Request.Path.Value is "/metrics";
        byte[] bytes = Encoding.UTF8.GetBytes(known ? _text : "404: see /metrics\n");
        context.Response.StatusCode = known ? 200 : 404;
        context.Response.ContentType = MetricSet.ContentType;
        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes);
    }
}
