using System.CommandLine;
using Capacity.Cli;

namespace Capacity.Tests.Cli;

/// <summary>One command line, run in this process.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">What went to the output.</param>
/// <param name="Error">What went to the error stream.</param>
internal sealed record CommandLineRun(ExitCode Code, string Output, string Error)
{
    public static Task<CommandLineRun> Of(params string[] args) =>
        With(null, TestContext.Current.CancellationToken, args);

    public static async Task<CommandLineRun> With(
        Func<CommandHost, Command>? word, CancellationToken cancellation, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var environment = new CliEnvironment { Output = output, Error = error };
        ExitCode code = await CapacityProgram.RunAsync(args, environment, cancellation, word is null ? null : [word]);
        return new CommandLineRun(code, output.ToString(), error.ToString());
    }
}
