using Capacity.Model;

namespace Capacity.Load;

/// <summary>What to send where.</summary>
public sealed record LoadSettings
{
    /// <summary>Base address of the service; request paths are relative to its root.</summary>
    public required Uri Target { get; init; }

    /// <summary>Name that the result carries.</summary>
    public required string Scenario { get; init; }

    /// <summary>When how many requests are sent.</summary>
    public required LoadPlan Plan { get; init; }

    /// <summary>How open arrivals are spaced.</summary>
    public ArrivalSpacing Spacing { get; init; } = ArrivalSpacing.Poisson;

    /// <summary>Kinds of requests. At least one.</summary>
    public required IReadOnlyList<RequestKind> Requests { get; init; }

    /// <summary>Gives the same arrivals, kinds and service times again, also in the simulator.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Length of one step of the result's series, seconds, &gt; 0.</summary>
    public double Step { get; init; } = 1;

    /// <summary>How requests travel.</summary>
    public HttpSettings Http { get; init; } = new();

    /// <summary>What sends them; null takes the cheapest that can do what <see cref="Http"/> asks for.</summary>
    public RequestTransport? Transport { get; init; }

    /// <summary>Takes one line of JSON per finished request; null: nobody wants them.</summary>
    public Stream? Records { get; init; }

    /// <summary>A request without an answer after this long has failed.</summary>
    public TimeSpan TimeOut { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most requests in flight; one that is due beyond that fails unsent, and an event says so.</summary>
    public int InFlightMax { get; init; } = 20_000;

    /// <summary>Most that one request in a hundred may be sent after its scheduled instant; the median a tenth of it. A
    /// run beyond that measured its generator, and says so.</summary>
    public TimeSpan LatenessMax { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>After a stop, how long the answers of requests in flight are waited for.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>What sends requests.</summary>
public enum RequestTransport
{
    /// <summary>As <see cref="Epoll"/>, with many sends for one system call; where the kernel allows io_uring
    /// (Linux 6.1 and later), else <see cref="Epoll"/>.</summary>
    Ring,

    /// <summary>One thread on the sockets of 64-bit Linux; HTTP/1.1 without TLS.</summary>
    Epoll,

    /// <summary>The framework's sockets; HTTP/1.1 without TLS, on every system.</summary>
    Sockets,

    /// <summary>The framework's HTTP client: HTTP/2, TLS, redirects, cookies and proxies as well.</summary>
    Client,
}

/// <summary>How a load run is going.</summary>
/// <param name="Elapsed">Seconds since the start of the run.</param>
/// <param name="Rate">Requests scheduled in the last second.</param>
/// <param name="InFlight">Requests without an answer yet.</param>
/// <param name="P50">Median response time of the last second, seconds; NaN when nothing was answered.</param>
/// <param name="P95">95th percentile of the last second, seconds; NaN when nothing was answered.</param>
/// <param name="P99">99th percentile of the last second, seconds; NaN when nothing was answered.</param>
/// <param name="Finished">Requests finished since the start.</param>
/// <param name="Failed">Requests failed since the start.</param>
public sealed record LoadProgress(
    double Elapsed, double Rate, int InFlight, double P50, double P95, double P99, long Finished, long Failed)
{
    /// <summary>99th percentile of sent minus scheduled since the start, seconds; NaN before the first
    /// request.</summary>
    public double LatenessP99 { get; init; } = double.NaN;
}
