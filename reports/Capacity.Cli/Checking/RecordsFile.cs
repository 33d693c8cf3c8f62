using System.Security;

namespace Capacity.Cli.Checking;

/// <summary>A file of request records that grows during a run and has its name only when it is complete.</summary>
internal sealed class RecordsFile : IDisposable
{
    private readonly string _path;
    private readonly string _unfinished;
    private bool _kept;

    private RecordsFile(string path, string unfinished, FileStream stream) =>
        (_path, _unfinished, Stream) = (path, unfinished, stream);

    /// <summary>Where records go.</summary>
    public FileStream Stream { get; }

    /// <summary>Begins the file.</summary>
    /// <param name="path">Missing folders are created; null: no file is wanted.</param>
    /// <exception cref="EnvironmentFailedException">The file cannot be written.</exception>
    public static RecordsFile? Open(string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            string unfinished = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
            return new RecordsFile(path, unfinished, new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write));
        }
        catch (Exception problem) when (IsOfTheWorld(problem))
        {
            throw Refused(path, problem);
        }
    }

    /// <summary>Gives the file its name; one that is there is replaced.</summary>
    /// <exception cref="EnvironmentFailedException">It cannot be written.</exception>
    public void Keep()
    {
        try
        {
            Stream.Dispose();
            File.Move(_unfinished, _path, overwrite: true);
            _kept = true;
        }
        catch (Exception problem) when (IsOfTheWorld(problem))
        {
            throw Refused(_path, problem);
        }
    }

    /// <summary>Removes the file unless it was kept.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
            if (!_kept)
            {
                File.Delete(_unfinished);
            }
        }
        catch (Exception problem) when (IsOfTheWorld(problem))
        {
            // The problem that led here is the one to tell; a leftover temporary file does no harm.
        }
    }

    private static bool IsOfTheWorld(Exception problem) => problem is IOException or UnauthorizedAccessException
        or SecurityException or NotSupportedException or ArgumentException;

    private static EnvironmentFailedException Refused(string path, Exception problem) =>
        new($"cannot write {path}: {problem.Message}",
            "check that the folder can be written to and that the disk is not full", problem);
}
