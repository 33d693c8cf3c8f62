using System.Diagnostics.CodeAnalysis;

namespace Capacity.Model;

/// <summary>The outcome of reading user text: a value, or every error found. Never an exception.</summary>
/// <typeparam name="T">What was read.</typeparam>
public sealed class Parsed<T>
    where T : notnull
{
    private readonly T? _value;
    private readonly bool _ok;

    private Parsed(T? value, bool ok, IReadOnlyList<Diagnostic> diagnostics)
    {
        _value = value;
        _ok = ok;
        Diagnostics = diagnostics;
    }

    /// <summary>Errors when there is no value; warnings, or nothing, when there is one.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>Wraps a value.</summary>
    public static implicit operator Parsed<T>(T value) => new(value, ok: true, []);

    /// <summary>Wraps one error.</summary>
    public static implicit operator Parsed<T>(Diagnostic diagnostic) => new(default, ok: false, [diagnostic]);

    /// <summary>A value unless there is an error among the diagnostics.</summary>
    public static Parsed<T> From(T? value, IReadOnlyList<Diagnostic> diagnostics) =>
        new(value, value is not null && diagnostics.All(d => d.Severity != Severity.Error), diagnostics);

    /// <summary>No value, and why.</summary>
    public static Parsed<T> Failed(IReadOnlyList<Diagnostic> diagnostics) => new(default, ok: false, diagnostics);

    /// <summary>Gets the value when there is one.</summary>
    /// <returns><see langword="false"/> when <see cref="Diagnostics"/> says why there is none.</returns>
    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return _ok;
    }
}
