using Capacity.Cli;
using Capacity.Load;

InlineSockets.Enable(); // before any socket: a request then costs a quarter of the CPU time
using var interruption = Interruption.OfProcess();
return (int)await CapacityProgram.RunAsync(args, CliEnvironment.OfProcess(), interruption.Token);
