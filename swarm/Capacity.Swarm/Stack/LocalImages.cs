using System.Runtime.InteropServices;

namespace Capacity.Swarm.Stack;

/// <summary>The stack's images, made from programs of this machine; no registry is asked.</summary>
/// <param name="docker">Runs the Docker client at the right engine.</param>
internal sealed class LocalImages(DockerClient docker)
{
    /// <summary>The image of demo, scaler and monitor.</summary>
    public const string Capacity = "capacity-local/capacity:1";

    /// <summary>All images, with the variables of the stack file that name them.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CAPACITY_IMAGE"] = Capacity,
            ["HAPROXY_IMAGE"] = "capacity-local/haproxy:1",
            ["PROMETHEUS_IMAGE"] = "capacity-local/prometheus:1",
            ["ALERTMANAGER_IMAGE"] = "capacity-local/alertmanager:1",
        };

    private const string DotnetBase = "capacity-local/dotnet:1";

    /// <summary>Makes all of them.</summary>
    /// <param name="say">Told what is made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task MakeAsync(Action<string> say, CancellationToken cancellationToken)
    {
        say("making images from local files: .NET, HAProxy, Prometheus, Alertmanager");
        await MakeDotnetAsync(cancellationToken);
        await MakeAsync("HAPROXY_IMAGE", ["haproxy"], [], ["ENV PATH=/usr/sbin:/usr/bin"], cancellationToken);
        await MakeAsync("PROMETHEUS_IMAGE", ["prometheus"], ["/prometheus", "/etc/prometheus"],
            ["ENTRYPOINT [\"/usr/bin/prometheus\"]", "WORKDIR /prometheus"], cancellationToken);
        await MakeAsync("ALERTMANAGER_IMAGE", ["prometheus-alertmanager"], ["/alertmanager"],
            ["ENTRYPOINT [\"/usr/bin/prometheus-alertmanager\"]", "WORKDIR /alertmanager"], cancellationToken);
        await MakeCapacityAsync(DotnetBase, cancellationToken);
    }

    /// <summary>Makes the image of this program upon a base with the .NET runtime.</summary>
    public async Task MakeCapacityAsync(string basis, CancellationToken cancellationToken)
    {
        string dockerfile = Path.Combine(docker.Folder.StackFiles, "Dockerfile");
        await docker.DemandAsync(["build", "-q", "--build-arg", $"BASE={basis}", "-f", dockerfile, "-t", Capacity,
            AppContext.BaseDirectory], null, cancellationToken);
    }

    private async Task MakeDotnetAsync(CancellationToken cancellationToken)
    {
        // …/shared/Microsoft.NETCore.App/10.0.1/ → …
        var runtime = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/'));
        string root = runtime.Parent!.Parent!.Parent!.FullName;
        string aspnet = Path.Combine(root, "shared", "Microsoft.AspNetCore.App", runtime.Name);
        var files = new RootFileSystem();
        await files.AddNamesAsync(cancellationToken);
        await files.AddByNameAsync(["libssl.so.3", "libcrypto.so.3"], cancellationToken); // .NET's cryptography
        await files.AddWithLibrariesAsync([Path.Combine(root, "dotnet")], cancellationToken);
        await files.AddFolderAsync(Path.Combine(root, "host", "fxr"), cancellationToken);
        await files.AddFolderAsync(runtime.FullName, cancellationToken);
        await files.AddFolderAsync(aspnet, cancellationToken);
        await ImportAsync(DotnetBase, files, [$"ENV PATH={root}:/usr/bin DOTNET_ROOT={root} "
            + "DOTNET_RUNNING_IN_CONTAINER=true"], cancellationToken);
    }

    private async Task MakeAsync(string variable, string[] programs, string[] folders, string[] changes,
        CancellationToken cancellationToken)
    {
        var files = new RootFileSystem();
        await files.AddNamesAsync(cancellationToken);
        await files.AddWithLibrariesAsync(programs.Select(p => OwnEngine.Find(p) ?? throw new ClusterException(
            $"'{p}' is not installed", "install its package, or use --images public")), cancellationToken);
        foreach (string folder in folders)
        {
            files.AddEmpty(folder);
        }

        const string Template = "/usr/share/prometheus/alertmanager"; // Debian's Alertmanager does not start without
        if (variable == "ALERTMANAGER_IMAGE" && Directory.Exists(Template))
        {
            await files.AddFolderAsync(Template, cancellationToken);
        }

        await ImportAsync(Variables[variable], files, changes, cancellationToken);
    }

    private Task<string> ImportAsync(
        string name, RootFileSystem files, string[] changes, CancellationToken cancellationToken) =>
        docker.DemandAsync(["import", .. changes.SelectMany(c => new[] { "--change", c }), "-", name],
            files.WriteAsync, cancellationToken);
}
