namespace Capacity.Control.Alertmanager;

/// <summary>Which generation of Alertmanager is imitated.</summary>
public enum AlertmanagerProfile
{
    /// <summary>0.14, which the tutorial pins: an old alert flushes its group until something was sent
    /// successfully.</summary>
    V014,

    /// <summary>0.25, the recorded one: an old alert flushes its group until its first flush.</summary>
    V025,

    /// <summary>0.32 and later: an emptied group is destroyed at once; old alerts flush only a new group.</summary>
    V032,
}

/// <summary>What Alertmanager's configuration file does not say.</summary>
public sealed record AlertmanagerOptions
{
    /// <summary>The generation that is imitated.</summary>
    public AlertmanagerProfile Profile { get; init; } = AlertmanagerProfile.V025;

    /// <summary>How much later than planned each timer fires, ≥ 0. It decides the race between a delivery and
    /// <c>repeat_interval</c> when that is a multiple of <c>group_interval</c>: measured 0.4 to 3.5 ms.</summary>
    public TimeSpan TimerDrift { get; init; }

    /// <summary>Time between two removals of empty groups, counted from the start of the process or a reload.</summary>
    public TimeSpan CleanupInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Notifications wait until this long after the start of the process: zero for a single node that was
    /// told so; 10 s measured with the default <c>--cluster.listen-address</c>.</summary>
    public TimeSpan GossipSettle { get; init; }

    /// <summary>No group is looked at before this long after the start of the process:
    /// <c>--dispatch.start-delay</c>, from 0.30.</summary>
    public TimeSpan StartDelay { get; init; }

    /// <summary>How long the notification log remembers at most.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(120);

    /// <summary>Share by which the pause between two delivery attempts varies, 0 to 1: 0.5 s, 0.75 s, … each ±
    /// this.</summary>
    public double RetryJitter { get; init; } = 0.5;

    /// <summary>Seed of the jitter between delivery attempts.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Least time that a flush gets for its deliveries; <c>group_interval</c> when that is longer.</summary>
    internal TimeSpan FlushTimeMin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause after the first failed attempt; it grows by half with each.</summary>
    internal TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause between two attempts.</summary>
    internal TimeSpan RetryPauseMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between two removals of resolved alerts from the store.</summary>
    internal TimeSpan StoreInterval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Time between two removals of expired entries from the notification log.</summary>
    internal TimeSpan LogInterval { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The same with every duration divided, for a run in fast motion. The timer's drift stays.</summary>
    /// <param name="speed">Greater than 0; 10 makes a minute last six seconds.</param>
    public AlertmanagerOptions Faster(double speed) => this with
    {
        CleanupInterval = CleanupInterval / speed,
        GossipSettle = GossipSettle / speed,
        StartDelay = StartDelay / speed,
        Retention = Retention / speed,
        FlushTimeMin = FlushTimeMin / speed,
        RetryPause = RetryPause / speed,
        RetryPauseMax = RetryPauseMax / speed,
        StoreInterval = StoreInterval / speed,
        LogInterval = LogInterval / speed,
    };
}
