using System.ComponentModel;
using System.Diagnostics;

namespace Capacity.Swarm.Stack;

/// <summary>Runs a program of the system to its end.</summary>
internal static class ExternalProgram
{
    /// <summary>Runs it.</summary>
    /// <param name="file">Name or path.</param>
    /// <param name="arguments">As typed, without a shell between.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Exit code, and what it wrote to either stream.</returns>
    /// <exception cref="ClusterException">There is no such program.</exception>
    public static async Task<(int Code, string Output)> RunAsync(string file, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null, Func<Stream, Task>? input = null,
        CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        using Process process = Start(start);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            if (input is not null)
            {
                await WriteAsync(process, input);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, (await output + await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs it, and takes a failure for an exception.</summary>
    /// <exception cref="ClusterException">It fails, or is not there.</exception>
    public static async Task<string> DemandAsync(string file, IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null, Func<Stream, Task>? input = null,
        CancellationToken cancellationToken = default)
    {
        (int code, string output) = await RunAsync(file, arguments, environment, input, cancellationToken);
        return code == 0 ? output : throw new ClusterException(
            $"'{file} {string.Join(' ', arguments.Take(3))} …' failed with {code}: {LastLine(output)}",
            "run it by hand to see more");
    }

    private static async Task WriteAsync(Process process, Func<Stream, Task> input)
    {
        try
        {
            await input(process.StandardInput.BaseStream);
        }
        catch (IOException)
        {
            // It ended before it had read everything; its exit code and its output say why.
        }
    }

    private static string LastLine(string text) => text.Split('\n')[^1];

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw new ClusterException($"'{start.FileName}' cannot be run: {problem.Message}",
                "install it, or put it into the PATH", problem);
        }
    }
}
