using System.CommandLine;
using System.Globalization;

namespace Capacity.Cli.Checking;

/// <summary>The options that check, run and simulate share.</summary>
internal sealed class RunOptions
{
    /// <summary>Default seed: fixed, so that the same command gives the same launches.</summary>
    public const ulong DefaultSeed = 1;

    private readonly Option<string> _out = new("--out")
    {
        Description = "Folder for the reports; a folder of the scenario's name is made in it",
        HelpName = "folder",
        DefaultValueFactory = _ => Path.Combine("reports", "out"),
    };

    /// <summary>Adds the options to a command.</summary>
    public RunOptions(Command command)
    {
        command.Options.Add(Seed);
        command.Options.Add(_out);
    }

    /// <summary>Seed of everything random.</summary>
    public Option<ulong> Seed { get; } = new("--seed")
    {
        Description = "Seed: the same seed gives the same arrivals, draws and phases",
        HelpName = "number",
        DefaultValueFactory = _ => DefaultSeed,
    };

    /// <summary>Where a run is stored as JSON as well.</summary>
    public static Option<string?> Json() => new("--json")
    {
        Description = "Write the result as JSON to this file; - is the standard output",
        HelpName = "file",
    };

    /// <summary>An option that takes the base address of a service.</summary>
    public static Option<Uri?> Address(string name, string description) => new(name)
    {
        Description = $"{description}, for example http://127.0.0.1:8080",
        HelpName = "address",
        CustomParser = result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https"))
            {
                return address;
            }

            result.AddError($"{name} must be an address such as http://127.0.0.1:8080, not '{text}'");
            return null;
        },
    };

    /// <summary>How many processors' worth of launches run at once.</summary>
    public static Option<int> Threads()
    {
        var threads = new Option<int>("--threads")
        {
            Description = "Launches simulated at once; the result is the same for any number",
            HelpName = "count",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        threads.Validators.Add(result => AtLeastOne(result, threads));
        return threads;
    }

    /// <summary>Refuses numbers below one.</summary>
    public static void AtLeastOne(System.CommandLine.Parsing.OptionResult result, Option<int> option)
    {
        if (result.GetValueOrDefault<int>() < 1)
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} must be at least 1"));
        }
    }

    /// <summary>The folder of a scenario's reports.</summary>
    public string Folder(ParseResult parsed, string scenario) => Path.Combine(parsed.GetValue(_out)!, scenario);
}
