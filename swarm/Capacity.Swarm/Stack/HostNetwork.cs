using System.Globalization;
using System.Text;

namespace Capacity.Swarm.Stack;

/// <summary>The traces that an engine leaves in the host's network when it ends, and how they go.</summary>
internal static class HostNetwork
{
    private const string Forwarding = "/proc/sys/net/ipv4/ip_forward";

    private static readonly string[] Marks = ["DOCKER", "docker0", "docker_gwbridge"];
    private static readonly string[] Families = ["iptables", "ip6tables"];
    private static readonly string[] OwnChains = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

    /// <summary>An engine that shares this process's network: bridges and rules of two would have the same names, and
    /// go with the first that ends.</summary>
    /// <returns>Its process id; null when there is none.</returns>
    public static int? OtherEngine()
    {
        string? network = NetworkOf("self");
        return Directory.EnumerateDirectories("/proc").Select(p => Path.GetFileName(p))
            .Where(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && NameOf(p) == "dockerd" && NetworkOf(p) == network)
            .Select(p => (int?)int.Parse(p, CultureInfo.InvariantCulture)).FirstOrDefault();
    }

    private static string? NameOf(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm").Trim();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null; // it has ended meanwhile
        }
    }

    private static string? NetworkOf(string process)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{process}/ns/net", returnFinalTarget: false)?.Name;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null; // it has ended, as one that nobody has waited for
        }
    }

    /// <summary>Looks, before an engine starts.</summary>
    public static async Task<HostNetworkState> LookAsync(CancellationToken cancellationToken)
    {
        (_, string rules) =
            await ExternalProgram.RunAsync("iptables", ["-S", "FORWARD"], null, null, cancellationToken);
        string policy = rules.Split('\n')[0].Split(' ')[^1];
        return new HostNetworkState((await File.ReadAllTextAsync(Forwarding, cancellationToken)).Trim(),
            policy is "ACCEPT" or "DROP" ? policy : "ACCEPT", Links());
    }

    /// <summary>Removes the bridges and rules of an engine that has ended. Rules of others stay.</summary>
    public static async Task RestoreAsync(HostNetworkState before, CancellationToken cancellationToken)
    {
        foreach (string link in Links().Except(before.Links, StringComparer.Ordinal)
            .Where(l => Array.Exists(Marks, m => l == m) || l.StartsWith("veth", StringComparison.Ordinal)))
        {
            await ExternalProgram.RunAsync("ip", ["link", "delete", link], null, null, cancellationToken);
        }

        foreach (string family in Families)
        {
            (int code, string rules) =
                await ExternalProgram.RunAsync(family + "-save", [], null, null, cancellationToken);
            if (code == 0 && Array.Exists(Marks, m => rules.Contains(m, StringComparison.Ordinal)))
            {
                byte[] kept = Encoding.UTF8.GetBytes(Without(rules, before.ForwardPolicy));
                await ExternalProgram.RunAsync(family + "-restore", [], null,
                    input => input.WriteAsync(kept, cancellationToken).AsTask(), cancellationToken);
            }
        }

        await RemoveEmptyTablesAsync(cancellationToken);
        ControlGroup.Remove();
        await File.WriteAllTextAsync(Forwarding, before.Forwarding + "\n", cancellationToken);
    }

    /// <summary>Removes the chains of tables that decide nothing: each packet of the machine would still pass them, and
    /// the table for addresses has every connection tracked.</summary>
    public static async Task RemoveEmptyTablesAsync(CancellationToken cancellationToken)
    {
        foreach (string family in Families)
        {
            (_, string rules) = await ExternalProgram.RunAsync(family + "-save", [], null, null, cancellationToken);
            foreach (string table in Empty(rules))
            {
                await ExternalProgram.RunAsync(family, ["-t", table, "-X"], null, null, cancellationToken);
            }
        }
    }

    /// <summary>Saved rules without those of an engine.</summary>
    /// <param name="rules">As iptables-save prints them.</param>
    /// <param name="forwardPolicy">Policy of FORWARD before the engine started.</param>
    internal static string Without(string rules, string forwardPolicy)
    {
        var kept = new StringBuilder();
        foreach (string line in rules.Split('\n'))
        {
            if (line.StartsWith(":FORWARD ", StringComparison.Ordinal))
            {
                kept.Append(":FORWARD ").Append(forwardPolicy).Append(" [0:0]\n");
            }
            else if (!Array.Exists(Marks, m => line.Contains(m, StringComparison.Ordinal)))
            {
                kept.Append(line).Append('\n');
            }
        }

        return kept.ToString();
    }

    /// <summary>The tables that decide nothing: no rules, no chains of anybody's, and all that passes is accepted.
    /// </summary>
    /// <param name="rules">As iptables-save prints them.</param>
    internal static IReadOnlyList<string> Empty(string rules)
    {
        var empty = new List<string>();
        string? table = null;
        const StringSplitOptions Lines = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string line in rules.Split('\n', Lines))
        {
            if (line[0] == '*')
            {
                table = line[1..];
            }
            else if (line == "COMMIT" && table is not null)
            {
                empty.Add(table);
                table = null;
            }
            else if (line[0] != '#' && !(line[0] == ':' && line[1..].Split(' ') is [var chain, "ACCEPT", ..]
                && OwnChains.Contains(chain)))
            {
                table = null; // a rule, a chain of somebody's, or another policy
            }
        }

        return empty;
    }

    private static List<string> Links() =>
    [
        .. Directory.EnumerateFileSystemEntries("/sys/class/net").Select(p => Path.GetFileName(p))
            .Order(StringComparer.Ordinal),
    ];
}
