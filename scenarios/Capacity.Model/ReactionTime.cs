namespace Capacity.Model;

/// <summary>One link of the chain from a changed load to a replica that serves it.</summary>
/// <param name="Name">In a word or two.</param>
/// <param name="From">Seconds since the start of the run.</param>
/// <param name="To">Seconds, not before <paramref name="From"/>.</param>
/// <param name="What">What passes this time.</param>
public sealed record ReactionLink(string Name, double From, double To, string What)
{
    /// <summary>Length, seconds, ≥ 0.</summary>
    public double Seconds => To - From;
}

/// <summary>Where the time of one scale action went, link by link without gaps.</summary>
/// <param name="Action">The action.</param>
/// <param name="Links">In order of time; the first begins when the condition began to hold in the load itself.</param>
public sealed record ReactionTime(ScaleAction Action, IReadOnlyList<ReactionLink> Links)
{
    private const double Visible = 1.2; // less of a change is noise
    private const int LookBack = 60; // steps
    private const int SilenceMax = 3; // steps

    /// <summary>When the condition began to hold, seconds: to within one step of the run's series.</summary>
    public double Began => Links[0].From;

    /// <summary>From then until the last known link, seconds: the sum of the links.</summary>
    public double Seconds => Links[^1].To - Links[0].From;

    /// <summary>Attributes the time of every action that has a known beginning.</summary>
    public static IReadOnlyList<ReactionTime> Of(RunResult run) =>
        [.. run.ScaleActions.Where(a => !double.IsNaN(a.At)).Select(a => Of(run, a))];

    /// <summary>Attributes the time of one action.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="action">One of its actions.</param>
    /// <remarks>
    /// The beginning is read off the series of the run: the first of the steps up to the evaluation in which the 95th
    /// percentile of the response time (or, where that shows nothing, the demand) was beyond the middle between the
    /// calmest and the worst value of the last steps. The middle is the geometric mean: under overload the response
    /// time grows over orders of magnitude, and half of the worst value would come late. Instants that are not known
    /// are left out: the next link then holds their time, too.
    /// </remarks>
    public static ReactionTime Of(RunResult run, ScaleAction action)
    {
        ScaleChain chain = action.Chain;
        double seen = double.IsNaN(chain.Active) ? action.At : chain.Active;
        double scraped = chain.Scraped <= seen ? chain.Scraped : double.NaN; // with a `for` it is a later one
        double began = Math.Min(Beginning(run, action, seen), double.IsNaN(scraped) ? seen : scraped);
        bool isRepeat = run.ScaleActions.Any(a => a.At < action.At && a.Alert == action.Alert
            && Math.Abs(a.Chain.Fired - chain.Fired) < 1e-9);
        (string Name, double To, string What)[] instants =
        [
            ("requests", scraped, "requests finish, fall into their buckets, and fill enough of the rate window"),
            ("evaluation", seen, "from the scrape until rules are evaluated, or the policy looks"),
            ("for", chain.Fired, "the condition must go on holding"),
            isRepeat
                ? ("repeat", chain.Flushed, "Alertmanager's repeat interval after the notification before")
                : ("group", chain.Flushed, "Alertmanager's group timers"),
            ("delivery", double.IsNaN(chain.Delivered) ? action.At : chain.Delivered,
                "the webhook, and the scaler's answer"),
            ("orchestrator", chain.Started, "from the update until tasks start"),
            ("start", chain.Ready, "tasks start, listen, and pass their first health check"),
            ("rotation", chain.InRotation, "the balancer learns of the change"),
            ("first request", chain.FirstServed ?? double.NaN, "until one of the new replicas has served a request"),
        ];
        var links = new List<ReactionLink>();
        double from = began;
        foreach ((string name, double to, string what) in instants.Where(i => !double.IsNaN(i.To)))
        {
            double until = Math.Max(from, to);
            links.Add(new ReactionLink(name, from, until, what));
            from = until;
        }

        return new ReactionTime(action, links);
    }

    private static double Beginning(RunResult run, ScaleAction action, double seen)
    {
        bool up = action.To > action.From;
        return Since(run.Series.P95, run.Step, seen, up) ?? Since(run.Series.Offered, run.Step, seen, up) ?? seen;
    }

    /// <summary>Since when a series has been beyond its middle; null when it shows no change.</summary>
    private static double? Since(IReadOnlyList<double> series, double step, double seen, bool up)
    {
        int last = Math.Min((int)(seen / step), series.Count - 1);
        int first = Math.Max(0, last - LookBack);
        double[] near = [.. series.Skip(first).Take(last - first + 1).Where(v => !double.IsNaN(v))];
        if (near.Length == 0 || !(near.Max() > near.Min() * Visible))
        {
            return null;
        }

        double middle = near.Min() > 0 ? Math.Sqrt(near.Min() * near.Max()) : near.Max() / 2;
        bool Beyond(int i) => up ? series[i] >= middle : series[i] <= middle;
        int began = last;
        while (began > first && !Beyond(began))
        {
            began--; // a step that has only begun, or noise since
        }

        if (!Beyond(began))
        {
            return null;
        }

        int silent = 0; // steps without a value, which say nothing; after a longer silence a new surge begins
        for (int i = began - 1; i >= first && silent <= SilenceMax; i--)
        {
            silent = double.IsNaN(series[i]) ? silent + 1 : 0;
            if (silent == 0 && !Beyond(i))
            {
                break;
            }

            began = silent == 0 ? i : began;
        }

        return began * step;
    }
}
