using Capacity.Control.Labels;
using Capacity.Swarm.Engine;

namespace Capacity.Swarm.Monitor;

/// <summary>Sees which services the swarm has: after each event, and every few seconds whatever happened.</summary>
/// <remarks>Source: docker-flow-swarm-listener, with polling on: an event that was missed costs one interval.</remarks>
internal sealed class SwarmFollower(EngineClient engine, TimeSpan interval, ServiceLog log)
{
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);
    private string _problem = "";

    /// <summary>Looks until cancelled; then it ends without an exception.</summary>
    /// <param name="see">Takes changed and vanished services; null when they took effect.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(
        Func<IReadOnlyList<MonitoredService>, IReadOnlyList<string>, Task<string?>> see,
        CancellationToken cancellationToken)
    {
        using var wake = new SemaphoreSlim(0);
        Task listening = ListenAsync(wake, cancellationToken);
        try
        {
            while (true)
            {
                await LookAsync(see, cancellationToken);
                if (await wake.WaitAsync(interval, cancellationToken))
                {
                    await Task.Delay(Settling, cancellationToken); // a stack is deployed as a burst of events
                    while (wake.Wait(0, cancellationToken))
                    {
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            await listening;
        }
        catch (Exception defect)
        {
            log.Error($"the swarm is not followed any more: {defect}"); // never silently
            throw;
        }
    }

    private async Task ListenAsync(SemaphoreSlim wake, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (EngineEvent _ in engine.EventsAsync(["service"], null, cancellationToken))
            {
                wake.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // asked to end
        }
    }

    private async Task LookAsync(
        Func<IReadOnlyList<MonitoredService>, IReadOnlyList<string>, Task<string?>> see,
        CancellationToken cancellationToken)
    {
        try
        {
            var changed = new List<MonitoredService>();
            var present = new HashSet<string>(StringComparer.Ordinal);
            foreach (EngineService service in await engine.ServicesAsync("com.df.notify", cancellationToken))
            {
                ulong? replicas = service.Spec.Mode.Replicated?.Replicas;
                IReadOnlyList<StackLabel>? parameters =
                    MonitorBook.Parameters(service.Spec.Name, replicas, service.Spec.Labels ?? []);
                if (parameters is null || replicas == 0)
                {
                    continue;
                }

                present.Add(service.Spec.Name);
                string print = string.Join('\n', parameters.Select(p => $"{p.Key}={p.Value}"));
                if (_seen.GetValueOrDefault(service.Spec.Name) != print)
                {
                    _seen[service.Spec.Name] = print;
                    changed.Add(MonitoredService.Read(parameters));
                }
            }

            string[] gone = [.. _seen.Keys.Where(name => !present.Contains(name)).Order(StringComparer.Ordinal)];
            foreach (string name in gone)
            {
                _seen.Remove(name);
            }

            await see(changed, gone); // also when nothing changed: a reload may be due
            _problem = "";
        }
        catch (EngineException problem)
        {
            if (problem.Message != _problem)
            {
                _problem = problem.Message;
                log.Error(problem.Message); // once, not every interval
            }
        }
    }
}
