using System.Globalization;
using Capacity.Model;

namespace Capacity.Cli.Tuning;

/// <summary>How long a search may go on.</summary>
/// <param name="Policies">Policies to simulate at most.</param>
/// <param name="Time">Wall-clock time for the search; null is as long as it takes.</param>
internal sealed record TuneBudget(int Policies, TimeSpan? Time)
{
    /// <summary>Most policies that a search keeps in memory.</summary>
    public const int PoliciesMax = 100_000;

    /// <summary>Reads <c>1000</c> or <c>90s</c>.</summary>
    /// <returns>Null for anything else.</returns>
    public static TuneBudget? Read(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int policies))
        {
            return policies is >= 1 and <= PoliciesMax ? new TuneBudget(policies, null) : null;
        }

        return PrometheusDuration.Parse(text).TryGet(out TimeSpan time) && time > TimeSpan.Zero
            && time <= TimeSpan.FromDays(1) ? new TuneBudget(PoliciesMax, time) : null;
    }
}
