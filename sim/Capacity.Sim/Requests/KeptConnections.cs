namespace Capacity.Sim.Requests;

/// <summary>
/// The clients' connections. Each is opened when it is first used, to the replica whose turn it is, and stays with it
/// until that leaves the rotation.
/// </summary>
internal sealed class KeptConnections
{
    private readonly int[] _replica; // -1: not open
    private int _turn;

    public KeptConnections(int count)
    {
        _replica = new int[count];
        Array.Fill(_replica, -1);
    }

    public int Count => _replica.Length;

    /// <summary>Whose connection it is.</summary>
    public int ReplicaOf(int connection, int[] rotation)
    {
        int replica = _replica[connection];
        if (replica < 0)
        {
            _turn = _turn < rotation.Length ? _turn : 0;
            replica = rotation[_turn];
            _turn++;
            _replica[connection] = replica;
        }

        return replica;
    }

    /// <summary>Closes the connections to a replica.</summary>
    public void Close(int replica)
    {
        foreach (ref int with in _replica.AsSpan())
        {
            with = with == replica ? -1 : with;
        }
    }
}
