using System.CommandLine;
using System.Text.RegularExpressions;
using Capacity.Cli;
using Capacity.Tests.Architecture;
using Capacity.Tests.Support;

namespace Capacity.Tests.Manual;

/// <summary>Every command line of the manual is one that the program takes, and every link leads somewhere.</summary>
public sealed class ManualTextTests
{
    /// <summary>Programs of others in blocks of commands; anything else must be ours.</summary>
    private static readonly string[] Others =
        ["for", "do", "done", "cd", "mkdir", "cp", "curl", "sleep", "kill", "sudo", "docker", "cat", "test"];

    private static readonly string[] ScriptWords = ["test", "lint", "bench"];

    private static readonly Regex InlineCode =
        new("`((?:capacity|\\./run\\.sh) [^`]+)`", RegexOptions.NonBacktracking);

    private static readonly Regex Link = new(@"\]\(([^)#\s]*)(#[^)\s]*)?\)", RegexOptions.NonBacktracking);

    [Fact]
    public void Every_block_says_what_it_holds_and_each_of_commands_says_how_it_is_tested()
    {
        Assert.Empty(ManualPage.UnknownFences());
        Assert.Empty(ManualPage.Blocks.Where(b => !b.Runs
            && b.Mark?.StartsWith("parsed, because ", StringComparison.Ordinal) != true).Select(b => b.Place));
        Assert.NotEmpty(ManualPage.Blocks);
    }

    [Fact]
    public void Every_command_line_is_one_that_the_program_takes()
    {
        var wrong = new List<string>();
        foreach (CommandBlock block in ManualPage.Blocks)
        {
            foreach (string line in block.Commands)
            {
                wrong.AddRange(Errors(line).Select(e => $"{block.Place}: {line}\n  {e}"));
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Commands_and_options_within_sentences_exist()
    {
        RootCommand root = Commands();
        var wrong = new List<string>();
        foreach (string page in ManualPage.All)
        {
            foreach (Match match in InlineCode.Matches(SourceFiles.Text(page)))
            {
                string[] words = match.Groups[1].Value.Split([' ', '\n', ','], StringSplitOptions.RemoveEmptyEntries);
                wrong.AddRange(Unknown(root, words).Select(w => $"{page}: `{match.Groups[1].Value}`: {w}"));
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_link_leads_to_a_file_of_the_repository_and_every_place_in_it_is_a_heading()
    {
        var broken = new List<string>();
        foreach (string page in ManualPage.All)
        {
            foreach (Match link in Link.Matches(SourceFiles.Text(page)))
            {
                (string file, string place) = (link.Groups[1].Value, link.Groups[2].Value);
                if (file.Contains("://", StringComparison.Ordinal))
                {
                    continue;
                }

                string target = file.Length == 0 ? page : Path.GetRelativePath(Repository.Root,
                    Path.Combine(Path.GetDirectoryName(Repository.At(page))!, file)).Replace('\\', '/');
                bool there = File.Exists(Repository.At(target)) || Directory.Exists(Repository.At(target));
                if (!there || (place.Length > 0 && !Anchors(target).Contains(place[1..])))
                {
                    broken.Add($"{page}: {link.Value}");
                }
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void The_index_names_every_page_and_every_decision_has_a_number_of_its_own()
    {
        string index = SourceFiles.Text("docs/README.md");
        string[] decisions = [.. SourceFiles.Below("docs/decisions", ".md").Select(f => Path.GetFileName(f)[..4])];

        Assert.All(SourceFiles.Below("docs", ".md").Where(p => p.Count(c => c == '/') == 1
            && p != "docs/README.md"), page => Assert.Contains($"]({Path.GetFileName(page)}", index));
        Assert.Equal(Enumerable.Range(1, decisions.Length).Select(n => $"{n:0000}"), decisions);
    }

    private static IEnumerable<string> Errors(string line)
    {
        foreach (string part in line.Split("; ").Select(p => p.Trim().TrimEnd('&', ' ')))
        {
            string[] words = [.. part.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(w => w.Trim('\'', '"')).Select(w => w.StartsWith('$') ? "1" : w)
                .TakeWhile(w => w is not ("|" or ">" or "2>"))];
            if (words is ["dotnet", "run", .., var script])
            {
                string file = words.FirstOrDefault(w => w.EndsWith(".cs", StringComparison.Ordinal)) ?? script;
                if (!File.Exists(Repository.At(file)))
                {
                    yield return $"there is no script {file}";
                }
            }
            else if (words[0] is "capacity" or "./run.sh")
            {
                if (words[0] == "capacity" || (words.Length > 1 && !ScriptWords.Contains(words[1])))
                {
                    ParseResult parsed = Commands().Parse(words[1..]);
                    foreach (string error in parsed.Errors.Select(e => e.Message))
                    {
                        yield return error;
                    }

                    if (UsageErrors.HasMisspeltOption(parsed))
                    {
                        yield return "an option that the command does not have";
                    }
                }
            }
            else if (!Others.Contains(words[0]))
            {
                yield return "no program that the manual's test knows";
            }
        }
    }

    private static RootCommand Commands() => CapacityProgram.Root(
        new CommandHost(new CliEnvironment { Output = TextWriter.Null, Error = TextWriter.Null }));

    private static IEnumerable<string> Unknown(RootCommand root, string[] words)
    {
        if (words[0] == "./run.sh" && words.Length > 1 && ScriptWords.Contains(words[1]))
        {
            yield break;
        }

        Command command = root;
        foreach (string word in words.Skip(1))
        {
            Command? next = command.Subcommands.FirstOrDefault(c => c.Name == word);
            if (next is null)
            {
                break;
            }

            command = next;
        }

        if (command == root && words.Length > 1 && !words[1].StartsWith('-') && words[1].All(char.IsAsciiLetterLower))
        {
            yield return $"no command '{words[1]}'";
        }

        IEnumerable<Option> known = command.Options.Concat(root.Options).Concat(
            command.Parents.OfType<Command>().SelectMany(p => p.Options.Where(o => o.Recursive)));
        foreach (string option in words.Where(w => w.Length > 2 && w.StartsWith("--", StringComparison.Ordinal)))
        {
            if (!known.Any(o => o.Name == option))
            {
                yield return $"no option {option}";
            }
        }
    }

    private static HashSet<string> Anchors(string page) =>
    [
        .. SourceFiles.Text(page).Split('\n').Where(l => l.StartsWith('#')).Select(l => new string([
            .. l.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is '-' or '_' or ' ')
                .Select(c => c == ' ' ? '-' : c)])),
    ];
}
