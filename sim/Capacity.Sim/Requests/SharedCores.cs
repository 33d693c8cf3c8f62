using System.Runtime.CompilerServices;

namespace Capacity.Sim.Requests;

/// <summary>One replica whose requests share its cores.</summary>
internal struct SharedCores
{
    public double Virtual;
    public double Last; // the instant at which it was that
    public double Next; // when the next request finishes; +∞ when there is none
    public int Count;
    public Key[] Keys; // descending, so that the next to finish is the last

    /// <summary>Finds out when the next request finishes, after something has changed.</summary>
    /// <param name="slowdown">By count: how much slower than alone each is served.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FindNext(double[] slowdown)
    {
        unchecked
        {
            int count = Count;
            Next = count == 0 ? double.PositiveInfinity
                : Last + ((Keys[count - 1].Virtual - Virtual) * slowdown[count]);
        }
    }

    /// <summary>A request by the virtual time at which it finishes.</summary>
    internal struct Key
    {
        public double Virtual;
        public int Job;
    }
}
