namespace Capacity.Control.PromQl;

/// <summary>What a query answers: a closed set.</summary>
public abstract record QueryResult
{
    private protected QueryResult()
    {
    }
}

/// <summary>One value per series.</summary>
/// <param name="Samples">In the order in which Prometheus would list them; may be empty.</param>
public sealed record VectorResult(IReadOnlyList<(LabelSet Labels, double Value)> Samples) : QueryResult;

/// <summary>One value without labels.</summary>
public sealed record ScalarResult(double Value) : QueryResult;

/// <summary>A text.</summary>
public sealed record StringResult(string Value) : QueryResult;

/// <summary>Points over time per series.</summary>
/// <param name="Series">Each with points in ascending time.</param>
public sealed record MatrixResult(IReadOnlyList<MatrixSeries> Series) : QueryResult;

/// <summary>One series of a range query.</summary>
/// <param name="Labels">Identify the series.</param>
/// <param name="Points">Milliseconds since the Unix epoch, and the value there.</param>
public sealed record MatrixSeries(LabelSet Labels, IReadOnlyList<(long Milliseconds, double Value)> Points);

/// <summary>Nothing, since the evaluation failed: for example two series claim the same labels.</summary>
/// <param name="Message">Why, as Prometheus says it where it has words for it.</param>
public sealed record QueryError(string Message) : QueryResult;
