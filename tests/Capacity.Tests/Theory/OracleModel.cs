using System.Globalization;
using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Theory;

/// <summary>An oracle's model in the simulator's words.</summary>
internal sealed record OracleModel
{
    public required double Rate { get; init; }

    public required ServiceLaw Law { get; init; }

    public ServiceModel Service { get; init; } = new() { Workers = 1 };

    public int Replicas { get; init; } = 1;

    public ServiceLaw? Gaps { get; init; }

    public bool Even { get; init; }

    public int Users { get; init; }

    public ServiceLaw? Think { get; init; }

    /// <summary>Relative deviation that the oracle itself allows: it is a limit or an approximation.</summary>
    public double Band { get; init; }

    /// <summary>The exact mean wait, seconds, in place of the oracle's approximation; null: the oracle's.</summary>
    public double? ExactWait { get; init; }

    /// <summary>Busy share of the servers, for the number of requests that are needed.</summary>
    public double Load { get; init; }

    public int Servers => Service.Workers ?? Service.Cores ?? 1;

    /// <summary>The model of an oracle; null when the simulator has none.</summary>
    public static OracleModel? Of(Oracle oracle, bool full)
    {
        int many = full ? 2_000 : 200;
        double rate = oracle.Parameters.GetValueOrDefault("lambda_per_s");
        double mean = oracle.Parameters.TryGetValue("mu_per_s", out double mu) ? 1 / mu
            : oracle.Parameters.GetValueOrDefault("ES", oracle.Parameters.GetValueOrDefault("D"));
        int servers = (int)oracle.Parameters.GetValueOrDefault("c", 1);
        var plain = new OracleModel
        {
            Rate = rate,
            Law = new ServiceLaw.Exponential(mean),
            Service = new ServiceModel { Workers = servers },
            Load = Math.Min(0.95, rate * mean / servers),
        };
        string id = oracle.Id;
        return id.Split('_')[0] switch
        {
            "mm1" or "mmc" => plain,
            "mg1" => MG1(oracle, mean) is { } law ? plain with { Law = law } : null,
            "md1" or "mdc" => plain with { Law = new ServiceLaw.Constant(mean) },
            "mmcK" => plain with
            {
                Service = plain.Service with { Queue = (int)oracle["K"] - servers },
                Load = 0.8,
            },
            "mmcD" => plain with
            {
                Service = plain.Service with { QueueTimeout = new ServiceLaw.Constant(oracle["tau_s"]) },
                Load = 0.8,
            },
            "erlangA" => plain with
            {
                Service = plain.Service with { QueueTimeout = new ServiceLaw.Exponential(1 / oracle["theta_per_s"]) },
                Load = 0.8,
            },
            "erlangB" or "mmcc" => plain with { Service = plain.Service with { Queue = 0 }, Load = 0.5 },
            "mg1ps" or "mgcps" => plain with { Service = new ServiceModel { Cores = servers } },
            "dm1" => plain with { Even = true },
            "h2m1" => plain with
            {
                Gaps = new ServiceLaw.Hyperexponential(1 / rate, Math.Sqrt(oracle.NumberAfter("scv"))),
            },
            "closed" => plain with
            {
                Users = (int)oracle["N"],
                Think = new ServiceLaw.Exponential(oracle["Z"]),
                Load = 0.6,
                Rate = oracle.Values["X"],
            },
            "allencunneen" => plain with
            {
                Law = oracle["cs2"] == 1 ? plain.Law : Lognormal(mean, oracle["cs2"]),
                Even = oracle["ca2"] == 0,
                // Allen and Cunneen's formula is an approximation. Evenly spaced arrivals and exponential work have an
                // exact answer, which is judged in its place; where none is known, the formula is about 15 % off.
                ExactWait = oracle["ca2"] == 0 && oracle["cs2"] == 1
                    ? ManyWorkers.MeanWait(servers, 1 / mean, x => Math.Exp(-x / rate))
                    : null,
                Band = oracle["ca2"] == 0 ? 0 : 0.2,
            },
            "jsq2" => plain with
            {
                Replicas = many,
                Rate = many * oracle["rho"] * oracle["mu_per_s"],
                Service = plain.Service with { Balancer = Balancer.PowerOfTwo },
                Band = full ? 0.001 : 0.01, // the oracle is the limit of infinitely many replicas
                Load = 0.5,
            },
            ['e', .. var k, 'm', '1'] when int.TryParse(k, CultureInfo.InvariantCulture, out int replicas) =>
                plain with { Replicas = replicas, Rate = rate * replicas },
            _ => null,
        };
    }

