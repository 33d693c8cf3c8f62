using System.CommandLine;

return new RootCommand("Can our service take it? Load testing and capacity planning.").Parse(args).Invoke();
