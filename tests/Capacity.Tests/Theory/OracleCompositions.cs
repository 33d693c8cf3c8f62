using System.Globalization;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Theory;

/// <summary>Oracles that need more than one run of the engine, or a look at how many requests are under way.</summary>
internal static class OracleCompositions
{
    /// <summary>One run by seed; null when the oracle is none of these.</summary>
    public static Func<double, ulong, Func<string, double?>>? Of(Oracle oracle) => oracle.Id.Split('_')[0] switch
    {
        "tandem" => (requests, seed) => Tandem(oracle, requests, seed),
        "forkjoin2" => (requests, seed) => ForkJoin(oracle, requests, seed),
        "mminf" => (requests, seed) => StartFromEmpty(oracle, requests, seed),
        "mtginf" => (requests, seed) => Sine(oracle, requests, seed),
        _ => OracleTransients.Of(oracle) ?? OracleRetrials.Of(oracle),
    };

    private static Func<string, double?> Tandem(Oracle oracle, double requests, ulong seed)
    {
        double rate = oracle["lambda_per_s"];
        List<Served> first = Serve(Poisson(rate, requests, 1 / oracle["mu1"], seed), 1);
        var law = new RandomSource(seed, "second");
        TraceRequest[] second =
        [
            .. first.OrderBy(s => s.Finish)
                .Select(s => new TraceRequest(s.Finish, 0, law.NextExponential(1 / oracle["mu2"]))),
        ];
        List<Served> last = Serve(second, 1);
        var tally = new Tally(0);
        foreach ((Served a, Served b) in first.OrderBy(s => s.Finish).Zip(last.OrderBy(s => s.At))
            .Skip(second.Length / 20))
        {
            tally.Add(b.Finish - a.At, 0);
        }

        return name => tally.Value(name, 1, 1, 1);
    }

    private static Func<string, double?> ForkJoin(Oracle oracle, double requests, ulong seed)
    {
        TraceRequest[] one = Poisson(oracle["lambda_per_s"], requests, 1 / oracle["mu_per_s"], seed);
        var law = new RandomSource(seed, "second");
        TraceRequest[] other =
            [.. one.Select(r => r with { ServiceSeconds = law.NextExponential(1 / oracle["mu_per_s"]) })];
        var tally = new Tally(0);
        foreach ((Served a, Served b) in Serve(one, 1).OrderBy(s => s.At).Zip(Serve(other, 1).OrderBy(s => s.At))
            .Skip(one.Length / 20))
        {
            tally.Add(Math.Max(a.Finish, b.Finish) - a.At, 0);
        }

        return name => tally.Value(name, 1, 1, 1);
    }

    private static Func<string, double?> StartFromEmpty(Oracle oracle, double requests, ulong seed)
    {
        double rate = oracle["lambda_per_s"];
        int runs = (int)Math.Max(4, requests / (rate * 60));
        var series = new List<List<Served>>();
        for (int run = 0; run < runs; run++)
        {
            series.Add(Serve(Poisson(rate, rate * 60.5, 1 / oracle["mu_per_s"], (seed * 100_003) + (ulong)run), null));
        }

        return name => name.StartsWith("m_t", StringComparison.Ordinal)
            ? series.Average(s => UnderWay(s, double.Parse(name[3..], CultureInfo.InvariantCulture)))
            : null;
    }

    private static Func<string, double?> Sine(Oracle oracle, double requests, ulong seed)
    {
        (double mean, double beta, double period) = (oracle["lambda_mean"], oracle["beta"], oracle["period_s"]);
        int periods = (int)Math.Max(3, requests / (mean * period)) + 1;
        double RateAt(double t) => mean * (1 + (beta * Math.Sin(2 * Math.PI * t / period)));
        RateSegment[] segments = [.. Enumerable.Range(0, periods * 600).Select(
            i => new RateSegment(i * period / 600, (i + 1) * period / 600, RateAt(i * period / 600),
                RateAt((i + 1) * period / 600)))];
        List<Served> Run(ServiceLaw law)
        {
            var stream = new RequestStream(new ArrivalProfile(segments), ArrivalSpacing.Poisson, [1], seed);
            return Serve(Drawn(stream, law), null);
        }

        List<Served> exponential = Run(new ServiceLaw.Exponential(oracle["ES"]));
        List<Served> constant = Run(new ServiceLaw.Constant(oracle["ES"]));
        return name => name.Split("_t") is not [string law, string offset] ? null
            : Enumerable.Range(1, periods - 1).Average(p => UnderWay(
                law == "m_exp" ? exponential : constant,
                (p * period) + double.Parse(offset, CultureInfo.InvariantCulture)));
    }

    private static int UnderWay(List<Served> served, double at) => served.Count(s => s.At <= at && s.Finish > at);

    private static TraceRequest[] Poisson(double rate, double requests, double mean, ulong seed)
    {
        var profile = new ArrivalProfile([new RateSegment(0, requests / rate, rate, rate)]);
        return Drawn(
            new RequestStream(profile, ArrivalSpacing.Poisson, [1], seed), new ServiceLaw.Exponential(mean));
    }

    private static TraceRequest[] Drawn(RequestStream stream, ServiceLaw law)
    {
        var table = new DurationTables(law);
        var batch = new RequestBatch();
        double[] units = new double[RequestBatch.Size];
        var requests = new List<TraceRequest>();
        for (int count = 1; count > 0;)
        {
            count = stream.Fill(batch.At, batch.Kind, units);
            table.Fill(units.AsSpan(0, count), batch.Kind, batch.Service);
            requests.AddRange(
                Enumerable.Range(0, count).Select(i => new TraceRequest(batch.At[i], 0, batch.Service[i])));
        }

        return [.. requests];
    }

    private static List<Served> Serve(TraceRequest[] requests, int? workers)
    {
        var served = new List<Served>(requests.Length);
        double duration = requests[^1].At + 1;
        var settings = new EngineSettings(
            new ServiceModel { Workers = workers }, double.PositiveInfinity, [0], 1, duration, duration, duration);
        var nothing = new ServiceLaw.Constant(0);
        var engine = new RequestEngine(
            settings, new RecordedRequests(requests, nothing, 1), null, new OverheadTimes(nothing, 1));
        engine.Answers.Succeeded = (batch, from, to) =>
        {
            for (int i = from; i < to; i++)
            {
                served.Add(new Served(batch.At[i], batch.Finish[i]));
            }
        };
        engine.AddReplica(0, 0, 0);
        engine.Join(0);
        engine.AdvanceTo(duration);
        engine.Complete();
        return served;
    }

    private readonly record struct Served(double At, double Finish);
}
