using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Capacity.Reports;

/// <summary>Puts the records' own defaults where an older file has no member.</summary>
/// <remarks>A generated reader would take zero or null instead: the serializer sets every member of such a record,
/// also those that the text does not have.</remarks>
internal static class AbsentMembers
{
    /// <summary>Adds what is absent, at any depth.</summary>
    /// <param name="node">A text that the contract has accepted.</param>
    /// <param name="contract">Of the record that the node holds.</param>
    /// <returns>Whether anything was added.</returns>
    public static bool Fill(JsonNode? node, JsonTypeInfo contract)
    {
        JsonTypeInfo Of(Type type) => contract.Options.GetTypeInfo(type);
        bool filled = false;
        if (node is JsonObject map && contract.Kind == JsonTypeInfoKind.Object)
        {
            foreach (JsonPropertyInfo member in contract.Properties)
            {
                if (map.TryGetPropertyValue(member.Name, out JsonNode? value))
                {
                    filled |= Fill(value, Of(member.PropertyType));
                }
                else if (member is { IsRequired: false, Set: not null, Get: not null }
                    && DefaultOf(member, contract.Type) is { } standard)
                {
                    map[member.Name] = JsonSerializer.SerializeToNode(standard, Of(member.PropertyType));
                    filled = true;
                }
            }
        }
        else if (node is JsonArray list && contract.ElementType is { } element)
        {
            foreach (JsonNode? entry in list)
            {
                filled |= Fill(entry, Of(element));
            }
        }

        return filled;
    }

    /// <summary>The value that the record itself gives to a member that nobody sets.</summary>
    private static object? DefaultOf(JsonPropertyInfo member, Type record)
    {
        ConstructorInfo? constructor = record.GetConstructors().MaxBy(c => c.GetParameters().Length);
        if (constructor is null)
        {
            return null;
        }

        object?[] arguments =
        [
            .. constructor.GetParameters().Select(p => p.HasDefaultValue ? p.DefaultValue
                : p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : null),
        ];
        return member.Get!(constructor.Invoke(arguments));
    }
}
