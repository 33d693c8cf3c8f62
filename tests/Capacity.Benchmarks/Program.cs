using BenchmarkDotNet.Running;
using Capacity.Benchmarks;

switch (args)
{
    case ["sim", .. string[] rest]:
        SimulatorSpeed.Print(Console.Out, rest is ["--json", string file] ? file : null);
        break;
    case ["rules", .. string[] options]:
        RulesSpeed.Print(Console.Out, options is ["--json", string path] ? path : null);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
