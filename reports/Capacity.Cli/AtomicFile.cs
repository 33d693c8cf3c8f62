using System.Security;
using System.Text;

namespace Capacity.Cli;

/// <summary>Writes files so that a reader sees the old one or the new one, never half of it.</summary>
internal static class AtomicFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a text as UTF-8.</summary>
    /// <param name="path">Missing folders are created; a file that is there is replaced.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="cancellation">Stops before the file is replaced.</param>
    /// <exception cref="EnvironmentFailedException">The file cannot be written.</exception>
    public static Task WriteAsync(string path, string text, CancellationToken cancellation = default) =>
        WriteAsync(path, Utf8.GetBytes(text), cancellation);

    /// <summary>Writes bytes.</summary>
    /// <inheritdoc cref="WriteAsync(string, string, CancellationToken)"/>
    public static async Task WriteAsync(string path, byte[] bytes, CancellationToken cancellation = default)
    {
        string? unfinished = null;
        try
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            unfinished = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
            await File.WriteAllBytesAsync(unfinished, bytes, cancellation);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or SecurityException
            or NotSupportedException or ArgumentException)
        {
            Remove(unfinished);
            throw new EnvironmentFailedException($"cannot write {path}: {problem.Message}",
                "check that the folder can be written to and that the disk is not full", problem);
        }
        catch (OperationCanceledException)
        {
            Remove(unfinished);
            throw;
        }
    }

    /// <summary>Makes a folder and sees that files can be made in it: before long work, not after it.</summary>
    /// <exception cref="EnvironmentFailedException">They cannot.</exception>
    public static void Prepare(string folder)
    {
        string trial = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            using FileStream made = File.Create(trial, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or SecurityException
            or NotSupportedException or ArgumentException)
        {
            throw new EnvironmentFailedException($"cannot write to {folder}: {problem.Message}",
                "give another folder with --out", problem);
        }
    }

    private static void Remove(string? unfinished)
    {
        try
        {
            File.Delete(unfinished ?? "");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The first problem is the one to tell; a leftover temporary file does no harm.
        }
    }
}
