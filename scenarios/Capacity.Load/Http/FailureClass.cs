namespace Capacity.Load.Http;

/// <summary>Why a request counts as failed.</summary>
internal enum FailureClass
{
    None,
    TooManyInFlight,
    NameUnknown,
    ConnectRefused,
    ConnectFailed,
    ConnectTimeout,
    PoolTimeout,
    FirstByteTimeout,
    Timeout,
    Reset,
    ClosedWithoutAnswer,
    CutOff,
    BadStatusLine,
    BadHeader,
    HeaderTooLarge,
    BadLength,
    BadChunk,
    BeyondLength,
    BodyTooLarge,
    Tls,
    Protocol,
    Status,
    Check,
}

/// <summary>The words for failures in results.</summary>
internal static class FailureNames
{
    /// <summary>How many classes there are.</summary>
    public static int Count => Names.Length;

    private static readonly string[] Names =
    [
        "none", "too many in flight", "name unknown", "connect refused", "connect failed", "connect time-out",
        "connection wait time-out", "first byte time-out", "time-out", "reset", "closed without answer", "cut off",
        "bad status line", "bad header", "header too large", "bad content length", "bad chunk",
        "beyond content length", "body too large", "tls", "protocol", "status", "check",
    ];

    /// <summary>The word for a class.</summary>
    public static string Of(FailureClass failure) => Names[(int)failure];
}
