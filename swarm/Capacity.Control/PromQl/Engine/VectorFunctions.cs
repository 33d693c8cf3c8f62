using System.Globalization;

namespace Capacity.Control.PromQl.Engine;

/// <summary>A function of each value, without the metric's name.</summary>
internal sealed class MapNode(
    QueryContext context, VectorNode of, Func<double, double, double, double> function, ScalarNode? a, ScalarNode? b)
    : VectorNode
{
    private readonly LabelMap _dropName = LabelMap.DropName(context.Labels);
    private readonly DuplicateCheck _duplicates = new();

    public override void Run(long time)
    {
        of.Run(time);
        double first = a?.At(time) ?? 0;
        double second = b?.At(time) ?? 0;
        Out.Clear();
        for (int i = 0; i < of.Out.Count; i++)
        {
            Out.Add(_dropName.Of(of.Out.Labels[i]), function(of.Out.Values[i], first, second));
        }

        _duplicates.Verify(Out);
    }
}

/// <summary>A vector made from another by a procedure.</summary>
internal sealed class ProcedureNode(VectorNode of, Action<Vector, Vector, long> procedure) : VectorNode
{
    public override void Run(long time)
    {
        of.Run(time);
        Out.Clear();
        procedure(of.Out, Out, time);
    }
}

/// <summary>One sample without labels.</summary>
internal sealed class VectorOfScalarNode(QueryContext context, ScalarNode of) : VectorNode
{
    private readonly int _noLabels = context.Labels.Number(LabelSet.Empty);

    public override void Run(long time)
    {
        Out.Clear();
        Out.Add(_noLabels, of.At(time));
    }
}

/// <summary>The value of a vector of one sample; NaN for any other.</summary>
internal sealed class ScalarOfVectorNode(VectorNode of) : ScalarNode
{
    public override double At(long time)
    {
        of.Run(time);
        return of.Out.Count == 1 ? of.Out.Values[0] : double.NaN;
    }
}

/// <summary>absent_over_time: one sample when no window has a point.</summary>
internal sealed class AbsentOverTimeNode(WindowSource source, int labelsWhenAbsent) : VectorNode
{
    public override void Run(long time)
    {
        Out.Clear();
        Window window = default;
        int count = source.Load(time, ref window);
        for (int i = 0; i < count; i++)
        {
            if (source.TryGet(i, ref window, out _))
            {
                return;
            }
        }

        Out.Add(labelsWhenAbsent, 1);
    }
}

/// <summary>Functions of one number.</summary>
internal static class NumberFunctions
{
    public static Func<double, double, double, double>? Find(string name) => name switch
    {
        "abs" => (v, _, _) => Math.Abs(v),
        "acos" => (v, _, _) => Math.Acos(v),
        "acosh" => (v, _, _) => Math.Acosh(v),
        "asin" => (v, _, _) => Math.Asin(v),
        "asinh" => (v, _, _) => Math.Asinh(v),
        "atan" => (v, _, _) => Math.Atan(v),
        "atanh" => (v, _, _) => Math.Atanh(v),
        "ceil" => (v, _, _) => Math.Ceiling(v),
        "cos" => (v, _, _) => Math.Cos(v),
        "cosh" => (v, _, _) => Math.Cosh(v),
        "deg" => (v, _, _) => v * 180 / Math.PI,
        "exp" => (v, _, _) => Math.Exp(v),
        "floor" => (v, _, _) => Math.Floor(v),
        "ln" => (v, _, _) => Math.Log(v),
        "log10" => (v, _, _) => Math.Log10(v),
        "log2" => (v, _, _) => Math.Log2(v),
        "rad" => (v, _, _) => v * Math.PI / 180,
        "sgn" => (v, _, _) => v < 0 ? -1 : v > 0 ? 1 : v,
        "sin" => (v, _, _) => Math.Sin(v),
        "sinh" => (v, _, _) => Math.Sinh(v),
        "sqrt" => (v, _, _) => Math.Sqrt(v),
        "tan" => (v, _, _) => Math.Tan(v),
        "tanh" => (v, _, _) => Math.Tanh(v),
        "clamp" => (v, low, high) => Larger(low, Smaller(high, v)),
        "clamp_min" => (v, low, _) => Larger(low, v),
        "clamp_max" => (v, high, _) => Smaller(high, v),
        "round" => (v, nearest, _) => Round(v, nearest),
        "day_of_month" => (v, _, _) => Date(v).Day,
        "day_of_week" => (v, _, _) => (int)Date(v).DayOfWeek,
        "day_of_year" => (v, _, _) => Date(v).DayOfYear,
        "days_in_month" => (v, _, _) => DateTime.DaysInMonth(Date(v).Year, Date(v).Month),
        "hour" => (v, _, _) => Date(v).Hour,
        "minute" => (v, _, _) => Date(v).Minute,
        "month" => (v, _, _) => Date(v).Month,
        "year" => (v, _, _) => Date(v).Year,
        _ => null,
    };

