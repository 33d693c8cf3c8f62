namespace Capacity.Control.PromQl;

/// <summary>A function's name and types.</summary>
/// <param name="Name">As written; case matters.</param>
/// <param name="Returns">Scalar or instant vector.</param>
/// <param name="Arguments">Types in order.</param>
/// <param name="Variadic">How many may stand in the last argument's place; −1 any number; 0 exactly one.</param>
internal sealed record FunctionSignature(string Name, ExprType Returns, ExprType[] Arguments, int Variadic)
{
    public int Least => Variadic == 0 ? Arguments.Length : Arguments.Length - 1;

    public int Most => Variadic switch
    {
        0 => Arguments.Length,
        < 0 => int.MaxValue,
        _ => Arguments.Length - 1 + Variadic,
    };
}

/// <summary>The functions of PromQL that are not experimental.</summary>
/// <remarks>Source: Prometheus documentation, "Query functions".</remarks>
internal static class FunctionTable
{
    private const ExprType S = ExprType.Scalar;
    private const ExprType V = ExprType.InstantVector;
    private const ExprType M = ExprType.RangeVector;
    private const ExprType T = ExprType.String;

    private static readonly string[] OnlyIn2 = ["holt_winters"];

    private static readonly string[] OnlyIn3 =
    [
        "double_exponential_smoothing", "first_over_time", "mad_over_time", "histogram_avg", "histogram_stddev",
        "histogram_stdvar",
    ];

    private static readonly Dictionary<string, FunctionSignature> Known = Build();

    public static IEnumerable<string> Names => Known.Keys.Order(StringComparer.Ordinal);

    public static FunctionSignature? Find(string name) => Known.GetValueOrDefault(name);

    public static bool IsIn(string name, PromQlProfile profile) =>
        !(profile == PromQlProfile.Prometheus2 ? OnlyIn3 : OnlyIn2).Contains(name);

    private static Dictionary<string, FunctionSignature> Build()
    {
        var known = new Dictionary<string, FunctionSignature>(StringComparer.Ordinal);
        void Add(string names, ExprType returns, ExprType[] arguments, int variadic = 0)
        {
            foreach (string name in names.Split(' '))
            {
                known.Add(name, new FunctionSignature(name, returns, arguments, variadic));
            }
        }

        Add("abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh "
            + "sqrt tan tanh sort sort_desc timestamp histogram_count histogram_sum histogram_avg histogram_stddev "
            + "histogram_stdvar", V, [V]);
        Add("rate increase delta irate idelta changes resets deriv absent_over_time avg_over_time count_over_time "
            + "last_over_time first_over_time max_over_time min_over_time present_over_time stddev_over_time "
            + "stdvar_over_time sum_over_time mad_over_time", V, [M]);
        Add("day_of_month day_of_week day_of_year days_in_month hour minute month year", V, [V], variadic: 1);
        Add("clamp", V, [V, S, S]);
        Add("clamp_max clamp_min", V, [V, S]);
        Add("round", V, [V, S], variadic: 1);
        Add("histogram_quantile", V, [S, V]);
        Add("histogram_fraction", V, [S, S, V]);
        Add("quantile_over_time", V, [S, M]);
        Add("predict_linear", V, [M, S]);
        Add("holt_winters double_exponential_smoothing", V, [M, S, S]);
        Add("label_replace", V, [V, T, T, T, T]);
        Add("label_join", V, [V, T, T, T], variadic: -1);
        Add("pi time", S, []);
        Add("scalar", S, [V]);
        Add("vector", V, [S]);
        return known;
    }
}
