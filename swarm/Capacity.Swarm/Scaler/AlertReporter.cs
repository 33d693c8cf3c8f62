using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Capacity.Control;
using Capacity.Control.Scaling;

namespace Capacity.Swarm.Scaler;

/// <summary>Tells Alertmanager what the scaler did, as an alert that ends by itself.</summary>
/// <remarks>Source: docker-scaler, service/alert.go. Newer Alertmanagers have no version 1 of their API any more: a 404
/// or 410 from it is followed by version 2, with the same alert.</remarks>
internal sealed class AlertReporter : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri? _address;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _clock;
    private readonly ServiceLog _log;
    private bool _second;

    public AlertReporter(ScalerSettings settings, TimeProvider clock, ServiceLog log)
    {
        _address = settings.Alertmanager;
        _lifetime = settings.Options.AlertTimeout;
        _clock = clock;
        _log = log;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = settings.RequestTimeout };
    }

    /// <summary>Sends an alert; a failure is logged and otherwise without consequence.</summary>
    public async Task SendAsync(ScalerAlert? alert, CancellationToken cancellationToken)
    {
        if (alert is null || _address is null)
        {
            return;
        }

        try
        {
            HttpStatusCode status = await PostAsync(alert, cancellationToken);
            if (!_second && status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            {
                _second = true;
                status = await PostAsync(alert, cancellationToken);
            }

            if ((int)status is < 200 or > 299)
            {
                Complain(alert, $"status {(int)status}");
            }
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException)
        {
            Complain(alert, problem.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpStatusCode> PostAsync(ScalerAlert alert, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        var json = new JsonArray(new JsonObject
        {
            ["labels"] = Map(alert.Labels),
            ["annotations"] = Map(alert.Annotations),
            ["startsAt"] = Time(now),
            ["endsAt"] = Time(now + _lifetime),
            ["generatorURL"] = "",
        });
        using var content = new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json");
        var address = new Uri($"{_address!.AbsoluteUri.TrimEnd('/')}/api/v{(_second ? 2 : 1)}/alerts");
        using HttpResponseMessage answer = await _http.PostAsync(address, content, cancellationToken);
        return answer.StatusCode;
    }

    private void Complain(ScalerAlert alert, string problem) => _log.Error(
        $"Alertmanager did not receive message: {alert.Annotations["summary"]}, error: {problem}");

    private static JsonObject Map(LabelSet labels)
    {
        var map = new JsonObject();
        foreach ((string name, string value) in labels.Labels)
        {
            map[name] = value;
        }

        return map;
    }

    private static string Time(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
}
