using System.CommandLine;
using System.Net;
using Capacity.Model;
using Capacity.Swarm;
using Capacity.Swarm.Engine;

namespace Capacity.Cli.Commands;

/// <summary>What the commands that run as services of the swarm share.</summary>
internal sealed class ServiceOptions
{
    private readonly Option<string> _listen = new("--listen")
    {
        Description = "Address to listen on; 0.0.0.0 for all, inside a container",
        HelpName = "address",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<int> _port = new("--port")
    {
        Description = "Port; 0 takes any free one",
        HelpName = "number",
        DefaultValueFactory = _ => 8080,
    };

    private readonly Option<string?> _engine = new("--engine")
    {
        Description = "Docker engine: unix:///path or tcp://host:port (default: $DOCKER_HOST, "
            + EngineAddress.Usual + "); TLS as $DOCKER_TLS_VERIFY and $DOCKER_CERT_PATH say",
        HelpName = "address",
    };

    private readonly Option<string> _logFormat = new("--log-format")
    {
        Description = "Log lines: json, or text",
        HelpName = "format",
        DefaultValueFactory = _ => "json",
    };

    /// <summary>Adds the options to a command.</summary>
    public ServiceOptions(Command command, bool withEngine = true)
    {
        _listen.Validators.Add(result =>
        {
            if (!IPAddress.TryParse(result.GetValueOrDefault<string>(), out _))
            {
                result.AddError("--listen must be an address such as 127.0.0.1 or 0.0.0.0");
            }
        });
        _port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65_535)
            {
                result.AddError("--port must be between 0 and 65535");
            }
        });
        _logFormat.AcceptOnlyFromAmong("json", "text");
        command.Options.Add(_listen);
        command.Options.Add(_port);
        command.Options.Add(_logFormat);
        if (withEngine)
        {
            command.Options.Add(_engine);
        }
    }

    /// <summary>Address to listen on.</summary>
    public IPAddress Listen(ParseResult parsed) => IPAddress.Parse(parsed.GetValue(_listen)!);

    /// <summary>Port to listen on.</summary>
    public int Port(ParseResult parsed) => parsed.GetValue(_port);

    /// <summary>The log, on the output.</summary>
    public ServiceLog Log(ParseResult parsed, CommandConsole console) =>
        new(console.Output, parsed.GetValue(_logFormat) == "json", console.Environment.Clock);

    /// <summary>The engine.</summary>
    public EngineClient Engine(ParseResult parsed, CommandConsole console)
    {
        string? variable = console.Environment.Variable("DOCKER_HOST");
        return new EngineClient(EngineAddress.Parse(parsed.GetValue(_engine)
            ?? (string.IsNullOrEmpty(variable) ? EngineAddress.Usual : variable), console.Environment.Variable));
    }

    /// <summary>A duration as Prometheus writes it.</summary>
    public static Option<TimeSpan> Duration(string name, string usual, string description)
    {
        PrometheusDuration.Parse(usual).TryGet(out TimeSpan value);
        return new Option<TimeSpan>(name)
        {
            Description = description,
            HelpName = "duration",
            DefaultValueFactory = _ => value,
            CustomParser = result =>
            {
                string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
                if (!PrometheusDuration.Parse(text).TryGet(out TimeSpan given))
                {
                    result.AddError($"{name} must be a duration such as 30s, not '{text}'");
                }

                return given;
            },
        };
    }

    /// <summary>An address of an HTTP server.</summary>
    public static Option<Uri?> Address(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "address",
        CustomParser = result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https"))
            {
                return address;
            }

            result.AddError($"{name} must be an address such as http://127.0.0.1:9090, not '{text}'");
            return null;
        },
    };

    /// <summary>Runs a service until it is asked to stop, and then until its requests are answered.</summary>
    /// <param name="start">Starts it; gives how it stops.</param>
    /// <param name="grace">Longest wait for its requests.</param>
    /// <param name="stop">Asks it to stop.</param>
    public static async Task<ExitCode> RunAsync(
        Func<Task<(IAsyncDisposable Server, Func<CancellationToken, Task> Stop)>> start, TimeSpan grace,
        CancellationToken stop)
    {
        try
        {
            (IAsyncDisposable server, Func<CancellationToken, Task> end) = await start();
            await using (server)
            {
                await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                using var cut = new CancellationTokenSource(grace);
                await end(cut.Token);
            }

            return ExitCode.Ok;
        }
        catch (ClusterException problem)
        {
            throw new EnvironmentFailedException(problem.Message, problem.Hint, problem);
        }
    }
}
