using Capacity.Control.Samples;

namespace Capacity.Control.PromQl.Engine;

/// <summary>The evaluation failed; the query answers with <see cref="QueryError"/>.</summary>
internal sealed class QueryFailureException(string message) : Exception(message);

/// <summary>What all parts of one query share.</summary>
internal sealed class QueryContext(SampleStore store, PromQlOptions options)
{
    // Prometheus limits the samples that a query loads; a subquery of a subquery would otherwise run for days.
    private const int StepsMax = 2_000_000;

    private int _steps;

    public SampleStore Store { get; } = store;

    public PromQlOptions Options { get; } = options;

    public LabelTable Labels { get; } = new();

    public bool IsPrometheus3 { get; } = options.Profile == PromQlProfile.Prometheus3;

    /// <summary>Whether windows leave out their first instant.</summary>
    public bool HasOpenWindows { get; } = options.HasOpenWindows ?? options.Profile == PromQlProfile.Prometheus3;

    /// <summary>What <c>@ start()</c> means, in ms.</summary>
    public long Start { get; private set; }

    /// <summary>What <c>@ end()</c> means, in ms.</summary>
    public long End { get; private set; }

    /// <summary>A query begins.</summary>
    public void Begin(long start, long end)
    {
        Start = start;
        End = end;
        _steps = 0;
    }

    /// <summary>Counts one evaluation inside a subquery.</summary>
    /// <exception cref="QueryFailureException">There were too many.</exception>
    public void CountStep()
    {
        if (++_steps > StepsMax)
        {
            throw new QueryFailureException(
                "query processing would load too many samples into memory in query execution");
        }
    }
}

/// <summary>Computes a number at an instant (ms).</summary>
internal abstract class ScalarNode
{
    public abstract double At(long time);
}

/// <summary>Computes an instant vector at an instant (ms); the next run overwrites <see cref="Out"/>.</summary>
internal abstract class VectorNode
{
    public Vector Out { get; } = new();

    public abstract void Run(long time);
}

/// <summary>A scalar that is given, or computed by a function of time alone.</summary>
internal sealed class FormulaScalar(Func<long, double> formula) : ScalarNode
{
    public override double At(long time) => formula(time);
}

/// <summary>Refuses vectors in which two series have the same labels.</summary>
internal sealed class DuplicateCheck
{
    private readonly SlotTable _seen = new();

    public void Verify(Vector vector)
    {
        if (vector.Count < 2)
        {
            return;
        }

        _seen.Begin();
        for (int i = 0; i < vector.Count; i++)
        {
            _seen.GetOrAdd(vector.Labels[i]);
        }

        if (_seen.Count != vector.Count)
        {
            throw new QueryFailureException("vector cannot contain metrics with the same labelset");
        }
    }
}

/// <summary>Which instant a selector looks at.</summary>
internal sealed class ShiftPlan(QueryContext context, TimeShift shift)
{
    private readonly long _offset = (long)shift.Offset.TotalMilliseconds;

    public long Of(long time)
    {
        long anchor = shift.At switch
        {
            null => time,
            { Anchor: PinAnchor.Start } => context.Start,
            { Anchor: PinAnchor.End } => context.End,
            { Milliseconds: var pinned } => pinned,
        };
        return anchor - _offset;
    }
}
