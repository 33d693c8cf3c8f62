using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;

namespace Capacity.Cli.Checking;

/// <summary>Whether the rehearsal lies where several predictions of it do.</summary>
internal static class RehearsalBand
{
    private const int Runs = 20;

    /// <summary>Counts the measured steps within the band of 20 predictions, each with its own seed.</summary>
    /// <param name="measured">The rehearsal.</param>
    /// <param name="fitted">Its input, fitted to it.</param>
    /// <param name="seed">Seed of the predictions.</param>
    /// <param name="stop">Ends early: the band is then that of the runs that were done.</param>
    public static BandCoverage Of(RunResult measured, SimulationInput fitted, ulong seed, CancellationToken stop)
    {
        RunSeries[] predicted =
        [
            .. Enumerable.Range(1, Runs).TakeWhile(_ => !stop.IsCancellationRequested)
                .Select(n => LaunchSimulation.Run(fitted, Launches.SeedOf(seed, n), stop))
                .Where(r => !r.Partial).Select(r => r.Series),
        ];
        Func<RunSeries, IReadOnlyList<double>>[] curves =
            [s => [.. s.Ready.Select(r => (double)r)], s => s.P50, s => s.P95, s => s.P99];
        (int steps, int inside) = (0, 0);
        foreach (Func<RunSeries, IReadOnlyList<double>> curve in curves)
        {
            IReadOnlyList<double>[] band = [.. predicted.Select(curve)];
            foreach ((int i, double value) in curve(measured.Series).Index())
            {
                double[] there = [.. band.Where(b => b.Count > i).Select(b => b[i]).Where(double.IsFinite)];
                if (double.IsFinite(value) && there.Length > 0)
                {
                    steps++;
                    inside += value >= there.Min() && value <= there.Max() ? 1 : 0;
                }
            }
        }

        return new BandCoverage(predicted.Length, steps, inside);
    }
}
