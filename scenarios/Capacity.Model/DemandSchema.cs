using System.Text.Json.Nodes;
using static Capacity.Model.ScenarioSchema;

namespace Capacity.Model;

/// <summary>The schema of a scenario's demand: load stages and spacing.</summary>
internal static class DemandSchema
{
    /// <summary>A load stage.</summary>
    public static JsonObject Stage() => Map(
        "A stage has one of inject, ramp_to, sine, steps, spike, users, replay and pause.", [],
        ("stage", Text("Name, for charts.")),
        ("inject", Ref("rate", "Open workload: a constant rate.")),
        ("ramp_to", Ref("rate", "Open workload: the rate moves linearly to this one.")),
        ("sine", Map("Open workload: the rate swings around a mean, as a day does.", ["mean", "amplitude", "period"],
            ("mean", Ref("rate", "Mean rate.")),
            ("amplitude", Ref("rate", "From the mean to the peak; at most the mean.")),
            ("period", Ref("duration", "From peak to peak.")),
            ("peak_at", Ref("duration", "First peak, from the start of the stage; without it a quarter period.")))),
        ("steps", new JsonObject
        {
            ["description"] = "Open workload: one rate after the other, each for an equal part of the stage.",
            ["anyOf"] = new JsonArray(
                List("The rates.", Ref("rate", "A rate."), 1),
                Map("Equal steps.", ["from", "by", "times"],
                    ("from", Ref("rate", "First rate.")), ("by", Ref("rate", "What each step adds.")),
                    ("times", Whole("How many rates.", 1)))),
        }),
        ("spike", Ref("rate", "Open workload: up to this rate, and at the end of the stage back to the one before.")),
        ("over", Ref("duration", "Length of a ramp (without it, the whole stage), of each step's change, or of a "
            + "spike's rise and of its fall (without it, at once).")),
        ("users", Whole("Closed workload: each sends, waits for the answer, thinks, and sends again.", 1)),
        ("iterations", Whole("Requests per user; without it they go on until the stage ends.", 1)),
        ("think", Ref("law", "Time between an answer and the user's next request.")),
        ("replay", Text("Recorded requests: an access log, CSV or NDJSON; a path relative to this file.")),
        ("format", OneOfWords("Form of the recording; guessed when absent.", RecordingReader.FormatNames)),
        ("skip", Ref("duration", "Beginning of the recording that is left out.")),
        ("pause", Ref("duration", "No requests for so long.")),
        ("during", Ref("duration", "Length of the stage; a replay without it lasts as long as its recording.")));

    /// <summary>How arrivals are spaced.</summary>
    public static JsonObject Spacing() => new()
    {
        ["description"] = "How open arrivals are spaced.",
        ["anyOf"] = new JsonArray(
            OneOfWords("Independent users, or an even grid.", "poisson", "even"),
            Map("Arrivals that cluster: bursty, or gaps of more variability than Poisson's.", [],
                ("bursty", Map("Calm and bursts follow each other at random.", ["factor", "share", "length"],
                    ("factor", Amount("Rate in a burst over the rate of the load; lower in between.", 1, 1000)),
                    ("share", Ref("share", "Share of the time in bursts; times factor at most 1.")),
                    ("length", Ref("duration", "Mean length of a burst.")))),
                ("variability", Amount("Squared coefficient of variation of the gaps; 1 is Poisson.", 1, 10_000)))),
    };
}
