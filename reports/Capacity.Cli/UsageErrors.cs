using System.CommandLine;
using System.CommandLine.Parsing;
using Capacity.Model;

namespace Capacity.Cli;

/// <summary>Says what is wrong with a command line, with the word that was probably meant.</summary>
internal static class UsageErrors
{
    /// <summary>Prints every error once.</summary>
    /// <returns><see cref="ExitCode.Usage"/>.</returns>
    public static ExitCode Explain(ParseResult parsed, CommandConsole console)
    {
        Command command = parsed.CommandResult.Command;
        string name = FullName(parsed.CommandResult);
        string[] unknown = [.. Unknown(parsed).Distinct(StringComparer.Ordinal)];
        unknown = command.Subcommands.Count > 0 ? [.. unknown.Take(1)] : unknown; // the rest belonged to that word
        foreach (string token in unknown)
        {
            bool option = token.StartsWith('-');
            bool subcommand = !option && command.Subcommands.Count > 0;
            string what = option ? $"an option of '{name}'" : subcommand ? $"a command of '{name}'"
                : $"expected after '{name}'";
            string? near = option ? Spelling.Nearest(token, Options(parsed))
                : subcommand ? Spelling.Nearest(token, command.Subcommands.Select(c => c.Name)) : null;
            console.Fail($"'{token}' is not {what}", near is null ? "" : $"did you mean '{near}'?");
        }

        // What is missing is often only what the misspelt word would have been.
        string[] others = [.. parsed.Errors.Select(e => e.Message.TrimEnd('.')).Distinct(StringComparer.Ordinal)];
        foreach (string other in unknown.Length > 0 ? [] : others)
        {
            console.Fail(other);
        }

        console.Say($"  = see {name} --help");
        return ExitCode.Usage;
    }

    /// <summary>The parser takes a misspelt option as a value where the command has an argument for it.</summary>
    public static bool HasMisspeltOption(ParseResult parsed) => MisspeltOptions(parsed).Any();

    private static IEnumerable<string> Unknown(ParseResult parsed) =>
        MisspeltOptions(parsed).Concat(parsed.UnmatchedTokens);

    private static IEnumerable<string> MisspeltOptions(ParseResult parsed) =>
        parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash) ? [] : parsed.CommandResult.Children
            .OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value)
            .Where(v => v.Length > 1 && v[0] == '-' && !char.IsAsciiDigit(v[1]));

    private static IEnumerable<string> Options(ParseResult parsed)
    {
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: { } command } result)
            {
                foreach (Option option in command.Options.Where(o => o.Recursive || result == parsed.CommandResult))
                {
                    yield return option.Name;
                }
            }
        }
    }

    private static string FullName(CommandResult result) => result.Parent is CommandResult parent
        ? $"{FullName(parent)} {result.Command.Name}"
        : "capacity";
}
