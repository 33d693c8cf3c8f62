using System.Globalization;

namespace Capacity.Model;

/// <summary>What one line of a recording says.</summary>
internal ref struct RecordedLine
{
    /// <summary>Seconds: since 1970 when <see cref="IsAbsolute"/>, else since the beginning of the recording.</summary>
    public double Seconds;

    /// <summary>Whether the instant is a date.</summary>
    public bool IsAbsolute;

    /// <summary>The kind's name; empty when method and path say it.</summary>
    public ReadOnlySpan<char> Kind;

    /// <summary>HTTP method; empty when nothing tells the kind.</summary>
    public ReadOnlySpan<char> Method;

    /// <summary>Path, without query.</summary>
    public ReadOnlySpan<char> Path;
}

/// <summary>Reads the lines of access logs.</summary>
internal static class AccessLogLine
{
    private const string Months = "JanFebMarAprMayJunJulAugSepOctNovDec";

    /// <summary>Reads a line of the combined or common log format.</summary>
    /// <remarks>Source: Apache httpd documentation, mod_log_config: <c>%h %l %u %t "%r" %>s %b</c>; nginx,
    /// ngx_http_log_module: the predefined format <c>combined</c>.</remarks>
    public static bool TryCombined(ReadOnlySpan<char> line, out RecordedLine read) => TryRead(line, false, out read);

    /// <summary>Reads a line of HAProxy's HTTP log.</summary>
    /// <remarks>Source: HAProxy configuration manual, section 8.2.3: the accept date in brackets, the request last, in
    /// quotes.</remarks>
    public static bool TryHaproxy(ReadOnlySpan<char> line, out RecordedLine read) => TryRead(line, true, out read);

    /// <summary>Takes method and path of <c>GET /a?b HTTP/1.1</c>.</summary>
    public static bool TryRequest(ReadOnlySpan<char> request, ref RecordedLine read)
    {
        int space = request.IndexOf(' ');
        if (space <= 0 || request[..space].ContainsAnyExceptInRange('A', 'Z'))
        {
            return false;
        }

        ReadOnlySpan<char> rest = request[(space + 1)..].TrimStart(' ');
        int end = rest.IndexOf(' ');
        read.Method = request[..space];
        read.Path = PathOf(end < 0 ? rest : rest[..end]);
        return read.Path.Length > 0;
    }

    /// <summary>The path of a target: without scheme, host, query and fragment.</summary>
    public static ReadOnlySpan<char> PathOf(ReadOnlySpan<char> target)
    {
        int scheme = target.IndexOf("://");
        if (scheme > 0 && target[0] != '/')
        {
            ReadOnlySpan<char> behind = target[(scheme + 3)..];
            int slash = behind.IndexOf('/');
            target = slash < 0 ? "/" : behind[slash..];
        }

        int query = target.IndexOfAny('?', '#');
        return query < 0 ? target : target[..query];
    }

    private static bool TryRead(ReadOnlySpan<char> line, bool fractions, out RecordedLine read)
    {
        read = default;
        for (int bracket = line.IndexOf('['); bracket >= 0;)
        {
            ReadOnlySpan<char> rest = line[(bracket + 1)..];
            int close = rest.IndexOf(']');
            if (close < 0)
            {
                return false;
            }

            if (TryDate(rest[..close], fractions, out read.Seconds))
            {
                read.IsAbsolute = true;
                rest = rest[(close + 1)..];
                int quote = rest.IndexOf('"');
                return quote >= 0 && TryRequest(Quoted(rest[(quote + 1)..]), ref read);
            }

            int next = rest.IndexOf('[');
            bracket = next < 0 ? -1 : bracket + 1 + next;
        }

        return false;
    }

    private static ReadOnlySpan<char> Quoted(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
            {
                return text[..i];
            }
        }

        return text; // cut off by whoever carried the log
    }

    /// <summary><c>10/Oct/2000:13:55:36 -0700</c>, or <c>06/Feb/2009:12:14:14.655</c>.</summary>
    private static bool TryDate(ReadOnlySpan<char> text, bool fractions, out double seconds)
    {
        seconds = 0;
        if (text.Length < 20 || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':'
            || text[17] != ':' || !Number(text[..2], out int day) || !Number(text.Slice(7, 4), out int year)
            || !Number(text.Slice(12, 2), out int hour) || !Number(text.Slice(15, 2), out int minute)
            || !Number(text.Slice(18, 2), out int second))
        {
            return false;
        }

        int month = Months.AsSpan().IndexOf(text.Slice(3, 3), StringComparison.Ordinal);
        if (month < 0 || month % 3 != 0 || year is < 1970 or > 9998 || day < 1
            || day > DateTime.DaysInMonth(year, (month / 3) + 1) || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        long days = (new DateTime(year, (month / 3) + 1, day) - DateTime.UnixEpoch).Days;
        seconds = (days * 86_400.0) + (hour * 3_600) + (minute * 60) + second;
        ReadOnlySpan<char> rest = text[20..];
        return fractions ? TryFraction(rest, ref seconds) : TryZone(rest, ref seconds);
    }

    private static bool TryFraction(ReadOnlySpan<char> rest, ref double seconds)
    {
        if (rest.Length != 4 || rest[0] != '.' || !Number(rest[1..], out int milliseconds))
        {
            return false;
        }

        seconds += milliseconds / 1000.0;
        return true;
    }

    private static bool TryZone(ReadOnlySpan<char> rest, ref double seconds)
    {
        if (rest.Length == 0)
        {
            return true;
        }

        if (rest.Length != 6 || rest[0] != ' ' || rest[1] is not ('+' or '-')
            || !Number(rest.Slice(2, 2), out int hours)
            || !Number(rest.Slice(4, 2), out int minutes))
        {
            return false;
        }

        int offset = (hours * 3_600) + (minutes * 60);
        seconds -= rest[1] == '+' ? offset : -offset;
        return true;
    }

    private static bool Number(ReadOnlySpan<char> digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
