using System.Diagnostics;

namespace Capacity.Tests.RealSwarm;

/// <summary>The program as a user runs it, in a process of its own.</summary>
internal static class RunningProgram
{
    /// <summary>Runs a command line to its end.</summary>
    /// <returns>Exit code, and what it wrote.</returns>
    public static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        // …/artifacts/bin/Capacity.Tests/debug/ → …/artifacts/bin/Capacity.Cli/debug/capacity
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string program = Path.Combine(here.Parent!.Parent!.FullName, "Capacity.Cli", here.Name, "capacity");
        return await RunOtherAsync(program, arguments);
    }

    /// <summary>Runs a program of the system.</summary>
    public static async Task<(int Code, string Output)> RunOtherAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
