using System.Runtime.CompilerServices;

namespace Capacity.Sim.Requests;

/// <summary>One replica whose requests share its cores.</summary>
internal struct SharedCores
{
    public double Virtual;
    public double Last; // the instant at which it was that
    public int Count;
    public Key[] Keys; // descending, so that the next to finish is the last

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly double NextFinish(int cores)
    {
        if (Count == 0)
        {
            return double.PositiveInfinity;
        }

        double left = Keys[Count - 1].Virtual - Virtual;
        return Last + (Count > cores ? left * Count / cores : left);
    }

    /// <summary>A request by the virtual time at which it finishes.</summary>
    internal struct Key
    {
        public double Virtual;
        public int Job;
    }
}
