namespace Capacity.Model;

/// <summary>What is asked of a service, and what it must withstand. The user's own files say the rest.</summary>
public sealed record Scenario
{
    /// <summary>Short name; also the name of the folder that reports go to.</summary>
    public required string Name { get; init; }

    /// <summary>What the scenario shows: the comment in its first line. May be empty.</summary>
    public string Shows { get; init; } = "";

    /// <summary>The text it was read from.</summary>
    public required SourceText Source { get; init; }

    /// <summary>What replaced values of the text, each as <c>path=value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The service under test and the user's own files.</summary>
    public required ScenarioTarget Target { get; init; }

    /// <summary>The demand, stage after stage. At least one.</summary>
    public required IReadOnlyList<LoadStage> Load { get; init; }

    /// <summary>How open arrivals are spaced.</summary>
    public ArrivalSpacing Spacing { get; init; } = ArrivalSpacing.Poisson;

    /// <summary>Whether rules are evaluated at the seconds that Prometheus 2.x computes from file and group names;
    /// otherwise each launch draws its phases, as a new deployment does.</summary>
    public bool HashedPhases { get; init; }

    /// <summary>The kinds of requests. At least one.</summary>
    public required IReadOnlyList<RequestKind> Requests { get; init; }

    /// <summary>How one replica serves, starts and stops.</summary>
    public ServiceModel Service { get; init; } = new();

    /// <summary>What the callers do when answers are late or fail.</summary>
    public ClientModel Client { get; init; } = new();

    /// <summary>How real requests travel when <c>capacity run</c> sends them.</summary>
    public HttpSettings Http { get; init; } = new();

    /// <summary>Who decides how many replicas there are.</summary>
    public PolicyModel Policy { get; init; } = new();

    /// <summary>What must hold during the launch. May be empty.</summary>
    public IReadOnlyList<Objective> Objectives { get; init; } = [];

    /// <summary>How the rehearsal differs from the launch.</summary>
    public Rehearsal Rehearsal { get; init; } = new();

    /// <summary>Delays of the control loop that no file states.</summary>
    public LoopDelays Delays { get; init; } = new();

    /// <summary>What breaks during the launch. Simulated only. May be empty.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>The nodes that replicas are placed on; null: there is always room. Simulated only.</summary>
    public NodePool? Nodes { get; init; }

    /// <summary>Length of the load, seconds.</summary>
    public double Duration => Load.Sum(s => s.During);
}

/// <summary>The service under test and the user's own files, as paths that can be opened.</summary>
/// <param name="Service">Full name of the swarm service, <c>stack_service</c>: <c>go-demo_main</c>.</param>
/// <param name="Stack">Path of the compose file with the <c>com.df.*</c> labels.</param>
/// <param name="Prometheus">Path of prometheus.yml; null takes Prometheus' defaults.</param>
/// <param name="Alertmanager">Path of alertmanager.yml.</param>
/// <param name="StackAt">Where the scenario names the stack, for messages about it.</param>
/// <param name="PrometheusAt">Where the scenario names prometheus.yml.</param>
/// <param name="AlertmanagerAt">Where the scenario names alertmanager.yml.</param>
public sealed record ScenarioTarget(
    string Service, string Stack, string? Prometheus, string Alertmanager,
    SourceSpan StackAt = default, SourceSpan PrometheusAt = default, SourceSpan AlertmanagerAt = default);

/// <summary>A stretch of the demand: a closed set of open stages, users and pauses.</summary>
/// <param name="Name">For charts; may be empty.</param>
/// <param name="During">Length, seconds, &gt; 0.</param>
public abstract record LoadStage(string Name, double During)
{
    /// <summary>Open workload: the rate moves linearly to a target and then stays there.</summary>
    /// <param name="Name">For charts.</param>
    /// <param name="ToRate">Requests per second, ≥ 0.</param>
    /// <param name="Over">Seconds that the change takes; 0 is a step; at most <paramref name="During"/>.</param>
    /// <param name="During">Length of the whole stage, seconds.</param>
    public sealed record Open(string Name, double ToRate, double Over, double During) : LoadStage(Name, During);

    /// <summary>Closed workload: each user sends, waits for the answer, thinks, and sends again.</summary>
    /// <param name="Name">For charts.</param>
    /// <param name="Count">Users, ≥ 1.</param>
    /// <param name="Iterations">Requests per user; null goes on until the stage ends.</param>
    /// <param name="Think">Time between an answer and the next request.</param>
    /// <param name="During">Length of the stage, seconds; requests that would begin later are not sent.</param>
    public sealed record Users(string Name, int Count, int? Iterations, ServiceLaw Think, double During)
        : LoadStage(Name, During);

