using Capacity.Model;

namespace Capacity.Sim.Cluster;

/// <summary>The nodes, and how many tasks of the service each has.</summary>
/// <remarks>Source: Docker swarm mode's scheduler, strategy "spread": the node with the fewest tasks of the service; of
/// those with equally many, here the first.</remarks>
/// <param name="pool">How many there are, and their room.</param>
internal sealed class Nodes(NodePool pool)
{
    private readonly int[] _tasks = new int[pool.Count];
    private readonly bool[] _isDown = new bool[pool.Count];

    /// <summary>Nodes that are up, in order.</summary>
    public IEnumerable<int> Up => Enumerable.Range(0, pool.Count).Where(n => !_isDown[n]);

    /// <summary>Finds room for a task and takes it.</summary>
    /// <returns>The node; null when there is no room.</returns>
    public int? Take()
    {
        int best = -1;
        for (int node = 0; node < _tasks.Length; node++)
        {
            bool hasRoom = !_isDown[node] && _tasks[node] < (pool.Capacity ?? int.MaxValue);
            best = hasRoom && (best < 0 || _tasks[node] < _tasks[best]) ? node : best;
        }

        if (best < 0)
        {
            return null;
        }

        _tasks[best]++;
        return best;
    }

    /// <summary>A task of a node is gone.</summary>
    public void Free(int node) => _tasks[node]--;

    /// <summary>A node is lost; its tasks are freed one by one.</summary>
    public void Lose(int node) => _isDown[node] = true;

    /// <summary>A node is back, empty.</summary>
    public void Return(int node) => _isDown[node] = false;
}
