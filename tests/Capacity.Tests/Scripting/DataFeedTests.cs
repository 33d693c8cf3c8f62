using Capacity.Model;
using Capacity.Scripting;
using Capacity.Tests.Support;

namespace Capacity.Tests.Scripting;

public sealed class DataFeedTests
{
    private static readonly ScenarioInfo Third =
        new("s", 2, "s_2", TimeSpan.FromSeconds(1), ScenarioOperation.Bombing);

    [Fact]
    public void Rows_of_csv_become_records_by_the_names_of_the_first_line()
    {
        Parsed<IReadOnlyList<User>> read = FeedReader.ReadCsv<User>(Source(
            "Name,age,admin\r\n\"Ada \"\"A\"\" L.\",36,true\n\nBob,41,false\n"));

        Assert.True(read.TryGet(out IReadOnlyList<User>? users), string.Join('\n', read.Diagnostics));
        Assert.Equal([new User("Ada \"A\" L.", 36, true), new User("Bob", 41, false)], users);
    }

    [Theory]
    [InlineData("name,age,admin\nAda,36\n", 2)]
    [InlineData("name,age,admin\nAda,36,true\nBob,old,true\n", 3)]
    [InlineData("name,name\na,b\n", 1)]
    [InlineData("name,age,admin\n", 1)]
    [InlineData("", 1)]
    public void A_row_that_does_not_fit_is_told_with_its_line(string text, int line)
    {
        Parsed<IReadOnlyList<User>> read = FeedReader.ReadCsv<User>(Source(text));

        Assert.False(read.TryGet(out _));
        Assert.Equal(("CAP160", line), (read.Diagnostics[0].Code, read.Diagnostics[0].At.Line));
    }

    [Fact]
    public void A_json_list_becomes_records()
    {
        Assert.True(FeedReader.ReadJson<User>(Source("[{\"name\":\"A\",\"age\":1,\"admin\":false}]"))
            .TryGet(out IReadOnlyList<User>? users));
        Assert.Equal(new User("A", 1, false), users[0]);
        Assert.False(FeedReader.ReadJson<User>(Source("[null]")).TryGet(out _));
    }

    [Fact]
    public void Feeds_go_round_stay_or_are_used_up()
    {
        IDataFeed<int> circular = DataFeed.Circular([1, 2]);
        IDataFeed<int> constant = DataFeed.Constant([1, 2, 3, 4]);
        IDataFeed<int> unique = DataFeed.Unique([5]);
        IDataFeed<int> random = DataFeed.Random([7, 8], seed: 3);
        IDataFeed<int> again = DataFeed.Random([7, 8], seed: 3);

        Assert.Equal([1, 2, 1], Enumerable.Range(0, 3).Select(_ => circular.GetNextItem(Third)));
        Assert.Equal([3, 3], Enumerable.Range(0, 2).Select(_ => constant.GetNextItem(Third)));
        Assert.Equal(5, unique.GetNextItem(Third));
        Assert.Throws<InvalidOperationException>(() => unique.GetNextItem(Third));
        Assert.Equal(Enumerable.Range(0, 50).Select(_ => random.GetNextItem(Third)),
            Enumerable.Range(0, 50).Select(_ => again.GetNextItem(Third)));
    }

    [Fact]
    public void A_wrong_file_ends_a_script_as_wrong_input_with_its_place_and_a_missing_one_as_the_world()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("users.csv");
        File.WriteAllText(path, "name,age,admin\nAda,old,true\n");

        ScriptException wrong = Assert.Throws<ScriptException>(() => DataFeed.LoadCsv<User>(path));
        ScriptException missing = Assert.Throws<ScriptException>(() => DataFeed.LoadJson<User>(folder.File("none")));
        Assert.Contains($"{path}:2:1", wrong.Message, StringComparison.Ordinal);
        Assert.True(wrong.IsContradiction);
        Assert.False(missing.IsContradiction);
    }

    private static SourceText Source(string text) => new("users.csv", text);

    internal sealed record User(string Name, int Age, bool Admin);
}
