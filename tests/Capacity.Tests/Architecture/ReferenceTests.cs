using System.Reflection;
using System.Xml.Linq;

namespace Capacity.Tests.Architecture;

public sealed class ReferenceTests
{
    [Theory]
    [InlineData("scenarios/Capacity.Model", "")]
    [InlineData("swarm/Capacity.Control", "Capacity.Model")]
    [InlineData("scenarios/Capacity.Load", "Capacity.Model")]
    [InlineData("reports/Capacity.Reports", "Capacity.Model")]
    [InlineData("sim/Capacity.Sim", "Capacity.Control Capacity.Model")]
    [InlineData("swarm/Capacity.Swarm", "Capacity.Control Capacity.Load Capacity.Model")]
    public void References_point_one_way(string project, string allowed)
    {
        var file = XDocument.Parse(SourceFiles.Text($"{project}/{project.Split('/')[^1]}.csproj"));
        IEnumerable<string> referenced = file.Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));

        Assert.Empty(referenced.Except(allowed.Split(' '), StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Capacity.Model")]
    [InlineData("Capacity.Control")]
    [InlineData("Capacity.Sim")]
    [InlineData("Capacity.Reports")]
    public void The_pure_projects_know_no_network_no_process_and_no_console(string project)
    {
        string[] worldly = ["System.Net", "Microsoft.AspNetCore", "System.Diagnostics.Process", "System.Console",
            "System.IO.FileSystem", "System.IO.Pipes", "Microsoft.Extensions.Hosting"];

        IEnumerable<string> referenced = Assembly.Load(project).GetReferencedAssemblies().Select(a => a.Name!);

        Assert.DoesNotContain(referenced, r => worldly.Any(w => r.StartsWith(w, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = SourceFiles.Text("Capacity.sln").Replace('\\', '/');

        Assert.All(SourceFiles.Below("", ".csproj"), project => Assert.Contains(project, solution));
    }
}
