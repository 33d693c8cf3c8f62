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
    case ["whatif", "--picture", string picture]:
        await WhatIfPicture.TakeAsync(picture);
        break;
    case ["whatif", ..]:
        await WhatIfSpeed.PrintAsync(Console.Out, json);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(SimulatorSpeed).Assembly).Run(args);
        break;
}
