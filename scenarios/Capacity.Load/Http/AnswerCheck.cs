using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Capacity.Model;

namespace Capacity.Load.Http;

/// <summary>Judges answers of one kind of request.</summary>
internal sealed class AnswerCheck
{
    /// <summary>Most bytes of body that a check looks at; a longer one fails.</summary>
    public const int BodyMax = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly ResponseCheck? _check;
    private readonly byte[] _contains;
    private readonly Regex? _matches;
    private readonly string[] _path;
    private readonly int _status; // the only right one; 0: any from 200 to 399
    private readonly bool _simple; // nothing but the status is looked at

    public AnswerCheck(ResponseCheck? check)
    {
        _check = check;
        _status = check?.Status ?? 0;
        _simple = check is null or { Headers.Count: 0, NeedsBody: false };
        _contains = Encoding.UTF8.GetBytes(check?.Contains ?? "");
        _matches = check?.Matches is { } pattern
            ? new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            : null;
        _path = check?.JsonPath?.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Split('.', StringSplitOptions.RemoveEmptyEntries) ?? [];
    }

    /// <summary>Bytes of body to keep for <see cref="Judge"/>.</summary>
    public int CaptureMax => _check is { NeedsBody: true } ? BodyMax : 0;

    /// <summary>Whether <see cref="Judge"/> looks at headers.</summary>
    public bool NeedsHead => _check is { Headers.Count: > 0 };

    /// <summary>What is wrong with a complete answer.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="head">Status line and headers, if <see cref="NeedsHead"/>.</param>
    /// <param name="body">The body, if it was kept.</param>
    /// <returns><see cref="FailureClass.Status"/>, <see cref="FailureClass.Check"/> or none.</returns>
    public FailureClass Judge(int status, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        if (_status != 0 ? status != _status : status is < 200 or >= 400)
        {
            return FailureClass.Status;
        }

        return _simple || (Has(head) && Has(_check!, body)) ? FailureClass.None : FailureClass.Check;
    }

    private bool Has(ReadOnlySpan<byte> head)
    {
        foreach ((string name, string value) in _check!.Headers)
        {
            if (!ResponseHead.TryFind(head, name, out ReadOnlySpan<byte> found)
                || !Encoding.Latin1.GetString(found).Contains(value, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private bool Has(ResponseCheck check, ReadOnlySpan<byte> body)
    {
        if (body.IndexOf(_contains) < 0)
        {
            return false;
        }

        try
        {
            return (_matches is null || _matches.IsMatch(Strict.GetString(body)))
                && (check.JsonPath is null || HasValue(body, check.JsonValue));
        }
        catch (Exception problem) when (problem is DecoderFallbackException or System.Text.Json.JsonException
            or RegexMatchTimeoutException or InvalidOperationException or ArgumentException)
        {
            return false; // not text, not JSON, or an expression that takes forever on it
        }
    }

    private bool HasValue(ReadOnlySpan<byte> body, string? value)
    {
        JsonNode? node = JsonNode.Parse(body);
        foreach (string step in _path)
        {
            node = node switch
            {
                JsonObject map => map[step],
                JsonArray list when int.TryParse(
                    step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Count =>
                    list[index],
                _ => null,
            };
        }

        return node is not null && (value is null || node.ToString() == value);
    }
}
