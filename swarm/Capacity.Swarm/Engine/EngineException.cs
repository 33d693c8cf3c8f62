namespace Capacity.Swarm.Engine;

/// <summary>The Docker engine refused a call, did not answer in time, or is not there.</summary>
public sealed class EngineException : Exception
{
    internal EngineException(string call, int? status, string body, string message, Exception? cause = null)
        : base(message, cause)
    {
        Call = call;
        Status = status;
        Body = body;
    }

    /// <summary>Method and path: <c>POST /services/x/update</c>.</summary>
    public string Call { get; }

    /// <summary>HTTP status; null when there was no answer.</summary>
    public int? Status { get; }

    /// <summary>What the engine wrote, JSON as a rule; empty when there was no answer.</summary>
    public string Body { get; }

    /// <summary>Whether another writer changed the object between reading and writing it.</summary>
    /// <remarks>Source: Docker Engine 20.10: status 500 with this text, for an old version and for a future
    /// one.</remarks>
    public bool IsConflict => Body.Contains("update out of sequence", StringComparison.Ordinal);

    /// <summary>Whether the same call may succeed a moment later: no answer, or managers that elect a leader.</summary>
    public bool IsPassing => Status is null or 503
        || Body.Contains("does not have a leader", StringComparison.Ordinal)
        || Body.Contains("lost leader status", StringComparison.Ordinal);
}
