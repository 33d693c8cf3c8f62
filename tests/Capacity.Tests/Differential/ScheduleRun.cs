using System.Globalization;
using System.Text.Json.Nodes;
using Capacity.Control.Alertmanager;
using Capacity.Tests.Alertmanager;
using Microsoft.AspNetCore.Http;

namespace Capacity.Tests.Differential;

/// <summary>Plays a schedule to a real Alertmanager, records what it sends, and replays that.</summary>
internal sealed class ScheduleRun(RandomSchedule schedule)
{
    private readonly JsonArray _webhooks = [];
    private readonly Lock _gate = new();
    private DateTime _zero;

    /// <summary>How many webhooks came.</summary>
    public int Webhooks => _webhooks.Count;

    /// <summary>Where the webhooks go.</summary>
    public async Task ReceiveAsync(HttpContext context)
    {
        double at = (DateTime.UtcNow - _zero).TotalSeconds;
        JsonNode payload =
            (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
        lock (_gate)
        {
            _webhooks.Add(new JsonObject
            {
                ["t"] = at,
                ["path"] = context.Request.Path.Value!.Split('/')[^1],
                ["responded"] = schedule.Code,
                ["response_delay"] = schedule.Delay,
                ["payload"] = payload,
            });
        }

        await Task.Delay(TimeSpan.FromSeconds(schedule.Delay), context.RequestAborted);
        context.Response.StatusCode = schedule.Code;
    }

    /// <summary>Plays the schedule and compares.</summary>
    /// <returns>What differs; empty when nothing does.</returns>
    public async Task<string> PlayAsync(double toleranceSeconds, CancellationToken stop)
    {
        await using AlertmanagerProcess real = await AlertmanagerProcess.StartAsync(
            schedule.Scenario["alertmanager_yml"]!.GetValue<string>(), stop);
        _zero = DateTime.UtcNow + TimeSpan.FromSeconds(0.6);
        var sent = new JsonArray();
        foreach (JsonNode? node in schedule.Scenario["actions"]!.AsArray())
        {
            JsonObject action = node!.AsObject();
            double planned = action["t"]!.GetValue<double>();
            await WaitAsync(planned, stop);
            double before = (DateTime.UtcNow - _zero).TotalSeconds;
            await ActAsync(real, action, stop);
            double after = (DateTime.UtcNow - _zero).TotalSeconds;
            sent.Add(new JsonObject { ["t"] = planned, ["sent"] = (before + after) / 2 });
        }

        await WaitAsync(schedule.Duration, stop);
        JsonArray webhooks;
        lock (_gate)
        {
            webhooks = new JsonArray(
                [.. _webhooks.Where(w => w!["t"]!.GetValue<double>() <= schedule.Duration)
                .Select(w => w!.DeepClone())]);
        }

        var run = new JsonObject
        {
            ["process_start"] = (real.Ready - _zero).TotalSeconds - 0.01,
            ["actions"] = sent,
            ["webhooks"] = webhooks,
        };
        return Compare(run, toleranceSeconds);
    }

    private string Compare(JsonObject run, double toleranceSeconds)
    {
        var options = new AlertmanagerOptions { TimerDrift = TimeSpan.FromMilliseconds(1) };
        var trace = new Trace(
            RandomSchedule.Element(schedule.Scenario), RandomSchedule.Element(run), options);
        List<Sent> recorded = trace.Recorded();
        List<Sent> replayed = trace.Replayed();
        // What is sent in the last moment may come after it.
        double end = schedule.Duration - 0.5;
        string difference = RecordedTraces.Difference(
            [.. recorded.Where(s => s.Time < end)], [.. replayed.Where(s => s.Time < end)], toleranceSeconds);
        return difference.Length == 0 ? "" : $"{schedule.Id}: {difference}\n"
            + $"{schedule.Scenario["alertmanager_yml"]!.GetValue<string>()}\n{schedule.Scenario["actions"]}\n"
            + $"recorded\n{RecordedTraces.Show(recorded)}replayed\n{RecordedTraces.Show(replayed)}";
    }

    private async Task WaitAsync(double until, CancellationToken stop)
    {
        TimeSpan left = _zero + TimeSpan.FromSeconds(until) - DateTime.UtcNow;
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, stop);
        }
    }

    private async Task ActAsync(AlertmanagerProcess real, JsonObject action, CancellationToken stop)
    {
        switch (action["op"]!.GetValue<string>())
        {
            case "alerts":
                await real.PostAsync(
                    new JsonArray([.. action["alerts"]!.AsArray().Select(a => (JsonNode)Alert(a!.AsObject()))]), stop);
                break;
            case "silence":
                await real.SilenceAsync(
                    new JsonObject
                    {
                        ["matchers"] = action["matchers"]!.DeepClone(),
                        ["startsAt"] = Time(action["start"]!),
                        ["endsAt"] = Time(action["end"]!),
                        ["createdBy"] = "a test",
                        ["comment"] = "a test",
                    }, stop);
                break;
            default:
                await real.ReloadAsync(stop);
                break;
        }
    }

    private JsonObject Alert(JsonObject alert)
    {
        var posted = new JsonObject
        {
            ["labels"] = alert["labels"]!.DeepClone(),
            ["annotations"] = alert["annotations"]!.DeepClone(),
        };
        foreach (string time in new[] { "startsAt", "endsAt" })
        {
            if (alert[time] is { } value)
            {
                posted[time] = Time(value);
            }
        }

        return posted;
    }

    private string Time(JsonNode seconds) => (_zero + TimeSpan.FromSeconds(seconds.GetValue<double>()))
        .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
