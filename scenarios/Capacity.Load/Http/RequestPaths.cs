using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Capacity.Load.Pacing;
using Capacity.Model;

namespace Capacity.Load.Http;

/// <summary>Chooses what sends the requests of a run.</summary>
internal static class RequestPaths
{
    private static readonly TimeSpan TryEach = TimeSpan.FromSeconds(2);

    /// <summary>The cheapest way that can do what is asked. Where the kernel refuses io_uring, as it does in many
    /// containers, epoll takes its place.</summary>
    public static RequestTransport Choose(LoadSettings settings)
    {
        HttpSettings http = settings.Http;
        bool plain = settings.Target.Scheme == Uri.UriSchemeHttp
            && http is { Http2: false, Redirects: false, Cookies: false, Proxy: null };
        bool linux = OperatingSystem.IsLinux()
            && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
        return !plain ? RequestTransport.Client
            : settings.Transport is { } asked && (asked > RequestTransport.Epoll || linux) ? asked
            : linux ? RequestTransport.Ring
            : RequestTransport.Sockets;
    }

    /// <summary>Whether several threads tell the tally what becomes of requests.</summary>
    public static bool Shares(LoadSettings settings) =>
        Choose(settings) is RequestTransport.Sockets or RequestTransport.Client;

    /// <summary>Makes it ready.</summary>
    /// <param name="settings">What to send where.</param>
    /// <param name="tally">Is told what becomes of each request.</param>
    /// <param name="clock">The run's.</param>
    /// <param name="openRing">Opens an io_uring, or answers null where the kernel refuses it.</param>
    /// <param name="stop">Ends the search for the service's address.</param>
    public static async Task<IRequestPath> OpenAsync(
        LoadSettings settings, LoadTally tally, RunClock clock, Func<Ring?> openRing, CancellationToken stop)
    {
        RequestTransport transport = Choose(settings);
        if (transport == RequestTransport.Client)
        {
            return new ClientPath(settings, tally, clock);
        }

        IPEndPoint? address = await AddressAsync(settings.Target, stop);
        if (transport == RequestTransport.Sockets)
        {
            return new SocketPath(settings, tally, clock, address);
        }

        Ring? ring = transport == RequestTransport.Ring ? openRing() : null;
        return new EventPath(
            settings, tally, clock, address, ring is null ? new EpollEvents() : new RingEvents(ring))
        {
            Remark = ring is null && settings.Transport == RequestTransport.Ring
                ? "this kernel does not allow io_uring: the load was sent by epoll, which costs a little more CPU"
                : null,
        };
    }

    /// <summary>Where the service is: of several addresses the first that lets us connect.</summary>
    /// <returns>Null when the name is unknown.</returns>
    private static async Task<IPEndPoint?> AddressAsync(Uri target, CancellationToken stop)
    {
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(target.IdnHost, stop);
            for (int i = 0; i < addresses.Length - 1; i++)
            {
                var point = new IPEndPoint(addresses[i], target.Port);
                if (await AnswersAsync(point, stop))
                {
                    return point;
                }
            }

            return addresses.Length > 0 ? new IPEndPoint(addresses[^1], target.Port) : null;
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<bool> AnswersAsync(IPEndPoint point, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TryEach);
        try
        {
            using var socket = new Socket(point.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(point, limit.Token);
            return true;
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
