using System.Globalization;
using System.Net;
using System.Text;
using Capacity.Model;

namespace Capacity.Load.Http;

/// <summary>Messages of one kind of request for the framework's HTTP client.</summary>
internal sealed class MessageTemplate
{
    private const int Cached = 20_000; // milliseconds, that is service times up to 20 s
    private readonly RequestKind _kind;
    private readonly Uri _target;
    private readonly HttpMethod _method;
    private readonly Version _version;
    private readonly Uri?[] _addresses;
    private readonly byte[]? _body;

    public MessageTemplate(RequestKind kind, Uri target, bool http2)
    {
        (_kind, _target) = (kind, target);
        _method = new HttpMethod(kind.Method);
        _version = http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        _addresses =
            new Uri?[kind.Path.Contains(RequestKind.ServiceTimePlace, StringComparison.Ordinal) ? Cached : 1];
        _body = kind.Content.Body is { } text ? Encoding.UTF8.GetBytes(text) : null;
    }

    /// <summary>One request.</summary>
    /// <param name="unit">Quantile of the service time.</param>
    public HttpRequestMessage Message(double unit)
    {
        var message = new HttpRequestMessage(_method, AddressOf(unit))
        {
            Version = _version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = _body is null ? null : new ByteArrayContent(_body),
        };
        foreach ((string name, string value) in _kind.Content.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return message;
    }

    private Uri AddressOf(double unit)
    {
        if (_addresses.Length == 1)
        {
            return _addresses[0] ??= new Uri(_target, _kind.Path);
        }

        int ms = RequestTemplate.Milliseconds(_kind.ServiceTime, unit);
        return ms < _addresses.Length ? _addresses[ms] ??= Filled(ms) : Filled(ms);
    }

    private Uri Filled(int ms) => new(_target, _kind.Path.Replace(
        RequestKind.ServiceTimePlace, ms.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
}
