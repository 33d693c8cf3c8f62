using Capacity.Control.PromQl.Engine;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Control.PromQl;

/// <summary>An expression made ready for many evaluations against one store. One thread at a time.</summary>
/// <remarks>
/// The series of each selector are found once and remembered; evaluations of aggregated expressions allocate only
/// their result. Memory grows with the number of different label sets that the query has ever seen.
/// </remarks>
public sealed class PromQuery
{
    private readonly QueryContext _context;
    private readonly ScalarNode? _scalar;
    private readonly VectorNode? _vector;
    private readonly WindowSource? _windows;
    private readonly string? _text;
    private readonly string? _unusable;

    /// <summary>Prepares an expression.</summary>
    /// <param name="expr">From <see cref="PromQlParser"/>.</param>
    /// <param name="store">Where samples are.</param>
    /// <param name="options">How to evaluate.</param>
    public PromQuery(Expr expr, SampleStore store, PromQlOptions options)
    {
        Expr = expr;
        _context = new QueryContext(store, options);
        var planner = new Planner(_context);
        try
        {
            _scalar = expr.Type == ExprType.Scalar ? planner.Scalar(expr) : null;
            _vector = expr.Type == ExprType.InstantVector ? planner.Vector(expr) : null;
            _windows = expr.Type == ExprType.RangeVector ? planner.Windows(expr) : null;
            _text = expr.Type == ExprType.String ? Planner.Text(expr) : null;
        }
        catch (QueryFailureException failure)
        {
            // A label name or pattern in a text argument is wrong, which Prometheus finds when it evaluates.
            _unusable = failure.Message;
        }
    }

    /// <summary>What is evaluated.</summary>
    public Expr Expr { get; }

    /// <summary>Label sets by the numbers that <see cref="Evaluate"/> uses.</summary>
    internal LabelTable Labels => _context.Labels;

    /// <summary>Evaluates at an instant, which is cut to whole milliseconds.</summary>
    /// <returns>A result of the expression's type, or <see cref="QueryError"/>.</returns>
    public QueryResult At(Instant at)
    {
        if (_unusable is not null)
        {
            return new QueryError(_unusable);
        }

        long time = at.Milliseconds;
        _context.Begin(time, time);
        if (_text is not null)
        {
            return new StringResult(_text);
        }

        try
        {
            if (_scalar is not null)
            {
                return new ScalarResult(_scalar.At(time));
            }

            return _windows is not null ? Points(time) : Samples(time);
        }
        catch (QueryFailureException failure)
        {
            return new QueryError(failure.Message);
        }
    }

    /// <summary>Evaluates at equally spaced instants.</summary>
    /// <param name="start">First instant.</param>
    /// <param name="end">No instant is later.</param>
    /// <param name="step">At least 1 ms.</param>
    /// <returns><see cref="MatrixResult"/>, series in order of appearance, or <see cref="QueryError"/>.</returns>
    public QueryResult Range(Instant start, Instant end, TimeSpan step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, TimeSpan.FromMilliseconds(1));
        if (_unusable is not null || Expr.Type is not (ExprType.Scalar or ExprType.InstantVector))
        {
            string type = TypeCheck.Name(Expr.Type);
            return new QueryError(_unusable ?? $"invalid expression type \"{type}\" for range query");
        }

        _context.Begin(start.Milliseconds, end.Milliseconds);
        var points = new Dictionary<int, List<(long, double)>>();
        var order = new List<int>();
        try
        {
            for (long time = _context.Start; time <= _context.End; time += (long)step.TotalMilliseconds)
            {
                Vector vector = Run(time);
                for (int i = 0; i < vector.Count; i++)
                {
                    if (!points.TryGetValue(vector.Labels[i], out List<(long, double)>? series))
                    {
                        order.Add(vector.Labels[i]);
                        points[vector.Labels[i]] = series = [];
                    }

                    series.Add((time, vector.Values[i]));
                }
            }
        }
        catch (QueryFailureException failure)
        {
            return new QueryError(failure.Message);
        }

        return new MatrixResult([.. order.Select(l => new MatrixSeries(Labels[l], points[l]))]);
    }

    /// <summary>Evaluates for a rule: without copying the result.</summary>
    /// <returns>A vector that the next evaluation overwrites; a scalar is one sample without labels.</returns>
    /// <exception cref="QueryFailureException">The evaluation failed.</exception>
    internal Vector Evaluate(Instant at)
    {
        _context.Begin(at.Milliseconds, at.Milliseconds);
        return Run(at.Milliseconds);
    }

    private readonly Vector _ofScalar = new();

    private Vector Run(long time)
    {
        if (_vector is not null)
        {
            _vector.Run(time);
            return _vector.Out;
        }

        if (_scalar is null)
        {
            throw new QueryFailureException(_unusable ?? "rule result is not a vector or scalar");
        }

        _ofScalar.Clear();
        _ofScalar.Add(Labels.Number(LabelSet.Empty), _scalar.At(time));
        return _ofScalar;
    }

    private VectorResult Samples(long time)
    {
        Vector vector = Run(time);
        var samples = new (LabelSet, double)[vector.Count];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = (Labels[vector.Labels[i]], vector.Values[i]);
        }

        return new VectorResult(samples);
    }

    private MatrixResult Points(long time)
    {
        var all = new List<MatrixSeries>();
        Window window = default;
        int count = _windows!.Load(time, ref window);
        for (int i = 0; i < count; i++)
        {
            if (!_windows.TryGet(i, ref window, out int labels))
            {
                continue;
            }

            var points = new (long, double)[window.Times.Length];
            for (int p = 0; p < points.Length; p++)
            {
                points[p] = (window.Times[p], window.Values[p]);
            }

            all.Add(new MatrixSeries(Labels[labels], points));
        }

        return new MatrixResult(all);
    }
}
