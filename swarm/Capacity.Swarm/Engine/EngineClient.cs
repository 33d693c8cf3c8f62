using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Capacity.Swarm.Engine;

/// <summary>The Docker engine of a swarm's manager: services, tasks, nodes and events.</summary>
/// <remarks>Every call ends: with an answer, or after <see cref="EngineOptions.Timeout"/> with an
/// <see cref="EngineException"/>. Safe for use by several threads.</remarks>
public sealed partial class EngineClient : IDisposable
{
    private readonly EngineTransport _transport;
    private readonly EngineOptions _options;

    /// <summary>Makes a client; nothing is connected yet.</summary>
    public EngineClient(EngineAddress address, EngineOptions? options = null)
    {
        Address = address;
        _options = options ?? new EngineOptions();
        _transport = new EngineTransport(address, _options.Timeout);
    }

    /// <summary>Where the engine listens.</summary>
    public EngineAddress Address { get; }

    /// <summary>The version of the API that engine and client speak, for example <c>1.41</c>.</summary>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    public Task<string> VersionAsync(CancellationToken cancellationToken) =>
        _transport.VersionAsync(cancellationToken);

    /// <summary>All services.</summary>
    /// <param name="label">Only those with this label, <c>name</c> or <c>name=value</c>; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">The engine refuses, for example because it is no manager of a
    /// swarm.</exception>
    public async Task<IReadOnlyList<EngineService>> ServicesAsync(
        string? label, CancellationToken cancellationToken) =>
        await _transport.GetAsync($"services?status=true{Filter("&filters=", label is null ? [] : [("label", label)])}",
            EngineJson.Default.ListEngineService, cancellationToken) ?? [];

    /// <summary>One service.</summary>
    /// <param name="name">Name or id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public Task<EngineService?> ServiceAsync(string name, CancellationToken cancellationToken) =>
        _transport.GetAsync($"services/{Uri.EscapeDataString(name)}", EngineJson.Default.EngineService,
            cancellationToken);

    /// <summary>Tasks, past ones among them.</summary>
    /// <param name="service">Name or id of a service; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public async Task<IReadOnlyList<EngineTask>> TasksAsync(string? service, CancellationToken cancellationToken) =>
        await _transport.GetAsync("tasks" + Filter("?filters=", service is null ? [] : [("service", service)]),
            EngineJson.Default.ListEngineTask, cancellationToken) ?? [];

    /// <summary>The nodes of the swarm.</summary>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public async Task<IReadOnlyList<EngineNode>> NodesAsync(CancellationToken cancellationToken) =>
        await _transport.GetAsync("nodes", EngineJson.Default.ListEngineNode, cancellationToken) ?? [];

    /// <summary>Writes a specification once.</summary>
    /// <param name="service">As it was read; its version decides whether the write counts.</param>
    /// <param name="spec">The whole new specification, JSON.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">The engine refuses; <see cref="EngineException.IsConflict"/> when the service
    /// was changed meanwhile.</exception>
    public Task UpdateAsync(EngineService service, string spec, CancellationToken cancellationToken) =>
        _transport.CallAsync(HttpMethod.Post, FormattableString.Invariant(
            $"services/{service.Id}/update?version={service.Version.Index}&registryAuthFrom=spec"), spec,
                cancellationToken);

