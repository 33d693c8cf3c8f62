namespace Capacity.Model;

/// <summary>The form of a recording.</summary>
public enum RecordingFormat
{
    /// <summary>The access log of nginx or Apache, combined or common: whole seconds.</summary>
    Combined,

    /// <summary>HAProxy's HTTP log: milliseconds.</summary>
    Haproxy,

    /// <summary>Columns of instants and kinds, or of instants, methods and paths.</summary>
    Csv,

    /// <summary>A JSON object in each line.</summary>
    Ndjson,
}

/// <summary>A recording that a scenario names, and how it is played.</summary>
/// <param name="Path">Path that can be opened.</param>
/// <param name="Format">Null: guessed from its first line.</param>
/// <param name="Skip">Seconds that are left out at its beginning, ≥ 0.</param>
/// <param name="During">Seconds that are played; null: to its end.</param>
/// <param name="At">Where the scenario names it.</param>
public sealed record RecordingFile(
    string Path, RecordingFormat? Format, double Skip, double? During, SourceSpan At);
