namespace Capacity.Control.PromQl.Engine;

/// <summary>A sum that remembers what rounding lost.</summary>
/// <remarks>Source: Prometheus, promql/functions.go: kahanSumInc (Neumaier's variant).</remarks>
internal struct Kahan
{
    public double Sum;
    public double Lost;

    public Kahan(double sum)
    {
        Sum = sum;
    }

    public readonly double Total => double.IsInfinity(Sum) ? Sum : Sum + Lost;

    public void Add(double value)
    {
        double total = Sum + value;
        if (double.IsInfinity(total))
        {
            Lost = 0;
        }
        else if (Math.Abs(Sum) >= Math.Abs(value))
        {
            Lost += (Sum - total) + value;
        }
        else
        {
            Lost += (value - total) + Sum;
        }

        Sum = total;
    }
}
