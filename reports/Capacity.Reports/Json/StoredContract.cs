using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The contract for reading stored records: what must be there, and what may be absent.</summary>
internal static class StoredContract
{
    /// <summary>Members with a default that version 1 has written from its first day: missing ones are damage.
    /// </summary>
    private static readonly (Type Record, string Member)[] AlwaysWritten =
    [
        (typeof(RunResult), "schemaVersion"), (typeof(RunResult), "events"), (typeof(RunResult), "phases"),
        (typeof(RunResult), "startupSeconds"), (typeof(RunResult), "partial"),
        .. new[] { "scraped", "active", "fired", "flushed", "delivered", "started", "ready", "inRotation" }
            .Select(member => (typeof(ScaleChain), member)),
    ];

    /// <summary>As <see cref="ReportJson"/> writes, with the rules for reading.</summary>
    public static JsonSerializerOptions Options { get; } = new(ReportJson.Default.Options)
    {
        AllowDuplicateProperties = false,
        TypeInfoResolver = ReportJson.Default.WithAddedModifier(static contract =>
        {
            foreach (JsonPropertyInfo member in contract.Properties)
            {
                // Null is never written, so what may be null may be absent.
                bool mayBeAbsent = member.AssociatedParameter is { } parameter
                    && (parameter.IsNullable || Nullable.GetUnderlyingType(parameter.ParameterType) is not null);
                member.IsRequired = !mayBeAbsent && (member.IsRequired
                    || Array.IndexOf(AlwaysWritten, (contract.Type, member.Name)) >= 0);
            }
        }),
    };
}
