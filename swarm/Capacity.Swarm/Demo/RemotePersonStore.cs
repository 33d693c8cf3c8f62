using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Capacity.Swarm.Demo;

/// <summary>When calls of the database stop for a while.</summary>
public sealed record BreakerSettings
{
    /// <summary>Longest time for one call.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Share of failed calls that opens the circuit, in (0, 1].</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>Fewest calls in <see cref="Sampling"/> by which it may open, ≥ 2.</summary>
    public int MinimumCalls { get; init; } = 10;

    /// <summary>Over how long calls are counted, at least half a second.</summary>
    public TimeSpan Sampling { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it stays open before one call tries again, at least half a second.</summary>
    public TimeSpan Break { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Names at another demo service, which stands in for the database, behind a circuit breaker.</summary>
/// <remarks>
/// A call fails by a time-out, a broken connection or a status of 500 and more. When too many do, the circuit opens
/// and callers are told at once; after a while one call tries, and closes it when it succeeds. Calls carry the trace
/// of the request that they serve.
/// </remarks>
internal sealed class RemotePersonStore : IPersonStore, IDisposable
{
    private const int AnswerMax = 1 << 20;
    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline<PersonAnswer> _pipeline;

    /// <summary>Makes the store; nothing is called yet.</summary>
    /// <param name="database">Base address of the other demo service.</param>
    /// <param name="breaker">When calls stop.</param>
    /// <param name="changed">Told of each new state.</param>
    /// <param name="clock">Measures time-outs and breaks.</param>
    public RemotePersonStore(Uri database, BreakerSettings breaker, Action<string> changed, TimeProvider clock)
    {
        _address = new Uri(database, "/demo/person");
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = breaker.Timeout,
            PooledConnectionLifetime = TimeSpan.FromSeconds(30), // the name may lead elsewhere then
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = AnswerMax,
        };
        _pipeline = new ResiliencePipelineBuilder<PersonAnswer> { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<PersonAnswer>
            {
                FailureRatio = breaker.FailureRatio,
                MinimumThroughput = breaker.MinimumCalls,
                SamplingDuration = breaker.Sampling,
                BreakDuration = breaker.Break,
                StateProvider = _state,
                ShouldHandle = new PredicateBuilder<PersonAnswer>()
                    .HandleResult(answer => answer.Status >= 500)
                    .Handle<HttpRequestException>().Handle<TimeoutRejectedException>(),
                OnOpened = _ => Tell("open"),
                OnHalfOpened = _ => Tell("half-open"),
                OnClosed = _ => Tell("closed"),
            })
            .AddTimeout(breaker.Timeout)
            .Build();

        ValueTask Tell(string state)
        {
            changed(state);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>State of the circuit: 0 closed, 1 half-open, 2 open.</summary>
    public int State => _state.CircuitState switch
    {
        CircuitState.Closed => 0,
        CircuitState.HalfOpen => 1,
        _ => 2,
    };

    public Task<PersonAnswer> ListAsync(CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Get, _address, cancellationToken);

    public Task<PersonAnswer> PutAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Put, new Uri($"{_address}?name={Uri.EscapeDataString(name)}"), cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<PersonAnswer> CallAsync(HttpMethod method, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async stop =>
            {
                using var request = new HttpRequestMessage(method, address);
                using HttpResponseMessage answer = await _http.SendAsync(request, stop);
                string text = await answer.Content.ReadAsStringAsync(stop);
                return answer.IsSuccessStatusCode ? new PersonAnswer(200, text)
                    : new PersonAnswer(500, $"the database answered {(int)answer.StatusCode}\n");
            }, cancellationToken);
        }
        catch (BrokenCircuitException)
        {
            return new PersonAnswer(503, "the database is not asked: its circuit is open\n");
        }
        catch (TimeoutRejectedException)
        {
            return new PersonAnswer(500, "the database did not answer in time\n");
        }
        catch (HttpRequestException problem)
        {
            return new PersonAnswer(500, $"the database cannot be reached: {problem.HttpRequestError}\n");
        }
    }
}
