using System.Text;
using System.Text.Json;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>What a stored file holds.</summary>
public enum StoredKind
{
    /// <summary>Nothing that this program writes, or not JSON.</summary>
    Unknown,

    /// <summary>One run: <see cref="RunResultJson"/>.</summary>
    Run,

    /// <summary>The report of a check: <see cref="CheckReportJson"/>.</summary>
    Report,

    /// <summary>Runs to compare with, as a reviewed file.</summary>
    Baseline,
}

/// <summary>Tells stored files apart by the names of their members.</summary>
public static class StoredResult
{
    /// <summary>Looks at the outermost members only; the file may still be damaged.</summary>
    public static StoredKind KindOf(SourceText source)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(source.Text));
        try
        {
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                {
                    StoredKind kind = reader.ValueTextEquals("provenance"u8) ? StoredKind.Run
                        : reader.ValueTextEquals("verdict"u8) ? StoredKind.Report
                        : reader.ValueTextEquals("baseline"u8) ? StoredKind.Baseline
                        : StoredKind.Unknown;
                    if (kind != StoredKind.Unknown)
                    {
                        return kind;
                    }
                }
            }
        }
        catch (JsonException)
        {
            return StoredKind.Unknown;
        }

        return StoredKind.Unknown;
    }
}
