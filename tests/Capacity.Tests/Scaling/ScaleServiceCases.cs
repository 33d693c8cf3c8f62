using System.Text.Json;
using Capacity.Control;
using Capacity.Control.Scaling;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.Scaling;

/// <summary>Requests to the real docker-scaler, and its answers.</summary>
internal static class ScaleServiceCases
{
    /// <summary>Compares status, body, replicas and alert of each answer.</summary>
    public static SuiteResult Run(string path)
    {
        var wrong = new List<CaseDifference>();
        int number = 0;
        foreach (string line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            number++;
            JsonElement record = JsonDocument.Parse(line).RootElement;
            string expected = Expected(record);
            string actual = Actual(record);
            if (expected != actual)
            {
                string name = $"line {number}: {record.GetProperty("labels")} {record.GetProperty("query")} "
                    + $"{record.GetProperty("body")}";
                wrong.Add(new CaseDifference(name, $"{expected}\n  {actual}"));
            }
        }

        return new SuiteResult("docker-scaler", number, wrong);
    }

    private static string Expected(JsonElement record) => string.Join(" | ", record.GetProperty("status"),
        record.GetProperty("response").GetString(), Replicas(record.GetProperty("newReplicas")),
            AlertText(record.GetProperty("alert")));

    private static string Actual(JsonElement record)
    {
        ScaleRequest request = ScaleRequest.Parse(record.GetProperty("body").GetString() ?? "",
            record.GetProperty("query").GetString() ?? "");
        ServiceMode mode = record.GetProperty("mode").GetString() switch
        {
            "replicated" => ServiceMode.Replicated,
            "global" => ServiceMode.Global,
            _ => ServiceMode.Other,
        };
        int? replicas = Replicas(record.GetProperty("replicas"));
        var labels = record.GetProperty("labels").EnumerateObject()
            .ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
        ScalerService? service = request.Service == "svc" ? new ScalerService("svc", mode, replicas, labels) : null;
        ScaleAnswer answer = DockerScaler.Handle(new ScalerOptions(), service, request);
        int? after = answer.NewReplicas ?? (mode == ServiceMode.Replicated ? replicas : null);
        string alert = answer.Alert is null ? "" : $"{answer.Alert.Labels} {answer.Alert.Annotations}";
        return string.Join(" | ", answer.Status, answer.Body, after, alert);
    }

    private static int? Replicas(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();

    private static string AlertText(JsonElement alert) => alert.ValueKind == JsonValueKind.Null ? ""
        : $"{Labels(alert.GetProperty("labels"))} {Labels(alert.GetProperty("annotations"))}";

    private static LabelSet Labels(JsonElement map) =>
        new(map.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value.GetString()!)));
}
