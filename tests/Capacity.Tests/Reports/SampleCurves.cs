using Capacity.Model;

namespace Capacity.Tests.Reports;

/// <summary>Invented curves of an invented launch: two ramps that the replicas follow too late. No simulator is behind
/// them.</summary>
internal static class SampleCurves
{
    public const double Duration = 2700;
    public const double Step = 15;
    public const int Steps = (int)(Duration / Step);

    public static readonly (string Name, double During, double ToRate, double Over)[] Stages =
    [
        ("warm-up", 300, 420, 0), ("ramp", 300, 1500, 300), ("peak", 900, 1500, 0),
        ("flash", 180, 2300, 20), ("peak again", 420, 1500, 20), ("cool-down", 600, 400, 600),
    ];

    public static double Rate(double t)
    {
        double rate = Stages[0].ToRate;
        foreach ((_, double during, double to, double over) in Stages)
        {
            if (t < during)
            {
                return over > 0 && t < over ? rate + ((to - rate) * t / over) : to;
            }

            t -= during;
            rate = to;
        }

        return rate;
    }

    public static int Ready(double t, double late) =>
        Math.Clamp((int)Math.Ceiling(Rate(Math.Max(0, t - late)) / 110), 6, 24);

    public static int Desired(double t, double late) => Ready(t + 60, late);

    // A stress of 1 is the policy as it is; below it is better prepared.
    public static double P99(double t, double stress)
    {
        double load = Rate(t) / (Ready(t, 90 * stress) * 150.0);
        return 0.061 + (0.012 * load) + (stress * 2.6 * Math.Max(0, load - 0.78));
    }

    public static double[] Over(Func<double, double> curve) =>
        [.. Enumerable.Range(0, Steps).Select(i => curve(i * Step))];

    public static Band Band(Func<double, double> curve, double low, double high)
    {
        double[] middle = Over(curve);
        return new Band([.. middle.Select(v => v * low)], middle, [.. middle.Select(v => v * high)]);
    }

    public static RunResult Run(double stress, Provenance provenance = Provenance.Simulated, double speed = 1,
        double wobble = 0)
    {
        double duration = Duration / speed;
        double step = Step / speed;
        int n = Steps;
        double[] times = [.. Enumerable.Range(0, n).Select(i => i * Step)];
        double Shake(int i) => 1 + (wobble * Math.Sin(i * 1.7));
        var latency = new LatencyHistogram();
        var service = new LatencyHistogram();
        for (int i = 0; i < n; i++)
        {
            latency.Record(0.02 * Shake(i));
            latency.Record(P99(times[i], stress) * Shake(i));
            service.Record(0.018 * Shake(i));
        }

        var counts = new RequestCounts(184_000, 183_900, 90, 10);
        return new RunResult
        {
            Provenance = provenance,
            Scenario = "sample (test data)",
            Seed = 18_446_744_073_709_551_557,
            Duration = duration,
            Step = step,
            Series = new RunSeries
            {
                Offered = [.. times.Select(Rate)],
                Completed = [.. times.Select(t => Rate(t) * 0.999)],
                Errors = [.. times.Select(t => P99(t, stress) > 1.2 ? 0.004 : 0)],
                P50 = [.. times.Select((t, i) => i == 2 ? double.NaN : 0.024 * (1 + (P99(t, stress) / 5)) * Shake(i))],
                P95 = [.. times.Select((t, i) => i == 2 ? double.NaN : 0.7 * P99(t, stress) * Shake(i + 3))],
                P99 = [.. times.Select((t, i) => i == 2 ? double.NaN : P99(t, stress) * Shake(i + 5))],
                Desired = [.. times.Select(t => Desired(t, 90 * stress))],
                Ready = [.. times.Select((t, i) => Ready(t + (wobble * 200), 90 * stress))],
            },
            Totals = counts,
            Kinds =
            [
                new KindResult("browse", counts, latency, service, new Dictionary<int,
                    long> { [503] = 60, [200] = 183_900, [0] = 30 }),
            ],
            ScaleActions = Actions(stress, speed, wobble),
            Alerts = Alerts(speed),
            ReplicaHours = 11.1,
            Phases =
                LoadPlan.Of([.. Stages.Select(s => (LoadStage)new LoadStage.Open(s.Name, s.ToRate, s.Over, s.During))],
                    1, speed).Phases,
            StartupSeconds = [1.2, 1.4, 1.3],
            Events = [new RunEvent(12, "replica", "task 1 is ready")],
            Generator = provenance == Provenance.Measured ? new GeneratorHealth(0.0002, 0.0031, 0.42) : null,
        };
    }

    private static ScaleAction[] Actions(double stress, double speed, double wobble)
    {
        (double At, int From, int To)[] steps =
        [
            (395, 6, 8), (455, 8, 11), (540, 11, 15), (1525, 15, 20), (1590, 20, 24), (1800, 24, 18), (2250, 18, 12),
                (2520, 12, 8),
        ];
        return
        [
            .. steps.Select(s =>
            {
                double at = (s.At * stress / speed) + (wobble * 3);
                string alert = s.To > s.From ? "checkout_main_resp_time_above" : "checkout_main_resp_time_below";
                bool up = s.To > s.From;
                return new ScaleAction(at, s.From, s.To, alert,
                    $"Scaling checkout_main from {s.From} to {s.To} replicas", new ScaleChain
                {
                    Scraped = at - (65 / speed), Active = at - (62 / speed), Fired = at - (32 / speed),
                        Flushed = at - (2 / speed),
                    Delivered = at, Started = up ? at + 0.18 : double.NaN, Ready = up ? at + 1.6 : double.NaN,
                        InRotation = at + (up ? 1.9 : 0.3),
                });
            }),
        ];
    }

    private static AlertSpan[] Alerts(double speed) =>
    [
        new AlertSpan("checkout_main_resp_time_above", 333 / speed, 363 / speed, 560 / speed, "up"),
        new AlertSpan("checkout_main_resp_time_above", 1465 / speed, 1495 / speed, 1660 / speed, "up"),
        new AlertSpan("LatencyP99High", 400 / speed, 460 / speed, 590 / speed, "critical"),
        new AlertSpan("LatencyP99High", 1520 / speed, 1580 / speed, 1650 / speed, "critical"),
        new AlertSpan("ErrorRateHigh", 1530 / speed, double.NaN, 1570 / speed, "warning"),
        new AlertSpan("checkout_main_resp_time_below", 1740 / speed, 1770 / speed, 2640 / speed, "down"),
    ];
}
