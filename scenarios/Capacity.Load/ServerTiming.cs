using System.Globalization;

namespace Capacity.Load;

/// <summary>
/// What a service says about its own work in the <c>Server-Timing</c> header, in seconds; NaN where it does not.
/// </summary>
/// <param name="App">Time that a worker was held.</param>
/// <param name="Queue">Time waited for a worker.</param>
/// <remarks>Source: W3C, "Server Timing": metrics separated by commas, each a name with parameters after
/// semicolons.</remarks>
public readonly record struct ServerTiming(double App, double Queue)
{
    /// <summary>No information.</summary>
    public static ServerTiming Unknown => new(double.NaN, double.NaN);

    /// <summary>Reads a header's value; whatever it cannot make sense of is unknown.</summary>
    /// <param name="header">For example <c>app;dur=12.5, queue;dur=0</c>; null or empty gives
    /// <see cref="Unknown"/>.</param>
    public static ServerTiming Parse(string? header) => Parse(header.AsSpan());

    /// <inheritdoc cref="Parse(string?)"/>
    public static ServerTiming Parse(ReadOnlySpan<char> header)
    {
        ServerTiming timing = Unknown;
        ReadOnlySpan<char> rest = header;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> metric = TakeUntil(ref rest, ',');
            ReadOnlySpan<char> name = TakeUntil(ref metric, ';').Trim();
            double seconds = Duration(metric);
            if (name.Equals("app", StringComparison.OrdinalIgnoreCase))
            {
                timing = timing with { App = seconds };
            }
            else if (name.Equals("queue", StringComparison.OrdinalIgnoreCase))
            {
                timing = timing with { Queue = seconds };
            }
        }

        return timing;
    }

    private static double Duration(ReadOnlySpan<char> parameters)
    {
        while (!parameters.IsEmpty)
        {
            ReadOnlySpan<char> parameter = TakeUntil(ref parameters, ';');
            ReadOnlySpan<char> name = TakeUntil(ref parameter, '=').Trim();
            if (name.Equals("dur", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(
                    parameter.Trim().Trim('"'), NumberStyles.Float, CultureInfo.InvariantCulture, out double ms)
                && double.IsFinite(ms) && ms >= 0)
            {
                return ms / 1000;
            }
        }

        return double.NaN;
    }

    /// <summary>Takes the text before a separator that is not inside quotes, and the separator.</summary>
    private static ReadOnlySpan<char> TakeUntil(ref ReadOnlySpan<char> rest, char separator)
    {
        bool quoted = false;
        for (int i = 0; i < rest.Length; i++)
        {
            char c = rest[i];
            if (c == '\\' && quoted)
            {
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == separator && !quoted)
            {
                ReadOnlySpan<char> taken = rest[..i];
                rest = rest[(i + 1)..];
                return taken;
            }
        }

        ReadOnlySpan<char> all = rest;
        rest = [];
        return all;
    }
}
