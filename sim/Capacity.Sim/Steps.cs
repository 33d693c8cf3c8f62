namespace Capacity.Sim;

/// <summary>The length of the steps in which a run is told.</summary>
public static class Steps
{
    private const int Most = 240;

    private static readonly double[] Round =
        [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

    /// <summary>The shortest round length with which a run has at most 240 steps.</summary>
    /// <param name="durationSeconds">Length of the run, seconds.</param>
    /// <returns>Seconds: 1, 2, 5, 10, 15, 30, 60, …; whole days for very long runs.</returns>
    public static double Choose(double durationSeconds)
    {
        foreach (double step in Round)
        {
            if (durationSeconds <= step * Most)
            {
                return step;
            }
        }

        return Math.Ceiling(durationSeconds / (Most * Round[^1])) * Round[^1];
    }
}
