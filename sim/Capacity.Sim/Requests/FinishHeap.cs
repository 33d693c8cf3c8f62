namespace Capacity.Sim.Requests;

/// <summary>The next finish of every replica, the soonest first.</summary>
internal sealed class FinishHeap
{
    private readonly List<int> _heap = []; // replicas
    private readonly List<int> _place = []; // by replica
    private readonly List<double> _finish = []; // by replica

    /// <summary>The soonest finish, seconds; +∞ when there is none.</summary>
    public double Least => _heap.Count == 0 ? double.PositiveInfinity : _finish[_heap[0]];

    /// <summary>Whose it is.</summary>
    public int First => _heap[0];

    /// <summary>A replica without requests.</summary>
    /// <param name="replica">The next index, or a known one.</param>
    public void Add(int replica)
    {
        while (replica >= _place.Count)
        {
            _heap.Add(_place.Count);
            _finish.Add(double.PositiveInfinity);
            _place.Add(_heap.Count - 1);
        }

        Set(replica, double.PositiveInfinity);
    }

    /// <summary>A replica's next finish has changed.</summary>
    public void Set(int replica, double finish)
    {
        bool sooner = finish < _finish[replica];
        _finish[replica] = finish;
        int place = _place[replica];
        if (sooner)
        {
            while (place > 0 && finish < _finish[_heap[(place - 1) / 2]])
            {
                Put(place, _heap[(place - 1) / 2]);
                place = (place - 1) / 2;
            }
        }
        else
        {
            for (int child = (2 * place) + 1; child < _heap.Count; child = (2 * place) + 1)
            {
                child += child + 1 < _heap.Count && _finish[_heap[child + 1]] < _finish[_heap[child]] ? 1 : 0;
                if (finish <= _finish[_heap[child]])
                {
                    break;
                }

                Put(place, _heap[child]);
                place = child;
            }
        }

        Put(place, replica);
    }

    private void Put(int place, int replica)
    {
        _heap[place] = replica;
        _place[replica] = place;
    }
}
