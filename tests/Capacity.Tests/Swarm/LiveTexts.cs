using System.Globalization;

namespace Capacity.Tests.Swarm;

/// <summary>Texts as the programs of the live stack write them.</summary>
internal static class LiveTexts
{
    /// <summary>Two requests, with the engine's bytes before each line.</summary>
    public const string ScalerLog =
        "\u0001\0\0\0\0\0\0{{\"time\":\"2026-01-01T00:00:10.000+00:00\",\"level\":\"info\","
        + "\"message\":\"scale-service: asked\",\"trace_id\":\"a\",\"span_id\":\"1\"}\n"
        + "\u0001\0\0\0\0\0\0|{\"time\":\"2026-01-01T00:00:10.020+00:00\",\"level\":\"info\",\"message\":"
        + "\"scale-service success: Scaling go-demo_main from 2 to 4 replicas (min: 2, max: 7)\",\"trace_id\":\"a\"}\n"
        + "\u0002\0\0\0\0\0\0\u0010not ours\n"
        + "{\"time\":\"2026-01-01T00:00:20.5+00:00\",\"level\":\"error\",\"message\":"
        + "\"scale-service error: 'nobody' was not found\"}\n";

    /// <summary>A page of the proxy with two servers, of which the second has no address.</summary>
    /// <param name="status">Of the first server.</param>
    /// <param name="answered">Its answers with a status of 200 to 299.</param>
    /// <param name="check">Outcome of its last check.</param>
    /// <param name="address">Its address.</param>
    public static string Page(string status, int answered, string check, string address = "10.0.1.5:8080") =>
        string.Create(CultureInfo.InvariantCulture, $"""
            # pxname,svname,status,check_status,hrsp_2xx,addr,
            services,FRONTEND,OPEN,,,,
            main,main1,{status},{check},{answered},{address},
            main,main2,MAINT (resolution),,0,,
            main,BACKEND,UP,,,,
            """);
}