    /// <summary>Open workload: the rate swings around a mean, as a day does.</summary>
    /// <param name="Name">For charts.</param>
    /// <param name="Mean">Requests per second.</param>
    /// <param name="Amplitude">Requests per second, 0 … <paramref name="Mean"/>.</param>
    /// <param name="Period">Seconds, &gt; 0.</param>
    /// <param name="PeakAt">When the first peak is, seconds since the start of the stage.</param>
    /// <param name="During">Length of the stage, seconds.</param>
    public sealed record Sine(
        string Name, double Mean, double Amplitude, double Period, double PeakAt, double During)
        : LoadStage(Name, During);

    /// <summary>Open workload: one rate after the other, each for an equal part of the stage.</summary>
    /// <param name="Name">For charts.</param>
    /// <param name="Rates">Requests per second. At least one.</param>
    /// <param name="Over">Seconds that each change takes, the first included; at most a part's length.</param>
    /// <param name="During">Length of the whole stage, seconds.</param>
    public sealed record Stairs(string Name, IReadOnlyList<double> Rates, double Over, double During)
        : LoadStage(Name, During);

    /// <summary>Open workload: up to a rate, and at the end of the stage back to the one before.</summary>
    /// <param name="Name">For charts.</param>
    /// <param name="Rate">Requests per second at the top.</param>
    /// <param name="Over">Seconds that the rise takes, and again the fall; 0 … half of the stage.</param>
    /// <param name="During">Length of the whole stage, seconds.</param>
    public sealed record Spike(string Name, double Rate, double Over, double During) : LoadStage(Name, During);

    /// <summary>Requests as they were recorded elsewhere.</summary>
    /// <param name="Name">For charts.</param>
    /// <param name="File">The recording and how it is played.</param>
    /// <param name="During">Length, seconds; until the recording has been read, 1 where the scenario names none.
    /// </param>
    /// <param name="Arrivals">Null until the recording has been read.</param>
    public sealed record Replay(string Name, RecordingFile File, double During, RecordedArrivals? Arrivals = null)
        : LoadStage(Name, During)
    {
        /// <summary>The stage with its recording, which sets its length where the scenario does not.</summary>
        public Replay With(RecordedArrivals arrivals) => this with
        {
            Arrivals = arrivals,
            During = File.During ?? Math.Max(1e-3, arrivals.Duration - File.Skip),
        };
    }

    /// <summary>No requests at all; health checks go on.</summary>
    /// <param name="Name">For charts.</param>
    /// <param name="During">Length, seconds.</param>
    public sealed record Pause(string Name, double During) : LoadStage(Name, During);
}

/// <summary>One kind of request.</summary>
/// <param name="Name">For tables and charts.</param>
/// <param name="Share">Share of all requests, 0 … 1.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query; <c>{service_time_ms}</c> is replaced by the drawn service time in whole
/// ms.</param>
/// <param name="ServiceTime">Time that a worker needs for it.</param>
/// <param name="Match">Path of recorded requests that are of this kind, <c>*</c> for any characters; null:
/// <paramref name="Path"/> without its query.</param>
public sealed record RequestKind(
    string Name, double Share, string Method, string Path, ServiceLaw ServiceTime, string? Match = null)
{
    /// <summary>The place-holder in <see cref="Path"/> that asks the demo service for the drawn service time.</summary>
    public const string ServiceTimePlace = "{service_time_ms}";

    /// <summary>Headers and body. Real requests only.</summary>
    public RequestContent Content { get; init; } = RequestContent.None;

    /// <summary>What must be true of the answer; null: a status below 400. Real requests only.</summary>
    public ResponseCheck? Check { get; init; }
}

/// <summary>How one replica serves, starts and stops.</summary>
public sealed record ServiceModel
{
    /// <summary>Requests served at once by one replica; null is without limit (they overlap freely).</summary>
    public int? Workers { get; init; }

    /// <summary>Cores that all requests of a replica share equally, in place of workers; null: none.</summary>
    public int? Cores { get; init; }

    /// <summary>Requests that may wait for a worker of one replica; more are answered 503. Null: any number.</summary>
    public int? Queue { get; init; }

    /// <summary>How long a request waits for a worker until it is answered 503 instead; null: as long as it takes.
    /// </summary>
    public ServiceLaw? QueueTimeout { get; init; }

