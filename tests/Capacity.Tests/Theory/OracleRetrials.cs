using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Theory;

/// <summary>M/M/1/1 whose blocked clients try again after exponential pauses until they are served.</summary>
internal sealed class OracleRetrials : IRequestSource
{
    private readonly double _rate;
    private readonly double _until;
    private readonly double _service;
    private readonly double _pause;
    private readonly RandomSource _random;
    private readonly PriorityQueue<double, double> _orbit = new(); // when a client that waits was first there
    private double _next;
    private double _since; // of the attempt that is being made
    private bool _first;

    private OracleRetrials(Oracle oracle, double requests, ulong seed)
    {
        _rate = oracle["lambda_per_s"];
        _until = requests / _rate;
        _service = 1 / oracle["mu_per_s"];
        _pause = 1 / oracle["theta_per_s"];
        _random = new RandomSource(seed, "retrials");
        _next = _random.NextExponential(1 / _rate);
    }

    /// <summary>One run by seed; null when the oracle is none of these.</summary>
    public static Func<double, ulong, Func<string, double?>>? Of(Oracle oracle) =>
        oracle.Id.StartsWith("mm1retrial", StringComparison.Ordinal)
            ? (requests, seed) => new OracleRetrials(oracle, requests, seed).Run()
            : null;

    public bool Fill(RequestBatch batch)
    {
        batch.Count = 1;
        _first = !(_orbit.TryPeek(out double since, out double again) && again < _next);
        batch.At[0] = _first ? _next : again;
        _since = _first ? _next : since;
        batch.Service[0] = _random.NextExponential(_service);
        if (_first)
        {
            _next += _random.NextExponential(1 / _rate);
        }
        else
        {
            _orbit.Dequeue();
        }

        return true;
    }

    private Func<string, double?> Run()
    {
        double warmUp = _until / 20;
        (double inOrbit, long clients, long blocked, long served) = (0, 0, 0, 0);
        var settings = new EngineSettings(
            new ServiceModel { Workers = 1, Queue = 0 }, double.PositiveInfinity, [0], 1, _until, _until, _until);
        var engine = new RequestEngine(settings, this, null, new OverheadTimes(new ServiceLaw.Constant(0), 1));
        engine.Answers.TurnedAway = (at, _) =>
        {
            blocked += _first && at >= warmUp ? 1 : 0;
            clients += _first && at >= warmUp ? 1 : 0;
            _orbit.Enqueue(_since, at + _random.NextExponential(_pause));
        };
        engine.Answers.Succeeded = (batch, from, to) =>
        {
            clients += _first && batch.At[from] >= warmUp ? 1 : 0;
            served += _since >= warmUp ? 1 : 0;
            inOrbit += _since >= warmUp ? batch.At[from] - _since : 0;
        };
        engine.AddReplica(0, 0, 0);
        engine.Join(0);
        engine.AdvanceTo(_until);
        return name => name switch
        {
            "orbit" => inOrbit / served * _rate, // Little's law: the exact rate has less noise than the measured one
            "P_blocked" => (double)blocked / clients,
            "E_time_in_orbit" => inOrbit / served,
            _ => null,
        };
    }
}
