namespace Capacity.Sim.Requests;

/// <summary>An attempt that may not finish, because its replica may stop before.</summary>
/// <param name="Client">What its client sent.</param>
/// <param name="At">Arrival, seconds.</param>
/// <param name="Finish">When it finishes, seconds.</param>
/// <param name="Replica">Who serves it.</param>
/// <param name="TimedOut">Its client gives up before.</param>
/// <param name="OfUser">A closed user follows its outcome.</param>
internal readonly record struct LongRequest(
    ClientRequest Client, double At, double Finish, int Replica, bool TimedOut, bool OfUser)
{
    public int Kind => Client.Kind;

    public double Overhead => Client.Overhead;

    public static LongRequest Of(RequestBatch batch, int i, bool timedOut) => new(
        batch.RequestAt(i), batch.At[i], batch.Finish[i], batch.Replica[i], timedOut, batch.OfUsers);

    public void CopyTo(RequestBatch batch, int i)
    {
        batch.Set(i, At, Client);
        batch.Finish[i] = Finish;
        batch.Replica[i] = Replica;
    }
}
