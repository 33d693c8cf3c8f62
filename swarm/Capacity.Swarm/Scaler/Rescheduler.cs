using System.Globalization;
using Capacity.Control;
using Capacity.Control.Scaling;
using Capacity.Swarm.Engine;

namespace Capacity.Swarm.Scaler;

/// <summary>Replaces the tasks of services, so that new nodes take their part.</summary>
/// <remarks>Source: docker-scaler, service/rescheduler.go and server/server.go.</remarks>
internal sealed class Rescheduler(ScalerSettings settings, EngineClient engine, TimeProvider clock)
{
    private string Label => settings.RescheduleLabel.Split('=')[0];

    /// <summary>Reschedules one service.</summary>
    public async Task<ScaleAnswer> OneAsync(string name, CancellationToken cancellationToken)
    {
        string? problem = await TryAsync(name, Now(), cancellationToken);
        return Answer("reschedule-service", $"Rescheduling service: {name}", problem is null ? 200 : 500,
            problem ?? $"Rescheduled service: {name}");
    }

    /// <summary>Reschedules all services that have the label.</summary>
    public async Task<ScaleAnswer> AllAsync(CancellationToken cancellationToken)
    {
        const string Asked = "Rescheduling all labeled services";
        const string Word = "reschedule-services";
        try
        {
            string[] names = [.. (await engine.ServicesAsync(settings.RescheduleLabel, cancellationToken))
                .Select(s => s.Spec.Name).Order(StringComparer.Ordinal)];
            string now = Now();
            string?[] problems = await Task.WhenAll(names.Select(n => TryAsync(n, now, cancellationToken)));
            string done = string.Join(", ", names.Where((_, i) => problems[i] is null));
            string failed = string.Join(", ", names.Where((_, i) => problems[i] is not null));
            return failed.Length > 0
                ? Answer(Word, Asked, 500, $"{failed} failed to reschedule ({done} succeeded)")
                : Answer(Word, Asked, 200, done.Length > 0 ? $"{done} rescheduled" : "No services to reschedule");
        }
        catch (EngineException problem)
        {
            return Answer(Word, Asked, 500, problem.Message);
        }
    }

    private async Task<string?> TryAsync(string name, string now, CancellationToken cancellationToken)
    {
        string? problem = null;
        try
        {
            await engine.ChangeAsync(name, service =>
            {
                problem = Obstacle(name, service);
                return problem is not null || settings.DryRun ? null
                    : ServiceEdit.WithVariable(service!, settings.RescheduleVariable, now);
            }, cancellationToken);
        }
        catch (EngineException refused)
        {
            problem = refused.Message;
        }

        return problem;
    }

    private string? Obstacle(string name, EngineService? service)
    {
        if (service is null)
        {
            return $"Error: No such service: {name}";
        }

        string? value = (service.Spec.Labels ?? []).GetValueOrDefault(Label);
        return $"{Label}={value}" == settings.RescheduleLabel ? null
            : $"{name} is not labeled with {settings.RescheduleLabel} "
                + (value is null ? "(no label)" : $"({Label}={value})");
    }

    private string Now() => clock.GetUtcNow().ToString("yyyyMMddTHHmmss", CultureInfo.InvariantCulture);

    private static ScaleAnswer Answer(string word, string asked, int status, string message)
    {
        string outcome = status == 200 ? "success" : "error";
        var alert = new ScalerAlert(
            LabelSet.Of(("alertname", "reschedule_service"), ("service", "reschedule"), ("status", outcome)),
            LabelSet.Of(("request", asked), ("summary", message)));
        return new ScaleAnswer(status, ServiceScaler.Body(status, message), message, null, alert)
        {
            LogLines = [asked, $"{word} {outcome}: {message}"],
        };
    }
}
