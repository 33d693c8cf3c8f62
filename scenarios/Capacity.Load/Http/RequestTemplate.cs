using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Capacity.Model;

namespace Capacity.Load.Http;

/// <summary>The bytes of one kind of request, ready to send.</summary>
/// <remarks>Only the drawn service time differs from one request to the next. Source: RFC 9112, section 3.</remarks>
internal sealed class RequestTemplate
{
    private readonly byte[] _before;
    private readonly byte[] _after;
    private readonly ServiceLaw? _law; // null when nothing is filled in

    public RequestTemplate(RequestKind kind, Uri target)
    {
        string path = kind.Path;
        int place = path.IndexOf(RequestKind.ServiceTimePlace, StringComparison.Ordinal);
        bool filled = place >= 0;
        string rest = Rest(kind, target);
        string end = filled ? path[(place + RequestKind.ServiceTimePlace.Length)..] + rest : "";
        _before = Encoding.UTF8.GetBytes($"{kind.Method} {(filled ? path[..place] : path + rest)}");
        Whole = filled ? [] : GC.AllocateUninitializedArray<byte>(_before.Length, pinned: true);
        _before.AsSpan(0, Whole.Length).CopyTo(Whole);
        _after = Encoding.UTF8.GetBytes(end);
        _law = filled ? kind.ServiceTime : null;
        Bodyless = kind.Method == "HEAD";
        Repeatable = kind.Method is "GET" or "HEAD" or "OPTIONS" or "PUT" or "DELETE";
    }

    /// <summary>Whether the answer has no body whatever its headers say.</summary>
    public bool Bodyless { get; }

    /// <summary>Whether a request that a closing connection swallowed may be sent again.</summary>
    /// <remarks>Source: RFC 9110, section 9.2.2, idempotent methods.</remarks>
    public bool Repeatable { get; }

    /// <summary>The request, pinned, when all of its kind are equal; else empty.</summary>
    public byte[] Whole { get; }

    /// <summary>Most bytes of one request.</summary>
    public int LengthMax => _before.Length + _after.Length + 20;

    /// <summary>The drawn service time in whole milliseconds.</summary>
    /// <param name="law">Its law.</param>
    /// <param name="unit">Its quantile.</param>
    public static int Milliseconds(ServiceLaw law, double unit) =>
        (int)Math.Min(Math.Round(law.Quantile(unit) * 1000), int.MaxValue);

    /// <summary>Writes one request.</summary>
    /// <param name="to">At least <see cref="LengthMax"/> bytes.</param>
    /// <param name="unit">Quantile of the service time.</param>
    /// <returns>Bytes written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Write(Span<byte> to, double unit)
    {
        _before.CopyTo(to);
        if (_law is null)
        {
            return _before.Length;
        }

        int at = _before.Length;
        Milliseconds(_law, unit).TryFormat(to[at..], out int digits, default, CultureInfo.InvariantCulture);
        _after.CopyTo(to[(at + digits)..]);
        return at + digits + _after.Length;
    }

    private static string Rest(RequestKind kind, Uri target)
    {
        RequestContent content = kind.Content;
        var text = new StringBuilder(" HTTP/1.1\r\n");
        if (!content.Headers.Any(h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)))
        {
            text.Append("Host: ").Append(target.IsDefaultPort ? target.IdnHost : $"{target.IdnHost}:{target.Port}")
                .Append("\r\n");
        }

        foreach ((string name, string value) in content.Headers)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        if (content.Body is not null || kind.Method is "POST" or "PUT" or "PATCH")
        {
            int length = Encoding.UTF8.GetByteCount(content.Body ?? "");
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }

        return text.Append("\r\n").Append(content.Body).ToString();
    }
}
