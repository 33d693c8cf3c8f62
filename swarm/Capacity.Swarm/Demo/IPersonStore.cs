namespace Capacity.Swarm.Demo;

/// <summary>Where <c>/demo/person</c> keeps its names: in this process, or behind a circuit breaker in
/// another.</summary>
internal interface IPersonStore
{
    /// <summary>All names, one per line, in the order in which they came.</summary>
    Task<PersonAnswer> ListAsync(CancellationToken cancellationToken);

    /// <summary>Adds a name, unless it is there.</summary>
    Task<PersonAnswer> PutAsync(string name, CancellationToken cancellationToken);
}

/// <summary>What a store answered.</summary>
/// <param name="Status">HTTP status: 200, 500 when it failed, 503 when it was not even asked.</param>
/// <param name="Text">The names, or what is wrong.</param>
internal readonly record struct PersonAnswer(int Status, string Text);
