using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>A script's own number, shown beside the times. Safe for many threads.</summary>
public abstract class Metric
{
    private protected Metric(string name, string unit)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Name, Unit) = (name, unit);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its unit; may be empty.</summary>
    public string Unit { get; }

    /// <summary>Its value now.</summary>
    public abstract double Value { get; }

    /// <summary>Makes a number that only grows; <c>RegisterMetrics</c> of the runner shows it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="unitOfMeasure">Its unit; may be empty.</param>
    public static Counter CreateCounter(string name, string unitOfMeasure = "") => new(name, unitOfMeasure);

    /// <summary>Makes a number that goes up and down.</summary>
    /// <inheritdoc cref="CreateCounter"/>
    public static Gauge CreateGauge(string name, string unitOfMeasure = "") => new(name, unitOfMeasure);

    internal MetricReading Reading() => new(Name, this is Counter ? "counter" : "gauge", Unit, Value);
}

/// <summary>A number that only grows.</summary>
public sealed class Counter : Metric
{
    private double _value;

    internal Counter(string name, string unit)
        : base(name, unit)
    {
    }

    /// <inheritdoc/>
    public override double Value => Volatile.Read(ref _value);

    /// <summary>Adds.</summary>
    /// <param name="value">≥ 0.</param>
    public void Add(double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        double now = Volatile.Read(ref _value);
        while (Interlocked.CompareExchange(ref _value, now + value, now) is var seen && seen != now)
        {
            now = seen;
        }
    }
}

/// <summary>A number that goes up and down.</summary>
public sealed class Gauge : Metric
{
    private double _value;

    internal Gauge(string name, string unit)
        : base(name, unit)
    {
    }

    /// <inheritdoc/>
    public override double Value => Volatile.Read(ref _value);

    /// <summary>Replaces the value.</summary>
    public void Set(double value) => Volatile.Write(ref _value, value);
}