    /// <summary>Reads a service, decides, writes; and again from the start when another writer was quicker.</summary>
    /// <param name="name">Name or id.</param>
    /// <param name="decide">Takes the service, or null when there is none; the new specification, or null to leave it
    /// as it is. It is called once more after each conflict.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">The engine refuses, or conflicts did not end.</exception>
    public async Task ChangeAsync(
        string name, Func<EngineService?, string?> decide, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            EngineService? service = await ServiceAsync(name, cancellationToken);
            string? spec = decide(service);
            if (spec is null || service is null)
            {
                return;
            }

            try
            {
                await UpdateAsync(service, spec, cancellationToken);
                return;
            }
            catch (EngineException conflict) when (conflict.IsConflict && attempt < _options.ConflictRetries)
            {
                // The orchestrator writes too, and soon stops: waits grow only to a tenth of a second.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(100, 2 * (attempt + 1))), cancellationToken);
            }
        }
    }

    /// <summary>Sets the desired replicas of a replicated service, whatever they were.</summary>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public Task ScaleAsync(string name, int replicas, CancellationToken cancellationToken) => ChangeAsync(name,
        service => service?.Spec.Mode.Replicated is null ? null : ServiceEdit.WithReplicas(service, (ulong)replicas),
        cancellationToken);

    /// <summary>What a container of this node has written so far, with the engine's own bytes before each
    /// line.</summary>
    /// <param name="container">Its id; it may have ended.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">The engine refuses, for example because the container is gone.</exception>
    public Task<string> LogsAsync(string container, CancellationToken cancellationToken) =>
        _transport.CallAsync(HttpMethod.Get,
            $"containers/{Uri.EscapeDataString(container)}/logs?stdout=true&stderr=true", null, cancellationToken);

    /// <summary>Events as they happen, until cancelled. A broken stream is opened again, from where it broke.</summary>
    /// <param name="types">For example <c>service</c>, <c>node</c>; none for all.</param>
    /// <param name="interrupted">Told of each broken stream.</param>
    /// <param name="cancellationToken">Ends the enumeration, with an exception.</param>
    public async IAsyncEnumerable<EngineEvent> EventsAsync(IReadOnlyList<string> types,
        Action<EngineException>? interrupted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new SeenEvents();
        while (true)
        {
            StreamReader? stream = await OpenEventsAsync(types, seen.Since, interrupted, cancellationToken);
            while (stream is not null && await NextAsync(stream, interrupted, cancellationToken) is { } happened)
            {
                if (seen.Add(happened))
                {
                    yield return happened;
                }
            }

            stream?.Dispose();
            await Task.Delay(_options.ReconnectPause, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private async Task<StreamReader?> OpenEventsAsync(
        IReadOnlyList<string> types, long since, Action<EngineException>? interrupted, CancellationToken cancellation)
    {
        string path = $"events{Filter("?filters=", [.. types.Select(t => ("type", t))])}";
        if (since > 0)
        {
            path += (types.Count > 0 ? "&" : "?") + FormattableString.Invariant(
                $"since={since / 1_000_000_000}.{since % 1_000_000_000:000000000}");
        }

        try
        {
            return await _transport.OpenAsync(path, cancellation);
        }
        catch (EngineException problem)
        {
            interrupted?.Invoke(problem);
            return null;
        }
    }

    private async Task<EngineEvent?> NextAsync(
        StreamReader stream, Action<EngineException>? interrupted, CancellationToken cancellation)
    {
        try
        {
            string? line = await stream.ReadLineAsync(cancellation);
            if (line is not null)
            {
                return JsonSerializer.Deserialize(line, EngineJson.Default.EngineEvent);
            }

            interrupted?.Invoke(new EngineException("GET /events", null, "",
                $"GET /events: {Address} ended the stream"));
        }
        catch (Exception problem) when (problem is IOException or JsonException or HttpRequestException)
        {
            interrupted?.Invoke(new EngineException("GET /events", null, "",
                $"GET /events: the stream of {Address} broke: {problem.Message}", problem));
        }

        return null;
    }

    private static string Filter(string before, (string Key, string Value)[] filters)
    {
        if (filters.Length == 0)
        {
            return "";
        }

        Dictionary<string, string[]> json = filters.GroupBy(f => f.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(f => f.Value).ToArray(), StringComparer.Ordinal);
        return before + Uri.EscapeDataString(
            JsonSerializer.Serialize(json, EngineJson.Default.DictionaryStringStringArray));
    }
}
