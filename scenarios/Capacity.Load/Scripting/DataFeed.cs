using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>Gives each iteration a piece of test data.</summary>
/// <typeparam name="T">One piece.</typeparam>
public interface IDataFeed<out T>
{
    /// <summary>The next piece.</summary>
    /// <param name="scenario">Of the context that asks.</param>
    T GetNextItem(ScenarioInfo scenario);
}

/// <summary>Makes feeds of test data, and reads their files. All feeds are safe for many threads.</summary>
public static class DataFeed
{
    /// <summary>One after the other, and from the first again.</summary>
    /// <param name="items">At least one.</param>
    public static IDataFeed<T> Circular<T>(IEnumerable<T> items) => new CircularFeed<T>(Filled(items));

    /// <summary>Any, with equal chances; the same ones for the same seed and number of calls.</summary>
    /// <param name="items">At least one.</param>
    /// <param name="seed">Seed of the choice.</param>
    public static IDataFeed<T> Random<T>(IEnumerable<T> items, ulong seed = 1) =>
        new RandomFeed<T>(Filled(items), seed);

    /// <summary>Each runner has one of its own and keeps it: runner number n that of place n.</summary>
    /// <param name="items">At least one; with more runners than items they begin again.</param>
    public static IDataFeed<T> Constant<T>(IEnumerable<T> items) => new ConstantFeed<T>(Filled(items));

    /// <summary>Each once, and no item twice; asking for more fails the step.</summary>
    /// <param name="items">At least one.</param>
    public static IDataFeed<T> Unique<T>(IEnumerable<T> items) => new UniqueFeed<T>(Filled(items));

    /// <summary>Reads a CSV file: the first line names the properties, in any case of letters.</summary>
    /// <typeparam name="T">A record or class with properties of these names; or <see cref="string"/> for the first
    /// column.</typeparam>
    /// <param name="path">Relative paths are tried beside the script too.</param>
    /// <exception cref="ScriptException">It cannot be read; the message says where it is wrong.</exception>
    public static IReadOnlyList<T> LoadCsv<T>(string path)
        where T : notnull => Load(path, FeedReader.ReadCsv<T>);

    /// <summary>Reads a JSON file with a list.</summary>
    /// <typeparam name="T">One entry.</typeparam>
    /// <param name="path">Relative paths are tried beside the script too.</param>
    /// <exception cref="ScriptException">It cannot be read; the message says where it is wrong.</exception>
    public static IReadOnlyList<T> LoadJson<T>(string path)
        where T : notnull => Load(path, FeedReader.ReadJson<T>);

    private static IReadOnlyList<T> Load<T>(string path, Func<SourceText, Parsed<IReadOnlyList<T>>> read)
        where T : notnull
    {
        SourceText source;
        try
        {
            source = new SourceText(path, File.ReadAllText(Found(path)));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ScriptException($"cannot read {path}: {problem.Message}",
                "paths are relative to the folder that the script is started in, or to the script", problem)
                .EndingScript();
        }

        Parsed<IReadOnlyList<T>> parsed = read(source);
        return parsed.TryGet(out IReadOnlyList<T>? items)
            ? items
            : throw ScriptException.Contradiction(string.Join("\n\n", parsed.Diagnostics), "correct the file")
                .EndingScript();
    }

    private static string Found(string path)
    {
        // A script started with `dotnet run` knows the folder of its file.
        string? beside = AppContext.GetData("EntryPointFileDirectoryPath") as string;
        string besideScript = Path.Combine(beside ?? AppContext.BaseDirectory, path);
        return File.Exists(path) || !File.Exists(besideScript) ? path : besideScript;
    }

    private static T[] Filled<T>(IEnumerable<T> items)
    {
        T[] all = [.. items];
        return all.Length > 0 ? all : throw new ArgumentException("a feed needs at least one item", nameof(items));
    }

    private sealed class CircularFeed<T>(T[] items) : IDataFeed<T>
    {
        private long _next = -1;

        public T GetNextItem(ScenarioInfo scenario) => items[Interlocked.Increment(ref _next) % items.Length];
    }

    private sealed class RandomFeed<T>(T[] items, ulong seed) : IDataFeed<T>
    {
        private readonly Lock _gate = new();
        private readonly RandomSource _choice = new(seed, "feed");

        public T GetNextItem(ScenarioInfo scenario)
        {
            lock (_gate)
            {
                return items[_choice.NextIndex(items.Length)];
            }
        }
    }

    private sealed class ConstantFeed<T>(T[] items) : IDataFeed<T>
    {
        public T GetNextItem(ScenarioInfo scenario) => items[scenario.InstanceNumber % items.Length];
    }

    private sealed class UniqueFeed<T>(T[] items) : IDataFeed<T>
    {
        private long _next = -1;

        public T GetNextItem(ScenarioInfo scenario)
        {
            long place = Interlocked.Increment(ref _next);
            return place < items.Length
                ? items[place]
                : throw new InvalidOperationException($"all {items.Length} items of the feed are used up");
        }
    }
}
