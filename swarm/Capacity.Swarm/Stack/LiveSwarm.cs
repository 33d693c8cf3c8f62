using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using Capacity.Swarm.Engine;

namespace Capacity.Swarm.Stack;

/// <summary>What <c>capacity swarm up</c> is asked for.</summary>
public sealed record LiveSwarmOptions
{
    /// <summary>Use the engine that is there, instead of a throw-away one; null decides by whether one is.</summary>
    public EngineAddress? Engine { get; init; }

    /// <summary>Whether images are made from programs of this machine; else the public ones are used.</summary>
    public bool LocalImages { get; init; } = true;

    /// <summary>Variables of the stack file: <c>SCALE_MAX</c>, <c>RATE_WINDOW</c> …</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Files to be put beside those of the stack, by name, or in place of them.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The compose files, in the order in which they count.</summary>
    public IReadOnlyList<string> ComposeFiles { get; init; } = ["stack.yml"];
}

/// <summary>The self-adapting system on a real swarm: up, down, and how it is.</summary>
/// <param name="folder">Where its traces are kept.</param>
/// <param name="say">Told what takes time.</param>
public sealed class LiveSwarm(SwarmFolder folder, Action<string> say)
{
    /// <summary>Name of the stack.</summary>
    public const string StackName = "go-demo";

    private static readonly string[] FileNames =
        ["stack.yml", "haproxy.cfg", "prometheus.yml", "alertmanager.yml", "Dockerfile"];

    private const string Gateway = "docker_gwbridge";

