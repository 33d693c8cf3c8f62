namespace Capacity.Swarm.Demo;

/// <summary>Names in memory; also the stand-in for the database of other replicas.</summary>
/// <remarks>Source: go-demo's main.go, without MongoDB. Names have a limit in number and length.</remarks>
internal sealed class LocalPersonStore : IPersonStore
{
    private const int NamesMax = 1000;
    private const int LengthMax = 200;
    private readonly Lock _gate = new();
    private readonly List<string> _names = [];

    public Task<PersonAnswer> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(new PersonAnswer(200, string.Join('\n', _names)));
        }
    }

    public Task<PersonAnswer> PutAsync(string name, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            bool known = _names.Contains(name);
            if (!known && (_names.Count == NamesMax || name.Length > LengthMax))
            {
                return Task.FromResult(new PersonAnswer(500,
                    $"at most {NamesMax} names of at most {LengthMax} characters are kept\n"));
            }

            if (!known)
            {
                _names.Add(name);
            }

            return Task.FromResult(new PersonAnswer(200, "Everything is OK"));
        }
    }
}
