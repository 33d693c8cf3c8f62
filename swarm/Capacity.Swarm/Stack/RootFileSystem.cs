using System.Formats.Tar;
using System.Text;

namespace Capacity.Swarm.Stack;

/// <summary>The files of an image without a registry: programs of this machine with all libraries that they need, as
/// a tar stream.</summary>
internal sealed class RootFileSystem
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly (string Name, string Text)[] Skeleton =
    [
        ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n"),
        ("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
        ("etc/nsswitch.conf", "hosts: files dns\n"),
    ];

    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal) { "tmp", "run", "var/run", "etc" };

    /// <summary>Adds programs or libraries, each with the libraries that it names, at their own paths.</summary>
    public async Task AddWithLibrariesAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        string[] all = [.. paths];
        foreach (string path in all)
        {
            Add(path);
        }

        // ldd takes many files at once; those that are no ELF files it only complains about.
        (_, string output) = await ExternalProgram.RunAsync("ldd", all, null, null, cancellationToken);
        foreach (string word in output.Split([' ', '\t', '\n']))
        {
            if (word.StartsWith('/') && !word.EndsWith(':') && File.Exists(word))
            {
                Add(word);
            }
        }
    }

    /// <summary>Adds what looks names up in DNS; the C library loads it by name only.</summary>
    public Task AddNamesAsync(CancellationToken cancellationToken) =>
        AddByNameAsync(["libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2"], cancellationToken);

    /// <summary>Adds libraries that no program names as its own; those that are not there are left out.</summary>
    public Task AddByNameAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        string[] folders =
        [
            "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu", "/lib64", "/lib",
        ];
        return AddWithLibrariesAsync(names.Select(n => folders.Select(f => Path.Combine(f, n))
            .FirstOrDefault(File.Exists)).OfType<string>(), cancellationToken);
    }

    /// <summary>Adds all files below a folder, at their own paths.</summary>
    public async Task AddFolderAsync(string folder, CancellationToken cancellationToken)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)];
        foreach (string file in files)
        {
            Add(file);
        }

        string[] libraries = [.. files.Where(f => f.EndsWith(".so", StringComparison.Ordinal))];
        if (libraries.Length > 0)
        {
            await AddWithLibrariesAsync(libraries, cancellationToken);
        }
    }

    /// <summary>Adds an empty folder.</summary>
    public void AddEmpty(string folder) => _folders.Add(folder.TrimStart('/'));

    /// <summary>Writes the tar stream.</summary>
    public async Task WriteAsync(Stream target)
    {
        await using var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        foreach (string folder in _folders)
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder + "/")
            {
                Mode = folder == "tmp" ? (UnixFileMode)0b_001_111_111_111 : Executable,
            });
        }

        foreach ((string name, string text) in Skeleton)
        {
            using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(text));
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = bytes });
        }

        foreach ((string name, string source) in _files)
        {
            await using FileStream content = File.OpenRead(source);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = content,
                Mode = Executable,
            });
        }
    }

    // Links are followed: what is named is what is needed.
    private void Add(string path) =>
        _files[path.TrimStart('/')] = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
