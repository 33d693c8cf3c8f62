using BenchmarkDotNet.Running;
using Capacity.Benchmarks;

string? json = args is [_, "--json", string file] ? file : null;
switch (args)
{
    case ["sim", ..]:
        SimulatorSpeed.Print(Console.Out, json);
        break;
    case ["rules", ..]:
        RulesSpeed.Print(Console.Out, json);
        break;
    case ["load", ..]:
        return LoadSpeed.Print(Console.Out, args[1..]);
    case ["load-client", ..]:
        await LoadClient.RunAsync(args[1..]);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}

return 0;
