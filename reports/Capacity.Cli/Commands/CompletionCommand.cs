using System.CommandLine;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity completion</c>: a script that teaches a shell the words of this program.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # capacity completion for bash: source <(capacity completion bash)
        _capacity() {
          local IFS=$'\n' word="${COMP_WORDS[COMP_CWORD]}"
          COMPREPLY=($(compgen -W "$(capacity "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
          [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace
        }
        complete -o default -F _capacity capacity
        """;

    private const string Zsh = """
        #compdef capacity
        # capacity completion for zsh: source <(capacity completion zsh)
        _capacity() {
          local -a words_known
          words_known=("${(@f)$(capacity "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -a words_known || _files
        }
        compdef _capacity capacity
        """;

    private const string Fish = """
        # capacity completion for fish: capacity completion fish | source
        complete -f -c capacity -a '(capacity "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
        """;

    private const string PowerShell = """
        # capacity completion for PowerShell: capacity completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName capacity -ScriptBlock {
            param($word, $line, $position)
            capacity "[suggest:$position]" "$line" | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static Command Create(CommandHost host)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh", HelpName = "shell" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Print a shell's completion script") { shell };
        host.Handle(command, (parsed, console, _) =>
        {
            console.Data(parsed.GetRequiredValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                "fish" => Fish,
                _ => PowerShell,
            });
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