    /// <summary>How the balancer learns of replicas; null: after the delay that the scenario states.</summary>
    public RotationModel? Rotation { get; init; }

    /// <summary>What the proxy limits; null: nothing.</summary>
    public ProxyModel? Proxy { get; init; }

    /// <summary>What every request needs besides its replica, shared by all of them; null: nothing.</summary>
    public DependencyModel? Dependency { get; init; }

    /// <summary>How the balancer chooses.</summary>
    public Balancer Balancer { get; init; }

    /// <summary>Kept-alive connections, for <see cref="Balancer.Connections"/>.</summary>
    public int Connections { get; init; } = 100;

    /// <summary>CPU time that each request burns in the demo service, seconds. Rehearsal only.</summary>
    public double CpuPerRequest { get; init; }

    /// <summary>Time from the start of a task until it listens.</summary>
    public ServiceLaw Startup { get; init; } = new ServiceLaw.Constant(1);

    /// <summary>Slowness of replicas that have just joined; null: none. Simulated only.</summary>
    public WarmUp? WarmUp { get; init; }

    /// <summary>How often replicas crash by themselves; null: never. Simulated only.</summary>
    public RandomCrashes? Crash { get; init; }

    /// <summary>Time that a stopping replica gets to finish its requests; null takes the stack's
    /// stop_grace_period.</summary>
    public double? StopGrace { get; init; }
}

/// <summary>How the balancer chooses a replica for a request.</summary>
public enum Balancer
{
    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>Any, with equal chances.</summary>
    Random,

    /// <summary>The one with the fewest requests under way; any of them when there are several.</summary>
    LeastConnections,

    /// <summary>The one with fewer requests under way, of two drawn at random; the first drawn when equal.</summary>
    PowerOfTwo,

    /// <summary>Whoever has the connection: a connection stays with its replica, as with IPVS or TCP.</summary>
    Connections,
}

/// <summary>What the callers do when answers are late or fail.</summary>
public sealed record ClientModel
{
    /// <summary>A request without an answer by then has failed, seconds; the replica works on. Null: never.</summary>
    public double? Timeout { get; init; }

    /// <summary>Failed requests are sent again; null: they are not.</summary>
    public RetryModel? Retry { get; init; }

    /// <summary>Requests are not sent while too many have failed; null: they always are.</summary>
    public BreakerModel? Breaker { get; init; }
}

/// <summary>How failed requests are sent again.</summary>
/// <param name="Attempts">How often a request is sent at most, the first time included, ≥ 1.</param>
/// <param name="Backoff">Pause before the second attempt, seconds, &gt; 0; doubles with each attempt. Between half and
/// all of it is drawn.</param>
/// <param name="Max">Longest pause, seconds.</param>
/// <param name="Budget">Retries of a second as a share of the requests of the second before, where one is always
/// allowed; null: no limit.</param>
public sealed record RetryModel(int Attempts, double Backoff, double Max, double? Budget);

/// <summary>The short run on real HTTP that validates the model before the launch is simulated.</summary>
public sealed record Rehearsal
{
    /// <summary>The load and every interval, window and timer of the control loop are divided by this. ≥ 1.</summary>
    /// <remarks>Service times, start-up and stop grace are not: they are what the rehearsal measures.</remarks>
    public double Speed { get; init; } = 20;

    /// <summary>The demand of the rehearsal as a share of the launch's, &gt; 0.</summary>
    public double Demand { get; init; } = 1;
}

/// <summary>Delays of the control loop that no configuration file states, seconds.</summary>
public sealed record LoopDelays
{
    /// <summary>From an evaluation until Alertmanager has the alert. Measured on real programs: 3–31 ms.</summary>
    public double Post { get; init; } = 0.005;

    /// <summary>From a flush until the scaler has answered the webhook. Decides the repeat race.</summary>
    public double Delivery { get; init; } = 0.05;

    /// <summary>From the update until the orchestrator starts a task.</summary>
    public double Orchestrator { get; init; } = 0.18;

    /// <summary>From a replica being ready until the balancer sends it requests, and likewise for removal.</summary>
    public double Rotation { get; init; } = 0.2;

    /// <summary>From a look-up of Prometheus' targets until it scrapes what it found.</summary>
    public double Discovery { get; init; }

    /// <summary>From a crash until the orchestrator starts another task: Docker's default of
    /// <c>restart_policy.delay</c>.</summary>
    public double Restart { get; init; } = 5;

    /// <summary>Lateness of each Alertmanager timer tick. Decides the repeat race together with the delivery.</summary>
    public double TimerDrift { get; init; }
}
