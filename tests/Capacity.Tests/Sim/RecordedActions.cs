using System.Globalization;
using Capacity.Model;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.Sim;

/// <summary>The actions of a recorded run beside those of its simulation.</summary>
internal static class RecordedActions
{
    private const double ShareRequired = 0.95;

    /// <summary>Pairs actions in order: same direction, no further apart than the tolerance. A case is an action;
    /// what either side has alone is a difference.</summary>
    public static SuiteResult Compare(
        string name, IReadOnlyList<(double At, int From, int To)> recorded, RunResult run, double toleranceSeconds)
    {
        List<(double At, int From, int To)> simulated = [.. run.ScaleActions.Select(a => (a.At, a.From, a.To))];
        int[,] pairs = Pairs(recorded, simulated, toleranceSeconds);
        int cases = Math.Max(recorded.Count, simulated.Count);
        int equal = pairs[0, 0];
        string both = $"{name}\n  recorded  {Text(recorded)}\n  simulated {Text(simulated)}";
        double worst = 0;
        if (recorded.Count == simulated.Count)
        {
            worst = recorded.Zip(simulated, (r, s) => Math.Abs(r.At - s.At)).DefaultIfEmpty().Max();
        }

        string summary = string.Create(CultureInfo.InvariantCulture, $"  {equal} of {cases} paired, ≤ {worst:0.000} s");
        return new SuiteResult(
            name, cases, [.. Enumerable.Repeat(new CaseDifference("an action", both), cases - equal)])
        {
            Notes = [$"{both}\n{summary} apart"],
            ShareRequired = ShareRequired,
        };
    }

    // The longest common sequence.
    private static int[,] Pairs(
        IReadOnlyList<(double At, int From, int To)> a, List<(double At, int From, int To)> b, double tolerance)
    {
        int[,] best = new int[a.Count + 1, b.Count + 1];
        for (int i = a.Count - 1; i >= 0; i--)
        {
            for (int j = b.Count - 1; j >= 0; j--)
            {
                bool pair = Math.Sign(a[i].To - a[i].From) == Math.Sign(b[j].To - b[j].From)
                    && Math.Abs(a[i].At - b[j].At) <= tolerance;
                best[i, j] = Math.Max(
                    pair ? best[i + 1, j + 1] + 1 : 0, Math.Max(best[i + 1, j], best[i, j + 1]));
            }
        }

        return best;
    }

    private static string Text(IEnumerable<(double At, int From, int To)> actions) => string.Join(
        ", ",
        actions.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.At:0.0}: {a.From}→{a.To}")));
}
