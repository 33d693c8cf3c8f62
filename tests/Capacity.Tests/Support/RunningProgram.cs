using System.Diagnostics;

namespace Capacity.Tests.Support;

/// <summary>Programs in a process of their own: ours as a user runs it, and others.</summary>
internal static class RunningProgram
{
    /// <summary>Runs a command line to its end.</summary>
    /// <returns>Exit code, and what it wrote.</returns>
    public static Task<(int Code, string Output)> RunAsync(params string[] arguments) =>
        RunAsync(new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>The same with environment variables besides those of this process.</summary>
    public static async Task<(int Code, string Output)> RunAsync(
        IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        // …/artifacts/bin/Capacity.Tests/debug/ → …/artifacts/bin/Capacity.Cli/debug/capacity
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string program = Path.Combine(here.Parent!.Parent!.FullName, "Capacity.Cli", here.Name, "capacity");
        return await RunOtherAsync(program, environment, arguments);
    }

    /// <summary>Runs a program of the system.</summary>
    public static Task<(int Code, string Output)> RunOtherAsync(string program, params string[] arguments) =>
        RunOtherAsync(program, new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>The same with environment variables besides those of this process.</summary>
    public static async Task<(int Code, string Output)> RunOtherAsync(
        string program, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
