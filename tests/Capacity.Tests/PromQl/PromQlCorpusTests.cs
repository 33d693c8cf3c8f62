namespace Capacity.Tests.PromQl;

public sealed class PromQlCorpusTests
{
    [Fact]
    public void Every_case_of_the_suite_of_2_42_gives_the_recorded_answer() =>
        PromQlCorpus.Run(SharedGolden.Require("promql-cases.ndjson"), "v2.42.0").AssertAllEqual();

    [Fact]
    public void Cases_of_newer_suites_pass_in_the_old_profile_as_the_old_promtool_passes_them() =>
        PromQlCorpus.RunAsPromtool(SharedGolden.Require("promql-cases.ndjson")).AssertAllEqual();
}
