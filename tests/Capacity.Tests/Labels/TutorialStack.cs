using System.Runtime.CompilerServices;
using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Tests.Labels;

/// <summary>The stack files that the project ships in swarm/stack.</summary>
internal static class TutorialStack
{
    public static SourceText Source(string name, [CallerFilePath] string testFile = "")
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(testFile)!, "..", "..", ".."));
        return new SourceText(name, File.ReadAllText(Path.Combine(root, "swarm", "stack", name)));
    }

    public static StackService Service(string name)
    {
        Parsed<StackFile> parsed = StackReader.Read(Source("go-demo.yml"));
        Assert.True(parsed.TryGet(out StackFile? stack), string.Join("\n", parsed.Diagnostics));
        return stack.Services.Single(s => s.Name == name);
    }
}
