using System.Runtime.CompilerServices;

namespace Capacity.Scripting;

/// <summary>What became of a step or of a whole iteration.</summary>
public interface IResponse
{
    /// <summary>A short word for tables, usually the HTTP status; may be empty.</summary>
    string StatusCode { get; }

    /// <summary>Whether it counts as failed.</summary>
    bool IsError { get; }

    /// <summary>Bytes that were moved, ≥ 0.</summary>
    long SizeBytes { get; }

    /// <summary>What happened; may be empty.</summary>
    string Message { get; }
}

/// <summary>What became of a step, with what it brought along for the next one.</summary>
/// <typeparam name="T">What it brought along.</typeparam>
public sealed class Response<T> : IResponse
{
    /// <summary>A success without details. One object for all of them.</summary>
    internal static readonly Response<T> PlainOk = new("", isError: false, 0, "", default);

    /// <summary>A failure without details. One object for all of them.</summary>
    internal static readonly Response<T> PlainFail = new("", isError: true, 0, "", default);

    internal Response(string statusCode, bool isError, long sizeBytes, string message, Payload<T> payload)
    {
        StatusCode = statusCode;
        IsError = isError;
        SizeBytes = sizeBytes;
        Message = message;
        Payload = payload;
    }

    /// <inheritdoc/>
    public string StatusCode { get; }

    /// <inheritdoc/>
    public bool IsError { get; }

    /// <inheritdoc/>
    public long SizeBytes { get; }

    /// <inheritdoc/>
    public string Message { get; }

    /// <summary>What the step brought along; without a value when it failed or had nothing.</summary>
    public Payload<T> Payload { get; }
}

/// <summary>A value that may be missing.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public readonly record struct Payload<T>
{
    private readonly T? _value;

    /// <summary>Wraps a value.</summary>
    public Payload(T value)
    {
        _value = value;
        IsSome = true;
    }

    /// <summary>Whether there is a value.</summary>
    public bool IsSome { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none: look at <see cref="IResponse.IsError"/>
    /// first.</exception>
    public T Value => IsSome
        ? _value!
        : throw new InvalidOperationException("the response has no payload: look at IsError before Payload.Value");
}

/// <summary>Makes responses.</summary>
public static class Response
{
    /// <summary>Status of a step that took longer than it may.</summary>
    public const string TimeOut = "-100";

    /// <summary>Status of a step that ended with an exception.</summary>
    public const string Exception = "-101";

    /// <summary>A success.</summary>
    /// <param name="statusCode">A short word for tables, usually the HTTP status.</param>
    /// <param name="sizeBytes">Bytes that were moved, ≥ 0.</param>
    /// <param name="message">What happened.</param>
    [OverloadResolutionPriority(1)]
    public static Response<object> Ok(string statusCode = "", long sizeBytes = 0, string message = "") =>
        statusCode.Length == 0 && sizeBytes == 0 && message.Length == 0
            ? Response<object>.PlainOk
            : new Response<object>(statusCode, isError: false, Size(sizeBytes), message, default);

    /// <summary>A success that brings something along for the next step.</summary>
    /// <param name="payload">What it brings along.</param>
    /// <param name="statusCode">A short word for tables, usually the HTTP status.</param>
    /// <param name="sizeBytes">Bytes that were moved, ≥ 0.</param>
    /// <param name="message">What happened.</param>
    public static Response<T> Ok<T>(T payload, string statusCode = "", long sizeBytes = 0, string message = "") =>
        new(statusCode, isError: false, Size(sizeBytes), message, new Payload<T>(payload));

    /// <summary>A failure.</summary>
    /// <param name="statusCode">A short word for tables, usually the HTTP status.</param>
    /// <param name="message">What happened.</param>
    /// <param name="sizeBytes">Bytes that were moved, ≥ 0.</param>
    public static Response<object> Fail(string statusCode = "", string message = "", long sizeBytes = 0) =>
        statusCode.Length == 0 && sizeBytes == 0 && message.Length == 0
            ? Response<object>.PlainFail
            : new Response<object>(statusCode, isError: true, Size(sizeBytes), message, default);

    /// <summary>A failure of a step that would have brought something along.</summary>
    /// <param name="statusCode">A short word for tables, usually the HTTP status.</param>
    /// <param name="message">What happened.</param>
    /// <param name="sizeBytes">Bytes that were moved, ≥ 0.</param>
    public static Response<T> Fail<T>(string statusCode = "", string message = "", long sizeBytes = 0) =>
        statusCode.Length == 0 && sizeBytes == 0 && message.Length == 0
            ? Response<T>.PlainFail
            : new Response<T>(statusCode, isError: true, Size(sizeBytes), message, default);

    private static long Size(long bytes) => bytes >= 0
        ? bytes
        : throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "a size is 0 or more");
}
