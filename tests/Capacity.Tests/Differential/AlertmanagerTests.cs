using System.Globalization;
using Capacity.Tests.Swarm;

namespace Capacity.Tests.Differential;

/// <summary>Random schedules of alerts, played to the real Alertmanager 0.25 and replayed:
/// <c>./run.sh test differential</c>.</summary>
public sealed class AlertmanagerTests
{
    private const int SideBySide = 8;
    private const int FirstSeed = 1;
    private const double Tolerance = 0.1; // seconds

    [Fact(Explicit = true)]
    public async Task The_real_alertmanager_and_its_replay_send_the_same_webhooks()
    {
        int count = int.Parse(Environment.GetEnvironmentVariable("CAPACITY_DIFFERENTIAL_SCHEDULES") ?? "24",
            CultureInfo.InvariantCulture);
        CancellationToken stop = TestContext.Current.CancellationToken;
        var runs = new Dictionary<string, ScheduleRun>(StringComparer.Ordinal);
        await using HttpHostForTests receiver = await HttpHostForTests.StartAsync(
            context => runs[context.Request.Path.Value!.Split('/')[1]].ReceiveAsync(context), stop);
        var schedules = new List<RandomSchedule>();
        int seed = FirstSeed;
        while (schedules.Count < count)
        {
            string url = receiver.Address.ToString().TrimEnd('/') + $"/{schedules.Count}";
            schedules.Add(RandomSchedule.WithoutRaces(ref seed, url));
        }

        string[] differences = new string[count];
        int webhooks = 0;
        int repeats = 0;
        int[] left = [.. Enumerable.Range(0, count)];
        // What a busy machine delays once, it does not delay again.
        for (int attempt = 0; attempt < 2 && left.Length > 0; attempt++)
        {
            repeats += attempt > 0 ? left.Length : 0;
            foreach (int[] batch in left.Chunk(SideBySide))
            {
                foreach (int i in batch)
                {
                    runs[i.ToString(CultureInfo.InvariantCulture)] = new ScheduleRun(schedules[i]);
                }

                await Task.WhenAll(batch.Select(async i =>
                {
                    ScheduleRun run = runs[i.ToString(CultureInfo.InvariantCulture)];
                    differences[i] = await run.PlayAsync(Tolerance, stop);
                    Interlocked.Add(ref webhooks, differences[i].Length == 0 ? run.Webhooks : 0);
                }));
            }

            left = [.. left.Where(i => differences[i].Length > 0)];
        }

        int raced = seed - FirstSeed - count;
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"prometheus-alertmanager: {count - left.Length} of {count} random schedules equal: {webhooks} webhooks in "
            + $"order, each within {Tolerance * 1000:0} ms; {raced} schedules with races left out; {repeats} repeats");
        DifferentialReport.Write(line, [.. left.Select(i => differences[i])]);
        Assert.True(left.Length == 0, string.Join("\n\n", left.Select(i => differences[i])));
    }
}
