namespace Capacity.Load.Http;

/// <summary>How long the phases of a request may take, in seconds.</summary>
internal sealed class PhaseLimits(LoadSettings settings)
{
    private readonly double _total = settings.TimeOut.TotalSeconds;
    private readonly double _connect = settings.Http.ConnectTimeout ?? double.PositiveInfinity;
    private readonly double _firstByte = settings.Http.FirstByteTimeout ?? double.PositiveInfinity;

    /// <summary>Which limit a request on a connection is over, if any.</summary>
    /// <param name="now">Seconds since the start of the run, as all instants here.</param>
    /// <param name="started">When it was asked for.</param>
    /// <param name="sent">When it was sent; NaN before.</param>
    /// <param name="connecting">Whether its connection is being made.</param>
    /// <param name="silent">Whether no byte of the answer has come.</param>
    public FailureClass Exceeded(double now, double started, double sent, bool connecting, bool silent) =>
        connecting ? now - started > Math.Min(_connect, _total) ? FailureClass.ConnectTimeout : FailureClass.None
        : silent && now - sent > _firstByte ? FailureClass.FirstByteTimeout
        : now - started > _total ? FailureClass.Timeout
        : FailureClass.None;

    /// <summary>Whether a request has waited too long for a connection.</summary>
    public bool WaitedTooLong(double now, double started) => now - started > _total;
}
