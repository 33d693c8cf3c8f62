namespace Capacity.Tests.RealSwarm;

/// <summary>A few users who ask for slow answers, one after the other, until told to stop or until each has asked often
/// enough.</summary>
internal sealed class SlowLoad : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(20),
    };

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _users;
    private int _answered;

    /// <summary>Begins.</summary>
    /// <param name="proxy">Base address.</param>
    /// <param name="users">How many.</param>
    /// <param name="longest">Longest answer, milliseconds.</param>
    /// <param name="each">Requests of each user.</param>
    public SlowLoad(Uri proxy, int users, int longest = 2000, int each = int.MaxValue) =>
        _users = Task.WhenAll(Enumerable.Range(0, users).Select(i => UserAsync(proxy, new Random(i), longest, each)));

    /// <summary>Ends when each has asked often enough.</summary>
    public Task Users => _users;

    public int Answered => _answered;

    public List<string> Failures { get; } = [];

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _users;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task UserAsync(Uri proxy, Random random, int longest, int each)
    {
        for (int i = 0; i < each && !_stop.IsCancellationRequested; i++)
        {
            string problem = await AskAsync(new Uri(proxy, $"/demo/hello?delay={random.Next(longest)}"));
            if (problem.Length == 0)
            {
                Interlocked.Increment(ref _answered);
                continue;
            }

            lock (Failures)
            {
                Failures.Add(problem);
            }
        }
    }

    private async Task<string> AskAsync(Uri address)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(address);
            return answer.IsSuccessStatusCode ? "" : $"{(int)answer.StatusCode}";
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException)
        {
            return problem.Message;
        }
    }
}
