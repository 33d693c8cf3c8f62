using Capacity.Model;

namespace Capacity.Control.Rules.Testing;

/// <summary>What came of one test.</summary>
/// <param name="Test">The test.</param>
/// <param name="Evaluations">How often the rules were evaluated.</param>
/// <param name="Failures">Empty when it passed.</param>
public sealed record RuleTestResult(RuleTest Test, long Evaluations, IReadOnlyList<RuleTestFailure> Failures)
{
    /// <summary>Whether everything came as expected.</summary>
    public bool Passed => Failures.Count == 0;
}

/// <summary>One expectation that was not met.</summary>
/// <param name="At">Where it stands.</param>
/// <param name="What">The alert, expression or rule.</param>
/// <param name="Time">Since the beginning of the test.</param>
/// <param name="Problem">Why nothing can be compared; empty when expected and got differ.</param>
/// <param name="Expected">What the file says, sorted; one text per alert or sample.</param>
/// <param name="Got">What came, sorted.</param>
public sealed record RuleTestFailure(
    SourceSpan At, string What, TimeSpan Time, string Problem, IReadOnlyList<string> Expected,
    IReadOnlyList<string> Got);
