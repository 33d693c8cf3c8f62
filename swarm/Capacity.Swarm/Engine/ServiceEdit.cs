using System.Text.Json.Nodes;

namespace Capacity.Swarm.Engine;

/// <summary>Changes of a service's specification that leave all the rest of it as it was.</summary>
internal static class ServiceEdit
{
    /// <summary>The specification with another number of replicas.</summary>
    public static string WithReplicas(EngineService service, ulong replicas)
    {
        JsonNode spec = Copy(service);
        spec["Mode"]!["Replicated"]!["Replicas"] = replicas;
        return spec.ToJsonString();
    }

    /// <summary>The specification with an environment variable of the containers set, so that all tasks are
    /// replaced.</summary>
    public static string WithVariable(EngineService service, string name, string value)
    {
        JsonNode spec = Copy(service);
        JsonObject task = Child((JsonObject)spec, "TaskTemplate");
        JsonObject container = Child(task, "ContainerSpec");
        var kept = new JsonArray();
        foreach (JsonNode? entry in container["Env"]?.AsArray() ?? [])
        {
            if (!entry!.GetValue<string>().StartsWith(name + "=", StringComparison.Ordinal))
            {
                kept.Add(entry.DeepClone());
            }
        }

        kept.Add((JsonNode)$"{name}={value}");
        container["Env"] = kept;
        return spec.ToJsonString();
    }

    private static JsonNode Copy(EngineService service) => JsonNode.Parse(service.RawSpec.GetRawText())!;

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }
}
