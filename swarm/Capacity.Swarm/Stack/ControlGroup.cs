namespace Capacity.Swarm.Stack;

/// <summary>The control group above the containers of engines of ours.</summary>
/// <remarks>Version 1 has a tree for each resource, version 2 a single one.</remarks>
internal static class ControlGroup
{
    /// <summary>Its name in each tree.</summary>
    public const string Name = "capacity-swarm";

    private const string Root = "/sys/fs/cgroup";

    // Sixteen times the usual.
    private static readonly (string File, string Value)[] Weights =
        [($"{Root}/cpu/{Name}/cpu.shares", "16384"), ($"{Root}/{Name}/cpu.weight", "1600")];

    /// <summary>Lets it weigh more against other programs: a group that weighs as much as a single one of them gets a
    /// third of a processor that two others want, with all that is in it. Limits of containers hold as
    /// before.</summary>
    public static void Weigh()
    {
        foreach ((string file, string value) in Weights.Where(w => File.Exists(Path.Combine(
            Path.GetDirectoryName(Path.GetDirectoryName(w.File)!)!, "cgroup.procs"))))
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                if (File.Exists(file))
                {
                    File.WriteAllText(file, value);
                }
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // Then it weighs what it weighs.
            }
        }
    }

    /// <summary>Removes it where nothing is in it any more.</summary>
    public static void Remove()
    {
        foreach (string group in Directory.GetDirectories(Root).Append(Root).Select(t => Path.Combine(t, Name)))
        {
            try
            {
                if (Directory.Exists(group))
                {
                    Directory.Delete(group);
                }
            }
            catch (IOException)
            {
                // A container of another swarm of ours is in it.
            }
        }
    }
}