    // In Go an infinity that decides wins even over NaN.
    private static double Smaller(double a, double b) =>
        double.IsNegativeInfinity(a) || double.IsNegativeInfinity(b) ? double.NegativeInfinity : Math.Min(a, b);

    private static double Larger(double a, double b) =>
        double.IsPositiveInfinity(a) || double.IsPositiveInfinity(b) ? double.PositiveInfinity : Math.Max(a, b);

    // Multiplying by the inverse is what Prometheus does: round(x, 0.1) is computed as floor(x · 10 + 0.5) / 10.
    private static double Round(double value, double nearest)
    {
        double inverse = 1 / nearest;
        return Math.Floor((value * inverse) + 0.5) / inverse;
    }

    private static DateTime Date(double seconds)
    {
        double min = (DateTime.MinValue - DateTime.UnixEpoch).TotalSeconds;
        double max = (DateTime.MaxValue - DateTime.UnixEpoch).TotalSeconds - 1;
        double inRange = double.IsNaN(seconds) ? min : Math.Clamp(Math.Truncate(seconds), min, max);
        return DateTime.UnixEpoch.AddSeconds(inRange);
    }
}

/// <summary>Functions of labels: they change names, not values.</summary>
internal static class LabelFunctions
{
    public static bool IsLabelName(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>label_replace as a function from label sets to label sets.</summary>
    public static Func<LabelSet, LabelSet> Replace(
        string target, string replacement, string source, string pattern, bool prometheus3)
    {
        if (!Re2.TryCompile(pattern, prometheus3, out System.Text.RegularExpressions.Regex? regex, out _))
        {
            throw new QueryFailureException($"invalid regular expression in label_replace(): {pattern}");
        }

        Verify(target, "label_replace", "destination", prometheus3);
        return labels =>
        {
            System.Text.RegularExpressions.Match match = regex.Match(labels[source]);
            return match.Success ? labels.With(target, Re2.Expand(replacement, match)) : labels;
        };
    }

    /// <summary>label_join as a function from label sets to label sets.</summary>
    public static Func<LabelSet, LabelSet> Join(string target, string separator, string[] sources, bool prometheus3)
    {
        foreach (string source in sources)
        {
            Verify(source, "label_join", "source", prometheus3);
        }

        Verify(target, "label_join", "destination", prometheus3);
        return labels => labels.With(target, string.Join(separator, sources.Select(s => labels[s])));
    }

    private static void Verify(string name, string function, string role, bool anyText)
    {
        if (anyText ? name.Length == 0 || name.Contains('\uFFFD', StringComparison.Ordinal) : !IsLabelName(name))
        {
            throw new QueryFailureException(string.Create(CultureInfo.InvariantCulture,
                $"invalid {role} label name in {function}(): {name}"));
        }
    }
}
