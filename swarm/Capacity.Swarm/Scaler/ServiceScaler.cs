using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Capacity.Control.Scaling;
using Capacity.Swarm.Engine;

namespace Capacity.Swarm.Scaler;

/// <summary>Carries out what docker-scaler's policy decides: one change of a service after the other.</summary>
/// <param name="settings">How the scaler runs.</param>
/// <param name="engine">A manager of the swarm.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class ServiceScaler(ScalerSettings settings, EngineClient engine, TimeProvider clock) : IDisposable
{
    // A fixed number of gates: names in requests are not ours, and must not fill the memory.
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];
    private readonly ConcurrentDictionary<string, DateTimeOffset> _changed = new(StringComparer.Ordinal);
    private readonly NotificationMemory _memory = new(settings.OnceWithin, clock);

    /// <summary>Answers one request, after all earlier ones for the same service.</summary>
    /// <param name="body">Of the request; may be a notification of Alertmanager.</param>
    /// <param name="query">Of the request, without the question mark.</param>
    /// <param name="cancellationToken">Gives up waiting; a change that has begun is finished.</param>
    public async Task<ScaleAnswer> ScaleAsync(string body, string query, CancellationToken cancellationToken)
    {
        ScaleRequest request = ScaleRequest.Parse(body, query);
        if (request.Service.Length == 0 || request.Scale is not ("up" or "down"))
        {
            return DockerScaler.Handle(settings.Options, null, request); // says what is missing
        }

        string? identity = settings.OnceWithin > TimeSpan.Zero ? NotificationMemory.Identity(body) : null;
        SemaphoreSlim gate = _gates[unchecked((uint)request.Service.GetHashCode(StringComparison.Ordinal)) % 64];
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (_memory.Recall(identity) is { } earlier)
            {
                return Answer(200, request, $"{request.Service} has already answered this notification: {earlier}");
            }

            ScaleAnswer answer = await DecideAsync(request, CancellationToken.None);
            if (answer.Status == 200)
            {
                _memory.Remember(identity, answer.Message);
            }

            return answer;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (SemaphoreSlim gate in _gates)
        {
            gate.Dispose();
        }
    }

    /// <summary>An answer of ours, in docker-scaler's form.</summary>
    public static string Body(int status, string message) => new JsonObject
    {
        ["status"] = status == 200 ? "OK" : "NOK",
        ["message"] = message,
    }.ToJsonString();

    private async Task<ScaleAnswer> DecideAsync(ScaleRequest request, CancellationToken cancellationToken)
    {
        ScaleAnswer? answer = null;
        string id = "";
        try
        {
            await engine.ChangeAsync(request.Service, service =>
            {
                id = service?.Id ?? "";
                answer = Decide(request, service);
                return answer.NewReplicas is { } replicas && !settings.DryRun
                    ? ServiceEdit.WithReplicas(service!, (ulong)replicas) : null;
            }, cancellationToken);
        }
        catch (EngineException problem)
        {
            // The Docker client prints the engine's answer as it came.
            return DockerScaler.UpdateRefused(request, problem.Call.StartsWith("GET", StringComparison.Ordinal)
                ? $"docker inspect failed in ScalerService: {problem.Message}"
                : $"Error response from daemon: {(problem.Body.Length > 0 ? problem.Body : problem.Message)}");
        }

        if (answer!.NewReplicas is null)
        {
            return answer;
        }

        if (settings.DryRun)
        {
            return Answer(200, request, $"dry run, nothing is changed: {answer.Message}");
        }

        _changed[id] = clock.GetUtcNow();
        return answer;
    }

    private ScaleAnswer Decide(ScaleRequest request, EngineService? service)
    {
        if (service is null)
        {
            return DockerScaler.Handle(settings.Options, null, request);
        }

        Dictionary<string, string> labels = service.Spec.Labels ?? [];
        ScalerOptions options = settings.Options;
        if (settings.OnlyLabelled && !Array.Exists(
            [options.MinLabel, options.MaxLabel, options.UpByLabel, options.DownByLabel], labels.ContainsKey))
        {
            return Answer(403, request, $"{request.Service} has none of the labels {options.MinLabel}, "
                + $"{options.MaxLabel}, {options.UpByLabel}, {options.DownByLabel}, and only services that have one "
                + "are scaled");
        }

        EngineServiceMode mode = service.Spec.Mode;
        ServiceMode kind = mode.Replicated is not null ? ServiceMode.Replicated
            : mode.Global is not null ? ServiceMode.Global : ServiceMode.Other;
        int? replicas = mode.Replicated?.Replicas is { } many ? (int)Math.Min(many, int.MaxValue) : null;
        TimeSpan? since = _changed.TryGetValue(service.Id, out DateTimeOffset at) ? clock.GetUtcNow() - at : null;
        return DockerScaler.Handle(options, new ScalerService(request.Service, kind, replicas, labels), request, since);
    }

    private static ScaleAnswer Answer(int status, ScaleRequest request, string message)
    {
        string outcome = status == 200 ? "success" : "error";
        return new ScaleAnswer(status, Body(status, message), message, null, null)
        {
            LogLines = [$"Scale service {request.Scale}: {request.Service}", $"scale-service {outcome}: {message}"],
        };
    }
}
