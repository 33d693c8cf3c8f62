using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Capacity.Sim.Requests;

/// <summary>
/// The queues of all replicas, and round robin over those in rotation: request n goes to the replica at place
/// n mod count, in the order in which they joined.
/// </summary>
internal sealed class ReplicaQueues
{
    private readonly int? _workers;
    private readonly Kernel _kernel;
    private readonly int _length; // numbers of state per replica
    private double[] _state = [];
    private int[] _rotation = [];
    private long _served;

    /// <summary>Starts without replicas.</summary>
    /// <param name="workers">Requests served at once by one replica; null lets them overlap freely.</param>
    /// <param name="portable">Uses the code for any processor, for the test that all give the same bits.</param>
    public ReplicaQueues(int? workers, bool portable = false)
    {
        _workers = workers;
        bool fitsRegister = workers is <= 8 && !portable;
        _kernel = workers is null ? Kernel.Overlapping
            : fitsRegister && Avx512F.IsSupported ? Kernel.Register512
            : fitsRegister && Avx2.IsSupported ? Kernel.Registers256
            : Kernel.Any;
        _length = _kernel switch { Kernel.Overlapping => 1, Kernel.Any => workers!.Value, _ => 8 };
    }

    private enum Kernel
    {
        Overlapping,
        Register512,
        Registers256,
        Any,
    }

    /// <summary>How many replicas receive requests.</summary>
    public int InRotation => _rotation.Length;

    /// <summary>Makes a replica idle from an instant on, whatever it was before.</summary>
    /// <param name="replica">Any index ≥ 0.</param>
    /// <param name="from">Seconds; no request is served earlier.</param>
    public void Reset(int replica, double from)
    {
        int first = replica * _length;
        if (first + _length > _state.Length)
        {
            Array.Resize(ref _state, Math.Max(first + _length, 2 * _state.Length));
        }

        Span<double> state = _state.AsSpan(first, _length);
        state.Fill(double.PositiveInfinity);
        state[..Math.Min(state.Length, _workers ?? 1)].Fill(from);
    }

    /// <summary>When the replica has finished everything it was given, seconds.</summary>
    public double IdleAt(int replica)
    {
        double last = double.NegativeInfinity;
        foreach (double free in _state.AsSpan(replica * _length, _length))
        {
            last = double.IsPositiveInfinity(free) ? last : Math.Max(last, free);
        }

        return last;
    }

    /// <summary>Puts a replica at the end of the rotation.</summary>
    public void Join(int replica) => _rotation = [.. _rotation, replica];

    /// <summary>Takes a replica out of the rotation.</summary>
    public void Leave(int replica) => _rotation = [.. _rotation.Where(r => r != replica)];

    /// <summary>Serves requests in order of arrival, each by the replica whose turn it is.</summary>
    /// <param name="at">Arrivals, seconds, ascending.</param>
    /// <param name="service">Seconds for which a worker is held.</param>
    /// <param name="finish">Receives when the worker is done.</param>
    /// <param name="replica">Receives who served it.</param>
    public void Serve(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, Span<double> finish, Span<int> replica)
    {
        int next = (int)(_served % _rotation.Length);
        _served += at.Length;
        switch (_kernel)
        {
            case Kernel.Overlapping:
                RoundRobin<OverlappingWorkers>(at, service, finish, replica, _state, _length, _rotation, next);
                break;
            case Kernel.Register512:
                RoundRobin<EightWorkersIn512Bits>(at, service, finish, replica, _state, _length, _rotation, next);
                break;
            case Kernel.Registers256:
                RoundRobin<EightWorkersIn256Bits>(at, service, finish, replica, _state, _length, _rotation, next);
                break;
            default:
                RoundRobin<AnyWorkers>(at, service, finish, replica, _state, _length, _rotation, next);
                break;
        }
    }

    /// <summary>A leaf loop: without calls, so that everything stays in registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RoundRobin<TWorkers>(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, Span<double> finish, Span<int> replica,
        double[] state, int length, ReadOnlySpan<int> rotation, int next)
        where TWorkers : IWorkers
    {
        unchecked
        {
            service = service[..at.Length];
            finish = finish[..at.Length];
            replica = replica[..at.Length];
            ref double first = ref MemoryMarshal.GetArrayDataReference(state);
            ref int turns = ref MemoryMarshal.GetReference(rotation);
            for (int i = 0; i < at.Length; i++)
            {
                int turn = Unsafe.Add(ref turns, next); // within the rotation, and its replicas within the state
                replica[i] = turn;
                finish[i] = TWorkers.Serve(ref Unsafe.Add(ref first, turn * length), length, at[i], service[i]);
                next++;
                next = next == rotation.Length ? 0 : next;
            }
        }
    }
}
