using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>A digest of the load that a scenario asks for: what must be equal for two runs to be comparable.</summary>
/// <remarks>Rates, stages, shares, paths, service times that are asked for, spacing and the client's behaviour count.
/// Comments, objectives, the stack and the target do not.</remarks>
public static class LoadDigest
{
    /// <summary>The digest of a scenario at some demand and speed.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="demand">Factor on its rates.</param>
    /// <param name="speed">Its stages are divided by this.</param>
    /// <returns>SHA-256, 64 lower-case hexadecimal digits.</returns>
    public static string Of(Scenario scenario, double demand = 1, double speed = 1)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{demand:R} {speed:R} {scenario.Spacing}\n");
        foreach (LoadStage stage in scenario.Load)
        {
            text.Append(stage switch
            {
                LoadStage.Open o => string.Create(CultureInfo.InvariantCulture, $"open {o.ToRate:R} {o.Over:R}"),
                LoadStage.Users u => string.Create(CultureInfo.InvariantCulture,
                    $"users {u.Count} {u.Iterations} {u.Think}"),
                _ => "pause",
            });
            text.Append(CultureInfo.InvariantCulture, $" {stage.During:R} {stage.Name}\n");
        }

        foreach (RequestKind kind in scenario.Requests)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{kind.Name} {kind.Share:R} {kind.Method} {kind.Path} {kind.ServiceTime}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{scenario.Client.Timeout:R} {scenario.Client.Retry}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
