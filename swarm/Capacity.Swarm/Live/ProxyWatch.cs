using System.Globalization;

namespace Capacity.Swarm.Live;

/// <summary>Looks at the proxy's statistics several times a second.</summary>
/// <param name="statistics">Address of its page.</param>
/// <param name="backend">Name of the backend whose servers are watched.</param>
/// <param name="seconds">The time since the start of the run.</param>
internal sealed class ProxyWatch(Uri statistics, string backend, Func<double> seconds)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly List<ProxyState> _states = [];

    /// <summary>What was seen, whenever something had changed.</summary>
    public IReadOnlyList<ProxyState> States => _states;

    /// <summary>Replicas that serve now.</summary>
    public int Serving => _states.Count == 0 ? 0 : _states[^1].Serving.Count;

    /// <summary>Watches until it is cancelled; then it ends without an exception.</summary>
    public async Task RunAsync(HttpClient http, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                double at = seconds();
                See(at, await http.GetStringAsync(statistics, end));
                await Task.Delay(Pause, end);
            }
            catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException)
            {
                // A look that fails is followed by the next.
                await Task.Delay(Pause, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Takes one page of statistics.</summary>
    /// <param name="at">When it was asked for: what it shows was so at least since then.</param>
    /// <param name="page">As CSV.</param>
    internal void See(double at, string page)
    {
        string[] lines = page.Split('\n');
        string[] names = lines[0].TrimStart('#', ' ').Split(',');
        int Column(string name) => Array.IndexOf(names, name);
        (int status, int address, int ok, int check) =
            (Column("status"), Column("addr"), Column("hrsp_2xx"), Column("check_status"));
        if (status < 0 || address < 0 || ok < 0 || check < 0)
        {
            return;
        }

        int most = Math.Max(Math.Max(status, address), Math.Max(ok, check));
        foreach (string line in lines.Skip(1))
        {
            string[] fields = line.Split(',');
            if (fields.Length > Math.Max(most, 1) && fields[0] == backend && fields[1] is not ("FRONTEND" or "BACKEND"))
            {
                See(at, fields[1], fields[address].Split(':')[0], fields[status],
                    long.TryParse(fields[ok], NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : 0,
                    fields[check].TrimStart('*', ' '));
            }
        }

        Slot[] used = [.. _slots.Values.Where(s => s.Address.Length > 0)];
        var state = new ProxyState(at, Names(used), Names(used.Where(s => s.IsUp && s.HasServed)),
            Names(used.Where(s => s.HasAnswered)));
        if (_states.Count == 0 || !Same(_states[^1], state))
        {
            _states.Add(state);
        }
    }

    private static string[] Names(IEnumerable<Slot> slots) =>
        [.. slots.Select(s => s.Address).Order(StringComparer.Ordinal)];

    private static bool Same(ProxyState a, ProxyState b) =>
        a.Found.SequenceEqual(b.Found) && a.Serving.SequenceEqual(b.Serving) && a.Answered.SequenceEqual(b.Answered);

    private void See(double at, string name, string address, string status, long answered, string check)
    {
        bool isUsed = address.Length > 0 && !status.StartsWith("MAINT", StringComparison.Ordinal);
        Slot before = _slots.GetValueOrDefault(name) ?? new Slot("", at, answered);
        string now = isUsed ? address : "";
        Slot slot = before.Address == now ? before : new Slot(now, at, before.Seen);
        slot.Seen = answered;
        slot.IsUp = status.StartsWith("UP", StringComparison.Ordinal);
        slot.HasAnswered |= answered > slot.Base;
        // Right after a server is found, its last check is still that of the one before it.
        bool first = _states.Count == 0;
        slot.HasServed |= slot.HasAnswered || (slot.IsUp && check.Length > 0 && check.EndsWith("OK",
            StringComparison.Ordinal) && (first || at - slot.Since > 1.2));
        _slots[name] = slot;
    }

    private sealed class Slot(string address, double since, long @base)
    {
        public string Address { get; } = address;

        public double Since { get; } = since;

        public long Base { get; } = @base;

        public long Seen { get; set; } = @base;

        public bool IsUp { get; set; }

        public bool HasAnswered { get; set; }

        public bool HasServed { get; set; }
    }
}
