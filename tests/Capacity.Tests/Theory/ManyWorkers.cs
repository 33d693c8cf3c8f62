namespace Capacity.Tests.Theory;

/// <summary>GI/M/c: independent gaps of any law, exponential work, several workers.</summary>
internal static class ManyWorkers
{
    /// <summary>The exact mean wait, seconds.</summary>
    /// <param name="workers">c.</param>
    /// <param name="rate">Of each worker, per second.</param>
    /// <param name="gaps">Laplace transform of the law of the gaps.</param>
    /// <remarks>Takács' formula, with 1/A as the sum over the workers and σ the root of σ = gaps(cμ(1 − σ)).</remarks>
    public static double MeanWait(int workers, double rate, Func<double, double> gaps)
    {
        double root = 0.5;
        for (int i = 0; i < 5_000; i++)
        {
            root = gaps(workers * rate * (1 - root));
        }

        double sum = 1 / (1 - root);
        double product = 1;
        double ways = 1;
        for (int j = 1; j <= workers; j++)
        {
            double seen = gaps(j * rate);
            product *= seen / (1 - seen);
            ways = ways * (workers - j + 1) / j;
            sum += ways / (product * (1 - seen)) * ((workers * (1 - seen)) - j) / ((workers * (1 - root)) - j);
        }

        return 1 / (sum * workers * rate * (1 - root) * (1 - root));
    }
}
