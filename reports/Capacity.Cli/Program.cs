using Capacity.Cli;

using var interruption = Interruption.OfProcess();
return (int)await CapacityProgram.RunAsync(args, CliEnvironment.OfProcess(), interruption.Token);