    /// <summary>Runs the model.</summary>
    /// <returns>By the oracles' names; null for what is not measured.</returns>
    public Func<string, double?> Run(double requests, ulong seed)
    {
        double duration = requests / Rate;
        double warmUp = duration / 20;
        var tally = new Tally(warmUp);
        var settings = new EngineSettings(
            Service, double.PositiveInfinity, [0], 1, duration / 7, duration, duration)
        { Seed = seed };
        var nothing = new OverheadTimes(new ServiceLaw.Constant(0), seed);
        var laws = new DurationTables(Law);
        UserPopulation? population = null;
        IRequestSource source = new RecordedRequests([], new ServiceLaw.Constant(0), seed);
        if (Users > 0)
        {
            var stage = new LoadStage.Users("users", Users, null, Think!, duration);
            population = new UserPopulation(
                Some.Input(LoadPlan.Of([stage]), [new RequestKind("all", 1, "GET", "/", Law)]), laws, seed);
        }
        else
        {
            source = new OracleArrivals(this, laws, duration, seed);
        }

        var engine = new RequestEngine(settings, source, population, nothing);
        engine.Answers.Succeeded = tally.Add;
        engine.Answers.TurnedAway = (at, until) =>
        {
            tally.Failed += at >= warmUp ? 1 : 0;
            tally.WaitOfFailed += at >= warmUp ? until - at : 0;
        };
        for (int replica = 0; replica < Replicas; replica++)
        {
            engine.AddReplica(replica, 0, 0);
            engine.Join(replica);
        }

        engine.AdvanceTo(duration);
        engine.Complete();
        double seconds = duration - warmUp;
        double offered = tally.Count + tally.Failed;
        return name => tally.Value(name, seconds, Servers * Replicas, offered);
    }

    private static ServiceLaw? MG1(Oracle oracle, double mean)
    {
        string law = oracle.Id.Split('_')[1];
        return law switch
        {
            "det" => new ServiceLaw.Constant(mean),
            "exp" or "exponential" => new ServiceLaw.Exponential(mean),
            "uniform" => new ServiceLaw.Uniform(0, 2 * mean),
            "lognormal" => Lognormal(mean, oracle.NumberAfter("scv")),
            _ when law.StartsWith("erlang", StringComparison.Ordinal) =>
                new ServiceLaw.Gamma(mean, 1 / Math.Sqrt(oracle.NumberAfter("erlang"))),
            _ when law.StartsWith("h2scv", StringComparison.Ordinal) =>
                new ServiceLaw.Hyperexponential(mean, Math.Sqrt(oracle.NumberAfter("h2scv"))),
            _ when law.StartsWith("pareto", StringComparison.Ordinal) => Pareto(mean, oracle.NumberAfter("pareto")),
            _ => null,
        };
    }

    private static ServiceLaw.Lognormal Lognormal(double mean, double scv) =>
        new(mean / Math.Sqrt(1 + scv), Math.Sqrt(Math.Log(1 + scv)));

    private static ServiceLaw.Pareto Pareto(double mean, double shape) => new(mean * (shape - 1) / shape, shape);
}

/// <summary>Arrivals of an oracle's model: Poisson, evenly spaced, or with independent gaps of any law.</summary>
internal sealed class OracleArrivals : IRequestSource
{
    private readonly RequestStream _stream;
    private readonly DurationTables _services;
    private readonly DurationTables? _gapLaw;
    private readonly BatchRandom _gapDraws;
    private readonly double[] _units = new double[RequestBatch.Size];
    private readonly double[] _gaps = new double[RequestBatch.Size];
    private double _now;

    public OracleArrivals(OracleModel model, DurationTables services, double duration, ulong seed)
    {
        double rate = model.Rate * (model.Gaps is null ? 1 : 1.1); // gaps of their own: surely enough of them
        var profile = new ArrivalProfile([new RateSegment(0, duration, rate, rate)]);
        _stream = new RequestStream(
            profile, model.Even ? ArrivalSpacing.Even : ArrivalSpacing.Poisson, [1.0], seed);
        _services = services;
        _gapLaw = model.Gaps is { } gaps ? new DurationTables(gaps) : null;
        _gapDraws = new BatchRandom(seed, "gaps");
    }

    public bool Fill(RequestBatch batch)
    {
        batch.Count = _stream.Fill(batch.At, batch.Kind, _units);
        _services.Fill(_units.AsSpan(0, batch.Count), batch.Kind, batch.Service);
        if (_gapLaw is not null)
        {
            _gapDraws.FillUnits(_gaps);
            _gapLaw.Fill(_gaps, batch.Kind, _gaps);
            for (int i = 0; i < batch.Count; i++)
            {
                batch.At[i] = _now += _gaps[i]; // what comes after the end is not served
            }
        }

        return batch.Count > 0;
    }
}
