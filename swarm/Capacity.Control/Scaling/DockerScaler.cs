using System.Text;
using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>docker-scaler's decision: a request and a service → the answer, the new number of replicas, an
/// alert.</summary>
/// <remarks>Source: docker-scaler, server/server.go, service/scaler.go and service/resolvedelta.go.</remarks>
public static class DockerScaler
{
    /// <summary>Decides one request.</summary>
    /// <param name="options">The scaler's settings.</param>
    /// <param name="service">What Docker says of the service named in the request; null when there is none.</param>
    /// <param name="request">What is asked.</param>
    public static ScaleAnswer Handle(ScalerOptions options, ScalerService? service, ScaleRequest request) =>
        Handle(options, service, request, sinceLastChange: null);

    /// <summary>Decides one request, with the cool-down.</summary>
    /// <param name="options">The scaler's settings.</param>
    /// <param name="service">What Docker says of the service named in the request; null when there is none.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="sinceLastChange">Time since the service was last scaled; null when it never was.</param>
    public static ScaleAnswer Handle(
        ScalerOptions options, ScalerService? service, ScaleRequest request, TimeSpan? sinceLastChange)
    {
        if (Refusal(request) is { } refusal)
        {
            ScalerAlert alert = Alert("bad_request", "Incorrect request", "error", refusal);
            return Answer(400, refusal, null, alert) with { LogLines = [$"scale-service error: {refusal}"] };
        }

        string name = request.Service;
        string asked = $"Scale service {request.Scale}: {name}";
        if (Obstacle(options, service, request) is { } obstacle)
        {
            return Answer(500, obstacle, null, Alert(name, asked, "error", obstacle)) with
            {
                LogLines = [asked, $"scale-service error: {obstacle}"],
            };
        }

        bool up = request.Scale == "up";
        (ulong min, ulong max) = Bounds(options, service!.Labels);
        var current = (ulong)service.Replicas!.Value;
        ulong wanted = Wanted(current, Delta(options, service.Labels, request.By, up), min, max);
        bool atBound = wanted == current;
        string message = atBound
            ? up ? $"{name} is already scaled to the maximum number of {max} replicas"
                : $"{name} is already descaled to the minimum number of {min} replicas"
            : $"Scaling {name} from {current} to {wanted} replicas (min: {min}, max: {max})";
        if (!atBound && sinceLastChange < options.CoolDown)
        {
            message = $"{name} was scaled {PrometheusDuration.Format(sinceLastChange.Value)} ago and cools down for "
                + PrometheusDuration.Format(options.CoolDown);
            atBound = true;
        }

        bool tell = !atBound || (up ? options.AlertAtMax : options.AlertAtMin);
        int? replicas = atBound ? null : (int)Math.Min(wanted, int.MaxValue);
        return Answer(200, message, replicas, tell ? Alert(name, asked, "success", message) : null) with
        {
            LogLines = [asked, $"scale-service success: {message}"],
        };
    }

    /// <summary>The answer when Docker refuses the update; <paramref name="reason"/> is the Docker client's
    /// text.</summary>
    public static ScaleAnswer UpdateRefused(ScaleRequest request, string reason)
    {
        string asked = $"Scale service {request.Scale}: {request.Service}";
        return Answer(500, reason, null, Alert(request.Service, asked, "error", reason)) with
        {
            LogLines = [asked, $"scale-service error: {reason}"],
        };
    }

    /// <summary>The bounds that hold for a service: labels that are whole numbers ≥ 0, else the defaults.</summary>
    /// <param name="options">The scaler's own environment.</param>
    /// <param name="labels">Labels of the service.</param>
    public static (ulong Min, ulong Max) Bounds(ScalerOptions options, IReadOnlyDictionary<string, string> labels)
    {
        ulong Bound(string label, int fallback) =>
            labels.TryGetValue(label, out string? text) && GoInteger.TryAtoi(text, out long bound) && bound >= 0
                ? (ulong)bound
                : (ulong)Math.Max(0, fallback);
        return (Bound(options.MinLabel, options.DefaultMin), Bound(options.MaxLabel, options.DefaultMax));
    }

    private static string? Refusal(ScaleRequest request) => request switch
    {
        { Service.Length: 0 } => "No service name in request",
        { Scale.Length: 0 } => "No scale direction in request",
        { Scale: not ("up" or "down") } => "Incorrect scale direction in request",
        _ => null,
    };

    private static string? Obstacle(ScalerOptions options, ScalerService? service, ScaleRequest request)
    {
        string name = request.Service;
        return service switch
        {
            null => $"docker inspect failed in ScalerService: Error: No such service: {name}",
            { Mode: ServiceMode.Global } => $"{name} is a global service (can not be scaled)",
            { Mode: not ServiceMode.Replicated } => $"Unable to recognize service model for: {name}",
            { Replicas: null } => $"{name} does not have a replicas value",
            _ => Safety(options, service.Labels, request),
        };
    }

    private static string? Safety(
        ScalerOptions options, IReadOnlyDictionary<string, string> labels, ScaleRequest request)
    {
        string label = request.Scale == "up" ? options.UpByLabel : options.DownByLabel;
        if (options.RefuseNegativeSteps && request.By == 0
            && GoInteger.TryAtoi(labels.GetValueOrDefault(label, ""), out long step) && step < 0)
        {
            return $"{request.Service} has a negative step: {label}={step}";
        }

        (ulong min, ulong max) = Bounds(options, labels);
        return options.RefuseMinAboveMax && min > max
            ? $"{request.Service} has a minimum of {min} replicas above its maximum of {max}"
            : null;
    }

    private static long Delta(ScalerOptions options, IReadOnlyDictionary<string, string> labels, ulong by, bool up)
    {
        unchecked
        {
            if (by != 0)
            {
                return up ? (long)by : -(long)by; // beyond 2^63 the sign flips, as in Go
            }

            string label = up ? options.UpByLabel : options.DownByLabel;
            long step = GoInteger.TryAtoi(labels.GetValueOrDefault(label, ""), out long given)
                ? given
                : up ? options.DefaultUpBy : options.DefaultDownBy;
            return up ? step : -step;
        }
    }

    // The maximum wins over the minimum, because it is applied last.
    private static ulong Wanted(ulong current, long delta, ulong min, ulong max)
    {
        long sum = unchecked((long)current + delta);
        return Math.Min(Math.Max((ulong)Math.Max(0, sum), min), max);
    }

    private static ScaleAnswer Answer(int status, string message, int? replicas, ScalerAlert? alert)
    {
        string body = new StringBuilder("{\"status\":").Append(status == 200 ? "\"OK\"" : "\"NOK\"")
            .Append(",\"message\":").Quote(message).Append('}').ToString();
        return new ScaleAnswer(status, body, message, replicas, alert);
    }

    private static ScalerAlert Alert(string service, string request, string status, string message) => new(
        LabelSet.Of(("alertname", "scale_service"), ("service", service), ("status", status)),
        LabelSet.Of(("request", request), ("summary", message)));
}
