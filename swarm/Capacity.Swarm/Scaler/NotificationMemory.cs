using System.Globalization;
using System.Text.Json;

namespace Capacity.Swarm.Scaler;

/// <summary>Remembers which notifications were obeyed, so that one that Alertmanager sends again scales once.</summary>
/// <remarks>Alertmanager sends again after a time-out, and each member of a cluster may send: the same group, with the
/// same start of its alerts. A notification after <c>repeat_interval</c> looks alike and is meant to scale again,
/// therefore the memory is short.</remarks>
/// <param name="span">How long it remembers; zero for not at all.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class NotificationMemory(TimeSpan span, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateTimeOffset At, string Message)> _obeyed = new(StringComparer.Ordinal);

    /// <summary>The identity of a notification: its group and the first start among its alerts.</summary>
    /// <returns>Null when the body is no notification of Alertmanager.</returns>
    public static string? Identity(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (!json.RootElement.TryGetProperty("groupKey", out JsonElement group)
                || group.GetString() is not { Length: > 0 } key
                || !json.RootElement.TryGetProperty("alerts", out JsonElement alerts))
            {
                return null;
            }

            DateTimeOffset? first = null;
            foreach (JsonElement alert in alerts.EnumerateArray())
            {
                if (alert.TryGetProperty("startsAt", out JsonElement start)
                    && start.TryGetDateTimeOffset(out DateTimeOffset at) && !(first <= at))
                {
                    first = at;
                }
            }

            return first is { } known ? $"{key} {known.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}" : null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What was answered when the same notification was obeyed.</summary>
    /// <returns>Null when it was not, or too long ago.</returns>
    public string? Recall(string? identity)
    {
        lock (_gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            foreach (string old in _obeyed.Where(o => now - o.Value.At >= span).Select(o => o.Key).ToList())
            {
                _obeyed.Remove(old);
            }

            return identity is not null && _obeyed.TryGetValue(identity, out (DateTimeOffset, string Message) found)
                ? found.Message : null;
        }
    }

    /// <summary>Remembers a notification that was obeyed.</summary>
    public void Remember(string? identity, string message)
    {
        if (identity is not null && span > TimeSpan.Zero)
        {
            lock (_gate)
            {
                _obeyed[identity] = (clock.GetUtcNow(), message);
            }
        }
    }
}
