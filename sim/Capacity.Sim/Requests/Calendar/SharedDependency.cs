using Capacity.Model;

namespace Capacity.Sim.Requests.Calendar;

/// <summary>The dependency that all replicas ask, through a pool of connections; who finds none free waits.</summary>
internal sealed class SharedDependency(DependencyModel model, EventHeap events)
{
    private readonly AttemptQueue _waiting = new();
    private int _connected;

    /// <summary>A replica asks for an attempt.</summary>
    public void Ask(Attempt attempt, double now)
    {
        if (model.Timeout is { } patience)
        {
            events.Add(now + patience, Happening.DependencyTimedOut, attempt);
        }

        if (_connected < model.Pool)
        {
            Connect(attempt, now);
        }
        else
        {
            _waiting.Add(attempt);
        }
    }

    /// <summary>Whether it is asked for an attempt and has not answered.</summary>
    public bool IsAsked(Attempt attempt) => attempt.IsConnected || attempt.In == _waiting;

    /// <summary>An attempt has its answer, or gives up.</summary>
    public void Leave(Attempt attempt, double now)
    {
        if (attempt.IsConnected)
        {
            attempt.IsConnected = false;
            Free(1, now);
        }
        else
        {
            _waiting.Remove(attempt);
        }
    }

    /// <summary>Connections are free again.</summary>
    public void Free(int connections, double now)
    {
        for (int i = 0; i < connections; i++)
        {
            _connected--;
            if (_waiting.Take() is { } next)
            {
                Connect(next, now);
            }
        }
    }

    private void Connect(Attempt attempt, double now)
    {
        attempt.IsConnected = true;
        _connected++;
        events.Add(now + attempt.Dependency, Happening.DependencyDone, attempt);
    }
}
