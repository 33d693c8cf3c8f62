namespace Capacity.Sim.Requests;

/// <summary>When the scrapes of replicas are that serve in turn: the same again and again, so that nothing has to be
/// looked up.</summary>
internal sealed class TurnPhases
{
    private int _rotation;
    private int[] _replicas = []; // the rotation, as often as a batch can go around
    private double[] _phases = [];

    /// <summary>The rotation has changed.</summary>
    /// <param name="rotation">The replicas in turn.</param>
    /// <param name="phases">By replica, seconds.</param>
    public void Rotate(ReadOnlySpan<int> rotation, ReadOnlySpan<double> phases)
    {
        _rotation = rotation.Length;
        int length = rotation.Length == 0 ? 0 : rotation.Length + RequestBatch.Size;
        _replicas = new int[length];
        _phases = new double[length];
        for (int i = 0; i < length; i++)
        {
            _replicas[i] = rotation[i % rotation.Length];
            _phases[i] = phases[_replicas[i]];
        }
    }

    /// <summary>The phases of replicas if they are in turn, seconds; otherwise none.</summary>
    public ReadOnlySpan<double> PhasesOf(ReadOnlySpan<int> replica)
    {
        int first = replica.IsEmpty ? -1 : _replicas.AsSpan(0, _rotation).IndexOf(replica[0]);
        return first >= 0 && _replicas.AsSpan(first, replica.Length).SequenceEqual(replica)
            ? _phases.AsSpan(first, replica.Length)
            : [];
    }
}
