using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Capacity.Swarm.Agents;

/// <summary>What an agent measured, as lines of text that survive a container's log, mixed with those of
/// others.</summary>
public static class AgentLines
{
    private const string Mark = "capacity-agent:";
    private const int LineMax = 8000; // engines cut lines at 16 KiB
    private const int BytesMax = 64 << 20;

    /// <summary>Writes a result.</summary>
    /// <param name="agent">Number of the agent, from 0.</param>
    /// <param name="result">Any bytes.</param>
    public static IEnumerable<string> Write(int agent, byte[] result)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(result);
        }

        string text = Convert.ToBase64String(packed.ToArray());
        int parts = (text.Length + LineMax - 1) / LineMax;
        return Enumerable.Range(0, parts).Select(part =>
        {
            string piece = text.Substring(part * LineMax, Math.Min(LineMax, text.Length - (part * LineMax)));
            return string.Create(CultureInfo.InvariantCulture, $"{Mark}{agent}:{part}:{parts}:{piece}");
        });
    }

    /// <summary>Reads results from a log. Other text is passed over.</summary>
    /// <param name="log">Lines in any order, each part at least once.</param>
    /// <returns>Complete results by number of the agent.</returns>
    public static SortedDictionary<int, byte[]> Read(string log)
    {
        var found = new SortedDictionary<int, string?[]>();
        foreach (string line in log.Split('\n'))
        {
            int mark = line.IndexOf(Mark, StringComparison.Ordinal);
            string[] fields = mark < 0 ? [] : line[(mark + Mark.Length)..].TrimEnd('\r').Split(':');
            if (fields.Length == 4 && Number(fields[0]) is { } agent && Number(fields[1]) is { } part
                && Number(fields[2]) is { } parts && part < parts && parts <= BytesMax / LineMax)
            {
                if (!found.TryGetValue(agent, out string?[]? texts) || texts.Length != parts)
                {
                    found[agent] = texts = new string?[parts];
                }

                texts[part] = fields[3];
            }
        }

        var results = new SortedDictionary<int, byte[]>();
        foreach ((int agent, string?[] texts) in found)
        {
            if (texts.All(t => t is not null) && Unpack(string.Concat(texts)) is { } bytes)
            {
                results[agent] = bytes;
            }
        }

        return results;
    }

    private static byte[]? Unpack(string text)
    {
        byte[] packed = new byte[Encoding.ASCII.GetMaxByteCount(text.Length)];
        if (!Convert.TryFromBase64String(text, packed, out int length))
        {
            return null;
        }

        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed, 0, length), CompressionMode.Decompress);
            using var result = new MemoryStream();
            byte[] buffer = new byte[65536];
            for (int read; (read = gzip.Read(buffer)) > 0 && result.Length <= BytesMax;)
            {
                result.Write(buffer, 0, read);
            }

            return result.Length <= BytesMax ? result.ToArray() : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
