using System.Text.Json;
using Capacity.Model;

namespace Capacity.Cli.Importing;

/// <summary>Reads a file of another tool, whichever it is.</summary>
internal static class ForeignFile
{
    /// <summary>Reads a HAR recording or k6's options.</summary>
    /// <returns>What a scenario can say of it, or CAP162 … CAP166.</returns>
    public static Parsed<ImportedScenario> Read(SourceText source)
    {
        Parsed<JsonPlace> json = JsonPlace.Read(source);
        if (!json.TryGet(out JsonPlace? root))
        {
            return Parsed<ImportedScenario>.Failed(json.Diagnostics);
        }

        var diagnostics = new List<Diagnostic>();
        ImportedScenario? imported = null;
        if (root["log"] is { Kind: JsonValueKind.Object } log)
        {
            imported = HarReader.Read(log, diagnostics);
        }
        else if (root["stages"] is not null || root["scenarios"] is not null || root["vus"] is not null)
        {
            imported = new StagesReader(diagnostics).Read(root);
        }
        else
        {
            diagnostics.Add(new Diagnostic("CAP166", root.At,
                "this is neither a recording (HAR, with 'log') nor k6's options (with 'stages' or 'scenarios')",
                "save a recording from the network tab of a browser, or the options of a k6 script as JSON"));
        }

        return Parsed<ImportedScenario>.From(imported, diagnostics);
    }
}
