using System.Text.Json;
using Capacity.Control.Labels;
using Capacity.Model;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.Labels;

/// <summary>Requests to the real docker-flow-monitor, and the rule files that it wrote.</summary>
internal static class ReconfigureCases
{
    /// <summary>Compares each rule file byte for byte.</summary>
    public static SuiteResult Run(string path)
    {
        var wrong = new List<CaseDifference>();
        int number = 0;
        foreach (string line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            JsonElement record = JsonDocument.Parse(line).RootElement;
            var parameters = record.GetProperty("params").EnumerateArray()
                .Select(p => new StackLabel(p[0].GetString()!, p[1].GetString()!, SourceSpan.None)).ToList();
            Parsed<IReadOnlyList<MonitorAlert>> parsed = MonitorRules.FromRequest(parameters);
            bool accepted = parsed.TryGet(out IReadOnlyList<MonitorAlert>? alerts);
            string actual = accepted ? MonitorRuleFile.Write(alerts!) : "";
            string expected = record.GetProperty("rulesFile").GetString() ?? "";
            bool failed = record.GetProperty("status").ValueKind == JsonValueKind.Null;
            number++;
            if (actual != expected || failed == accepted)
            {
                string name = $"line {number}, {record.GetProperty("note")}";
                wrong.Add(new CaseDifference(name, $"{expected}\n--- but ---\n{actual}"));
            }
        }

        return new SuiteResult("docker-flow-monitor", number, wrong);
    }
}
