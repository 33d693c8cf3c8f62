using System.Diagnostics;
using System.Globalization;
using System.Text;
using Capacity.Tests.Support;

namespace Capacity.Tests.Fuzz;

/// <summary>No text that anybody may write breaks a reader or keeps it busy. Five seconds; a minute with
/// <c>CI=true</c>, or as <c>CAPACITY_FUZZ_SECONDS</c> says.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Seconds = 5;
    private const int SecondsInPipeline = 60;
    private const int Batch = 20;
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HangsAfter = TimeSpan.FromSeconds(30);

    private string _current = "";

    [Fact]
    public void No_text_makes_a_reader_fail_or_hang()
    {
        int seed = Setting("CAPACITY_FUZZ_SEED", 1);
        bool inPipeline = Environment.GetEnvironmentVariable("CI") == "true";
        var limit = TimeSpan.FromSeconds(Setting("CAPACITY_FUZZ_SECONDS", inPipeline ? SecondsInPipeline : Seconds));
        var random = new Random(seed);
        var targets = FuzzTarget.All().Select(t => (Target: t, Inputs: new FuzzInputs(random, t.Seeds))).ToList();
        int tried = 0;
        string? failure = null;
        // A thread of its own: a reader that hangs must not hang the run.
        var worker = new Thread(() =>
        {
            var clock = Stopwatch.StartNew();
            while (failure is null && clock.Elapsed < limit)
            {
                foreach ((FuzzTarget target, FuzzInputs inputs) in targets)
                {
                    for (int i = 0; i < Batch && failure is null && clock.Elapsed < limit; i++, tried++)
                    {
                        failure = Try(target, inputs.Next());
                    }
                }
            }
        })
        {
            IsBackground = true,
        };
        worker.Start();
        if (!worker.Join(limit + HangsAfter))
        {
            failure = $"hangs: {_current}";
        }

        output.WriteLine($"{tried} texts");
        Assert.True(failure is null, $"{failure}\nCAPACITY_FUZZ_SEED={seed}");
    }

    private string? Try(FuzzTarget target, string text)
    {
        _current = $"{target.Name}:\n{Shown(text)}";
        if (text.Length > 3000)
        {
            // A stack that overflows ends the process: what did it is found here. Not all of it need be valid text.
            byte[] all = Encoding.UTF8.GetBytes($"{target.Name}:\n{text}");
            File.WriteAllBytes(Repository.At("artifacts", "fuzz-input.txt"), all);
        }

        string? failure = Time(target, text);
        return failure is not null && failure.StartsWith("slow", StringComparison.Ordinal)
            ? Time(target, text) // a busy machine is not slow twice
            : failure;
    }

    private string? Time(FuzzTarget target, string text)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            target.Read(text);
        }
#pragma warning disable CA1031 // that there is none is what is tested
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"{exception}\n{_current}";
        }

        return clock.Elapsed > TimeMax ? $"slow: {clock.Elapsed.TotalSeconds:0.0} s for {_current}" : null;
    }

    private static string Shown(string text) => text.Length <= 4000
        ? $"{text}\n({Convert.ToBase64String(Encoding.Unicode.GetBytes(text))})"
        : $"{text[..200]} … {text[^200..]} ({text.Length} characters)";

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value)
            ? value : otherwise;
}
