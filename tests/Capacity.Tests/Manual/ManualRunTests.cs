using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Capacity.Tests.Serving;
using Capacity.Tests.Support;

namespace Capacity.Tests.Manual;

/// <summary>
/// The commands of the manual, run as they stand, by the shell, in a folder with copies of the library. A mark above
/// each block says how: <c>&lt;!-- test: run; check: --launches 4 =&gt; 1 --&gt;</c> adds options to <c>capacity
/// check</c> that make it quick, and says that it must end with 1. The word <c>small</c> among them gives the flash
/// sale a sixth of its requests and workers.
/// </summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed partial class ManualRunTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly string[] Copied = ["scenarios/library", "scenarios/validation", "swarm/stack"];

    private static readonly string Sixth = string.Join(' ', ServedScenario.Sixth.Select(s => $"--set {s}"));

    /// <summary>Pages with at least one block that is run.</summary>
    public static TheoryData<string> Pages =>
        [.. ManualPage.Blocks.Where(b => b.Runs).Select(b => b.Page).Distinct()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_commands_of_a_page_do_what_it_says(string page)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are written for a POSIX shell.");
        using var folder = new TemporaryFolder();
        Prepare(folder);
        var ports = new Dictionary<string, string>();
        foreach (CommandBlock block in ManualPage.Blocks.Where(b => b.Page == page && b.Runs))
        {
            WriteProgram(folder, block);
            string text = FixedPort().Replace(block.Text, m => Free(ports, m.Value));
            (int code, string output) = await RunAsync(folder, text);

            Assert.True(code == 0, $"{block.Place} ended with {code}:\n{text}\n---\n{output}");
        }
    }

    [GeneratedRegex(@"\b(80[89][0-9]|41[0-9]{2}|94[0-9]{2})\b")]
    private static partial Regex FixedPort();

    [GeneratedRegex(@"\bsmall\b")]
    private static partial Regex Small();

    /// <summary>A port that is free here, the same one for the same number of the page.</summary>
    private static string Free(Dictionary<string, string> ports, string written)
    {
        if (!ports.TryGetValue(written, out string? port))
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
            ports[written] = port;
        }

        return port;
    }

    private static void Prepare(TemporaryFolder folder)
    {
        foreach (string from in Copied)
        {
            foreach (string file in Directory.EnumerateFiles(Repository.At(from), "*", SearchOption.AllDirectories))
            {
                string target = folder.File(Path.GetRelativePath(Repository.Root, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        Directory.CreateDirectory(folder.File("bin"));
    }

    /// <summary>Writes <c>capacity</c> and <c>run.sh</c> with what the block's mark adds.</summary>
    private static void WriteProgram(TemporaryFolder folder, CommandBlock block)
    {
        var script = new StringBuilder($$"""
            #!/usr/bin/env bash
            # Waits for the addresses that are named, adds options, and looks at the exit code.
            for word in "$@"; do
              if [[ "$word" =~ ^http://127\.0\.0\.1:([0-9]+)/?$ ]]; then
                for _ in $(seq 300); do
                  (: < "/dev/tcp/127.0.0.1/${BASH_REMATCH[1]}") 2> /dev/null && break
                  sleep 0.1
                done
              fi
            done
            expected=0 extra=()
            case "${1:-} " in
            """);
        foreach ((string name, string value) in block.Settings)
        {
            string[] parts = value.Split("=>");
            string codes = parts.Length > 1 ? parts[1].Trim() : "0";
            script.Append(CultureInfo.InvariantCulture,
                $"\n  \"{name} \") extra=({Small().Replace(parts[0].Trim(), Sixth)}); expected=\"{codes}\" ;;");
        }

        script.Append(CultureInfo.InvariantCulture, $$"""

            esac
            if [[ "${1:-}" == demo ]]; then exec dotnet "{{Program}}" "$@" "${extra[@]}"; fi
            args=()
            while [[ $# -gt 0 ]]; do # what is added takes the place of what is written, but for --set
              if [[ "$1" == --* && "$1" != --set && " ${extra[*]} " == *" $1 "* ]]; then shift 2; continue; fi
              args+=("$1")
              shift
            done
            set -- "${args[@]}"
            code=0
            dotnet "{{Program}}" "$@" "${extra[@]}" || code=$?
            for good in $expected; do if [[ "$code" -eq "$good" ]]; then exit 0; fi; done
            echo "capacity $* ended with $code, not with $expected" >&2
            exit 99
            """);
        foreach (string name in (string[])["bin/capacity", "run.sh"])
        {
            File.WriteAllText(folder.File(name), script.Replace("\r", "").ToString() + "\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserExecute
                    | UnixFileMode.UserWrite);
            }
        }
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "capacity.dll");

    private static async Task<(int Code, string Output)> RunAsync(TemporaryFolder folder, string text)
    {
        const string Beginning = "set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n";
        var start = new ProcessStartInfo("bash", ["-c", $"exec 2>&1\n{Beginning}{text}\n"])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["PATH"] = $"{folder.File("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["CI"] = "true";
        using Process shell = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            string output = await shell.StandardOutput.ReadToEndAsync(limit.Token);
            await shell.WaitForExitAsync(limit.Token);
            return (shell.ExitCode, output);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            return (-1, $"not done after {Patience.TotalMinutes} minutes");
        }
    }
}
