using BenchmarkDotNet.Running;
using Capacity.Benchmarks;

switch (args)
{
    case ["sim"]:
        SimulatorSpeed.Print(Console.Out);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