    // As Docker makes it, but for the last: a stack cannot say at which address it publishes its ports.
    private static readonly string[] GatewayOptions =
        [$"name={Gateway}", "enable_icc=false", "enable_ip_masquerade=true", "host_binding_ipv4=127.0.0.1"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Starts an engine if there is none, makes the images, deploys the stack, and waits until all its
    /// services run.</summary>
    /// <exception cref="ClusterException">Something cannot be done on this machine.</exception>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public async Task UpAsync(LiveSwarmOptions options, CancellationToken cancellationToken)
    {
        if (folder.IsInUse)
        {
            throw new ClusterException($"a swarm is already up in {folder.Path}", "end it first: capacity swarm down");
        }

        EngineAddress address = await EngineAsync(options, cancellationToken);
        var docker = new DockerClient(folder, address);
        await WriteFilesAsync(options, cancellationToken);
        var images = new LocalImages(docker);
        if (options.LocalImages)
        {
            await images.MakeAsync(say, cancellationToken);
        }
        else
        {
            say("building the image of demo, scaler and monitor");
            await images.MakeCapacityAsync("mcr.microsoft.com/dotnet/aspnet:10.0", cancellationToken);
        }

        await DeployAsync(docker, options, cancellationToken);
    }

    /// <summary>Deploys the stack anew on the swarm that is up, with other files; engine and images stay.</summary>
    /// <param name="options">Files and variables; those that the swarm was started with hold too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterException">No swarm is up.</exception>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public async Task RedeployAsync(LiveSwarmOptions options, CancellationToken cancellationToken)
    {
        SwarmState state = folder.Read() ?? throw new ClusterException($"no swarm is up in {folder.Path}",
            "start one: capacity swarm up");
        var docker = new DockerClient(folder, state.Address);
        say("removing the stack that is there");
        await RemoveStackAsync(docker, cancellationToken);
        await WriteFilesAsync(options, cancellationToken);
        Set(docker, state.Variables);
        await DeployAsync(docker, options with { LocalImages = state.LocalImages }, cancellationToken);
    }

    /// <summary>Removes the stack, and all else that <see cref="UpAsync"/> made.</summary>
    /// <returns>Whether there was anything to remove.</returns>
    public async Task<bool> DownAsync(CancellationToken cancellationToken)
    {
        if (folder.Read() is not { } state)
        {
            return false;
        }

        EngineAddress address = state.Address;
        var docker = new DockerClient(folder, address);
        say("removing the stack");
        await RemoveStackAsync(docker, cancellationToken);
        if (state.IsOwn)
        {
            say("ending the engine");
            await docker.RunAsync(["swarm", "leave", "--force"], cancellationToken);
            if (!await new OwnEngine(folder).StopAsync(cancellationToken))
            {
                throw new ClusterException($"the engine of {folder.Path} does not end",
                    $"see {folder.At("dockerd.log")}, then run this again");
            }

            await UnmountAsync(cancellationToken);
            if (state.Host is { } before)
            {
                await HostNetwork.RestoreAsync(before, cancellationToken);
            }
        }
        else
        {
            await docker.RunAsync(["image", "rm", .. LocalImages.Variables.Values, "capacity-local/dotnet:1"],
                cancellationToken);
        }

        Directory.Delete(folder.Path, recursive: true);
        return true;
    }

    /// <summary>The services of the stack.</summary>
    /// <returns>Null when nothing is up.</returns>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task<IReadOnlyList<EngineService>?> StatusAsync(CancellationToken cancellationToken)
    {
        if (folder.Read() is not { } state)
        {
            return null;
        }

        using var client = new EngineClient(state.Address);
        return await client.ServicesAsync($"com.docker.stack.namespace={StackName}", cancellationToken);
    }

    private static void Set(DockerClient docker, IReadOnlyDictionary<string, string> variables)
    {
        foreach ((string name, string value) in variables)
        {
            docker.Variables[name] = value;
        }
    }

    private async Task<EngineAddress> EngineAsync(LiveSwarmOptions options, CancellationToken cancellationToken)
    {
        EngineAddress there = options.Engine ?? EngineAddress.Parse(EngineAddress.Usual);
        if (options.Engine is not null || File.Exists(there.SocketPath))
        {
            using var client = new EngineClient(there);
            await client.NodesAsync(cancellationToken); // refuses, with the reason, unless it is a manager
            if (options.Engine is null)
            {
                StackPorts.DemandPublished(options.Variables); // one that is named may be elsewhere
            }

            folder.Write(new SwarmState(there.ToString(), IsOwn: false, null, options.Variables, options.LocalImages)
            {
                Certificates = there.Certificates is { } certificates ? Path.GetFullPath(certificates) : null,
            });
            return there;
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new ClusterException("no Docker engine is running, and only root can start one",
                "run this as root, or start Docker and run: docker swarm init");
        }

        await OwnEngine.InstallAsync(say, cancellationToken);
        if (HostNetwork.OtherEngine() is { } other)
        {
            throw new ClusterException(string.Create(CultureInfo.InvariantCulture,
                $"another Docker engine runs in this machine's network (process {other}); a second one would lose its "
                + $"rules when the first ends"),
                "end it (capacity swarm down --folder …), or use it: --engine address");
        }

        StackPorts.DemandPublished(options.Variables);
        string[] ports = StackPorts.OfSwarm();
        var own = new OwnEngine(folder);
        folder.Write(new SwarmState(own.Address.ToString(), IsOwn: true,
            await HostNetwork.LookAsync(cancellationToken), options.Variables, options.LocalImages));
        say($"starting a throw-away Docker engine in {folder.Path}");
        await own.StartAsync(cancellationToken);
        var docker = new DockerClient(folder, own.Address);
        await docker.DemandAsync(["network", "create", "--driver", "bridge", .. GatewayOptions.SelectMany(
            o => new[] { "--opt", $"com.docker.network.bridge.{o}" }), Gateway], null, cancellationToken);
        await docker.DemandAsync(["swarm", "init", .. ports], null, cancellationToken);
        return own.Address;
    }

    private async Task DeployAsync(
        DockerClient docker, LiveSwarmOptions options, CancellationToken cancellationToken)
    {
        if (options.LocalImages)
        {
            Set(docker, LocalImages.Variables);
        }
        else
        {
            docker.Variables["CAPACITY_IMAGE"] = LocalImages.Capacity;
        }

        Set(docker, options.Variables);
        say("deploying the stack");
        string[] resolve = options.LocalImages ? ["--resolve-image", "never"] : [];
        // It does not wait unless it is told to; clients before 26 do not know the word --detach.
        await docker.DemandAsync(["stack", "deploy", .. resolve,
            .. options.ComposeFiles.SelectMany(f => new[] { "-c", Path.Combine(folder.StackFiles, f) }), StackName],
            null, cancellationToken);
        using var client = new EngineClient(docker.Address);
        await WaitAsync(client, cancellationToken);
    }

    /// <summary>The text of one of the stack's own files.</summary>
    internal static string FileText(string name)
    {
        using Stream source = Assembly.GetExecutingAssembly().GetManifestResourceStream($"stack/{name}")!;
        using var reader = new StreamReader(source);
        return reader.ReadToEnd();
    }

    private async Task WriteFilesAsync(LiveSwarmOptions options, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder.StackFiles);
        foreach (string name in FileNames.Union(options.Files.Keys, StringComparer.Ordinal))
        {
            string text = options.Files.GetValueOrDefault(name) ?? FileText(name);
            await File.WriteAllTextAsync(Path.Combine(folder.StackFiles, name), text, cancellationToken);
        }

        await File.WriteAllTextAsync(folder.TokenFile, RandomNumberGenerator.GetHexString(32, lowercase: true),
            cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static async Task WaitAsync(EngineClient client, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Patience);
        string waiting = "";
        try
        {
            while (true)
            {
                IReadOnlyList<EngineService> services =
                    await client.ServicesAsync($"com.docker.stack.namespace={StackName}", limited.Token);
                string[] late = [.. services.Where(s => s.ServiceStatus is not { } t || t.RunningTasks < t.DesiredTasks)
                    .Select(s => s.Spec.Name)];
                if (late.Length == 0)
                {
                    return;
                }

                waiting = string.Join(", ", late);
                await Task.Delay(200, limited.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            IReadOnlyList<EngineTask> tasks = await client.TasksAsync(null, cancellationToken);
            string why = tasks.Select(t => t.Status.Err).LastOrDefault(e => e.Length > 0) ?? "no task says why";
            throw new ClusterException($"these services do not run after {Patience.TotalSeconds} s: {waiting} ({why})",
                "see: capacity swarm status, and the logs of their containers; then capacity swarm down");
        }
    }

    private static async Task RemoveStackAsync(DockerClient docker, CancellationToken cancellationToken)
    {
        await docker.RunAsync(["stack", "rm", StackName], cancellationToken);
        for (int i = 0; i < 300; i++)
        {
            string filter = $"label=com.docker.stack.namespace={StackName}";
            (int code, string left) =
                await docker.RunAsync(["ps", "-aq", "--filter", filter], cancellationToken);
            (_, string networks) =
                await docker.RunAsync(["network", "ls", "-q", "--filter", filter], cancellationToken);
            if (code != 0 || (left.Length == 0 && networks.Length == 0))
            {
                break;
            }

            await Task.Delay(100, cancellationToken);
        }

        await docker.RunAsync(["volume", "rm", "-f", $"{StackName}_prometheus"], cancellationToken);
    }

    private async Task UnmountAsync(CancellationToken cancellationToken)
    {
        string[] mounts = await File.ReadAllLinesAsync("/proc/self/mounts", cancellationToken);
        foreach (string mount in mounts.Select(l => l.Split(' ')[1]).Reverse()
            .Where(m => m.StartsWith(folder.Path + "/", StringComparison.Ordinal)))
        {
            await ExternalProgram.RunAsync("umount", ["-l", mount], null, null, cancellationToken);
        }
    }
}
