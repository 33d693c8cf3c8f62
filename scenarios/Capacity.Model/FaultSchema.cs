using System.Text.Json.Nodes;
using static Capacity.Model.ScenarioSchema;

namespace Capacity.Model;

/// <summary>The schema of what breaks.</summary>
internal static class FaultSchema
{
    /// <summary>An entry of <c>faults</c>.</summary>
    public static JsonObject Fault() => Map("A fault is one of crash, slow, lose_node and down.", ["at"],
        ("at", Ref("duration", "When, from the start of the load.")),
        ("crash", Either("So many replicas end at once; others are started in their place.",
            Map("A crash.", [],
                ("replicas", Whole("How many; without it 1.", 1)),
                ("restart", Ref("duration", "Until the orchestrator acts; without it delays.restart."))))),
        ("slow", Map("Replicas need longer for requests that arrive meanwhile.", ["factor"],
            ("replicas", Whole("How many; without it 1.", 1)),
            ("factor", Amount("On the service time.", 0.01, 1000)))),
        ("lose_node", Either("So many nodes go, with the replicas on them.",
            Map("A loss.", [],
                ("nodes", Whole("How many; without it 1.", 1)),
                ("detect", Ref("duration", "Until the orchestrator knows; without it 11s."))))),
        ("down", OneOfWords("A part of the control loop fails.", FaultReader.Parts)),
        ("for", Ref("duration", "How long; a lost node without it never comes back.")));

    /// <summary>The nodes.</summary>
    public static JsonObject Nodes() => Map("The nodes that replicas are placed on. Simulated only.", ["count"],
        ("count", Whole("How many.", 1)),
        ("capacity", Whole("Replicas that one node has room for; without it any number.", 1)));

    /// <summary>Slowness after joining.</summary>
    public static JsonObject WarmUp() => Map(
        "Requests take longer on a replica that has just joined the rotation. Simulated only.", ["factor", "for"],
        ("factor", Amount("On the service time at first; falls linearly to 1.", 1, 1000)),
        ("for", Ref("duration", "How long.")));

    /// <summary>Random crashes.</summary>
    public static JsonObject Crashes() => Map("Replicas crash by themselves. Simulated only.", ["every"],
        ("every", Ref("duration", "Mean life of a replica.")),
        ("restart", Ref("duration", "Until the orchestrator acts; without it delays.restart.")));

    private static JsonObject Either(string description, JsonObject map) => new()
    {
        ["description"] = description,
        ["anyOf"] = new JsonArray(Whole("How many.", 1), map),
    };
}
