using BenchmarkDotNet.Running;
using Capacity.Benchmarks;
using Capacity.Load;

bool isLong = args.Contains("--long"); // ten minutes more
args = [.. args.Where(a => a != "--long")];
string? json = args is [_, "--json", string file] ? file : null;
switch (args)
{
    case ["sim", ..]:
        SimulatorSpeed.Print(Console.Out, json);
        break;
    case ["rules", ..]:
        RulesSpeed.Print(Console.Out, json);
        break;
    case ["report", "--picture", string picture, string page]:
        await ReportPicture.TakeAsync(page, picture);
        break;
    case ["whatif", "--picture", string picture]:
        await WhatIfPicture.TakeAsync(picture);
        break;
    case ["whatif", ..]:
        await WhatIfSpeed.PrintAsync(Console.Out, json);
        break;
    case ["tune", ..]:
        TuneSpeed.Print(Console.Out, json);
        break;
    case ["regression", ..]:
        InlineSockets.Enable();
        await RegressionErrors.PrintAsync(args[1..], Console.Out);
        break;
    case ["load", ..]:
        return LoadSpeed.Print(Console.Out, args[1..], isLong);
    case ["load-client", ..]:
        await LoadClient.RunAsync(args[1..]);
        break;
    case ["script-client", ..]:
        await ScriptClient.RunAsync(args[1..]);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(SimulatorSpeed).Assembly).Run(args);
        break;
}

return 0;
