using Capacity.Model;

namespace Capacity.Tests.Fuzz;

/// <summary>Good texts of demands, faults and recordings.</summary>
internal static class DemandSeeds
{
    public const string Scenario =
        """
        version: 1
        name: day
        target: { service: a_b, stack: s.yml, alertmanager: am.yml }
        spacing: { bursty: { factor: 5, share: 10%, length: 20s } }
        load:
          - { stage: day, sine: { mean: 400/s, amplitude: 300/s, period: 24h, peak_at: 14h }, during: 24h }
          - { stage: stairs, steps: [100/s, 200/s], over: 10s, during: 10m }
          - { stage: more, steps: { from: 10/s, by: 5/s, times: 5 }, during: 10m }
          - { stage: drop, spike: 2000/s, over: 5s, during: 2m }
          - { stage: yesterday, replay: access.log, format: nginx, skip: 1h, during: 30m }
        requests: [{ name: all, service_time: 1ms, match: /a/* }]
        """;

    public static readonly IReadOnlyList<string> Recordings =
    [
        "203.0.113.9 - - [10/Oct/2025:13:55:38 -0700] \"GET /products/17?x=1 HTTP/1.1\" 200 2326 \"-\" \"a "
        + "\\\"b\\\"\"\n",
        "Feb  6 12:14:14 host haproxy[1]: 10.0.1.2:3 [06/Feb/2025:12:14:14.655] in st/s1 10/0/30/69/109 200 2750 - - "
            + "---- 1/1/1/1/0 0/0 {1wt.eu} {} \"POST /cart/buy HTTP/1.1\"\n",
        "at,kind\n0.5,browse\n1,\"buy\"\n2e3,buy\n",
        "time;method;path\n2025-01-01T00:00:00Z;GET;\"/a;\"\"b\"\n1700000000250;GET;http://x/y?z\n",
        "{\"at\": 1.5, \"kind\": \"buy\"}\n{\"ts\": \"2025-01-01T00:00:00Z\", \"request\": \"GET /a/b HTTP/2\"}\n",
    ];

    /// <summary>Reads a recording in every format.</summary>
    public static void ReadRecording(string text)
    {
        RequestKind[] kinds =
        [
            new("browse", 0.7, "GET", "/products", new ServiceLaw.Constant(0.01), "/*a*"),
            new("buy", 0.3, "POST", "/cart/buy", new ServiceLaw.Constant(0.02)),
        ];
        foreach (
            RecordingFormat? format in Enum.GetValues<RecordingFormat>().Select(f => (RecordingFormat?)f).Append(null))
        {
            var file = new RecordingFile("a.log", format, 0, null, default);
            if (RecordingReader.Read(new StringReader(text), file, kinds).TryGet(out RecordedArrivals? arrivals))
            {
                LoadPlan plan = LoadPlan.Of([new LoadStage.Replay("", file with { During = 5 }, 5).With(arrivals)]);
                new RequestStream(plan.Open, ArrivalSpacing.Poisson, [1, 1], 1, plan.Recorded)
                    .Fill(new double[100], new int[100], new double[100]);
            }
        }
    }
}
