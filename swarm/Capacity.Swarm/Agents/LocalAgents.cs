using System.Diagnostics;
using System.Globalization;

namespace Capacity.Swarm.Agents;

/// <summary>Load agents as processes of this machine: each gets the order on its standard input, says that it is ready,
/// and is told when to begin.</summary>
/// <param name="program">The program and what comes before its own arguments.</param>
public sealed class LocalAgents(IReadOnlyList<string> program)
{
    /// <summary>What an agent says when it may begin.</summary>
    public const string Ready = "ready";

    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Preparing = TimeSpan.FromSeconds(60);

    /// <summary>Runs them to their end.</summary>
    /// <returns>What each measured, in order.</returns>
    /// <exception cref="ClusterException">One failed.</exception>
    public async Task<IReadOnlyList<byte[]>> RunAsync(AgentOrder order, CancellationToken stop)
    {
        Process[] agents = [.. Enumerable.Range(0, order.Agents).Select(Start)];
        try
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limited.CancelAfter(Preparing);
            await Task.WhenAll(agents.Select((agent, i) => PrepareAsync(agent, i, order, limited.Token)));
            long start = (TimeProvider.System.GetUtcNow() + Lead).ToUnixTimeMilliseconds();
            await Task.WhenAll(agents.Select(async a =>
            {
                await a.StandardInput.WriteLineAsync(start.ToString(CultureInfo.InvariantCulture));
                await a.StandardInput.FlushAsync(CancellationToken.None);
            }));
            // A closed input asks an agent to stop early and to tell what it has.
            await using CancellationTokenRegistration end =
                stop.Register(() => Array.ForEach(agents, a => a.StandardInput.Close()));
            return await Task.WhenAll(agents.Select(CollectAsync));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ClusterException($"a load agent was not ready within {Preparing.TotalSeconds} s",
                "start fewer agents, or see what else this machine does");
        }
        finally
        {
            foreach (Process agent in agents)
            {
                if (!agent.HasExited)
                {
                    agent.Kill();
                }

                agent.Dispose();
            }
        }
    }

    private Process Start(int index)
    {
        var start = new ProcessStartInfo(program[0],
            [.. program.Skip(1), "agent", "--index", index.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private static async Task PrepareAsync(Process agent, int index, AgentOrder order, CancellationToken stop)
    {
        await agent.StandardInput.WriteLineAsync(order.Write().AsMemory(), stop);
        await agent.StandardInput.FlushAsync(stop);
        if (await agent.StandardOutput.ReadLineAsync(stop) != Ready)
        {
            throw new ClusterException(
                $"load agent {index + 1} does not begin: {(await agent.StandardError.ReadToEndAsync(stop)).Trim()}",
                "all agents must be the same version of capacity");
        }
    }

    private static async Task<byte[]> CollectAsync(Process agent, int index)
    {
        Task<string> output = agent.StandardOutput.ReadToEndAsync();
        Task<string> error = agent.StandardError.ReadToEndAsync();
        await agent.WaitForExitAsync();
        return AgentLines.Read(await output).TryGetValue(index, out byte[]? result) ? result
            : throw new ClusterException(
                $"load agent {index + 1} ended with {agent.ExitCode} and no result: {(await error).Trim()}",
                "run it again; the others' results are not used without it");
    }
}
