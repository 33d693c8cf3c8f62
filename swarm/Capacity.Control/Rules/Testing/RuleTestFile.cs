using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Control.Rules.Testing;

/// <summary>What a file of rule tests says, in the format of <c>promtool test rules</c>.</summary>
/// <param name="RuleFiles">Paths of rule files, relative to the test file; may hold wildcards.</param>
/// <param name="EvaluationInterval">Between evaluations of all groups, whatever interval they state; &gt; 0.</param>
/// <param name="GroupOrder">Names of groups in the order of evaluation; others come with the first.</param>
/// <param name="Tests">Independent of each other.</param>
public sealed record RuleTestFile(
    IReadOnlyList<YamlScalar> RuleFiles, TimeSpan EvaluationInterval, IReadOnlyList<string> GroupOrder,
    IReadOnlyList<RuleTest> Tests);

/// <summary>Series that are given, and what rules and expressions must make of them.</summary>
public sealed record RuleTest
{
    /// <summary>For messages; empty when the file gives none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Between the values of a series; zero puts all at the beginning, where the first counts.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>What is given. Of two with the same labels the later counts.</summary>
    public IReadOnlyList<GivenSeries> Series { get; init; } = [];

    /// <summary>What templates see as <c>$externalLabels</c>. Alerts do not get them here.</summary>
    public LabelSet ExternalLabels { get; init; } = LabelSet.Empty;

    /// <summary>What templates see as <c>$externalURL</c>.</summary>
    public string ExternalUrl { get; init; } = "";

    /// <summary>Which alerts must fire.</summary>
    public IReadOnlyList<AlertExpectation> Alerts { get; init; } = [];

    /// <summary>What expressions must return.</summary>
    public IReadOnlyList<ExprExpectation> Exprs { get; init; } = [];

    /// <summary>Where the test stands.</summary>
    public SourceSpan At { get; init; }

    /// <summary>The last instant that is looked at.</summary>
    internal TimeSpan End => Alerts.Select(a => a.EvalTime).Concat(Exprs.Select(e => e.EvalTime))
        .Append(TimeSpan.Zero).Max();
}

/// <summary>A series and its values.</summary>
/// <param name="Labels">The metric's name among them.</param>
/// <param name="Values">One for each interval from the beginning; null leaves a gap.</param>
public sealed record GivenSeries(LabelSet Labels, IReadOnlyList<double?> Values);

/// <summary>Exactly these alerts of one name must fire at an instant.</summary>
/// <param name="AlertName">The rule's name.</param>
/// <param name="EvalTime">The state is that of the last evaluation at or before it.</param>
/// <param name="Alerts">May be empty: none may fire.</param>
/// <param name="At">Where it stands.</param>
public sealed record AlertExpectation(
    string AlertName, TimeSpan EvalTime, IReadOnlyList<ExpectedAlert> Alerts, SourceSpan At);

/// <summary>A firing alert.</summary>
/// <param name="Labels">All of them, <c>alertname</c> added.</param>
/// <param name="Annotations">All of them, templates filled in.</param>
/// <param name="CanBe">False when a label is expected to be empty, which no label of an alert ever is.</param>
public sealed record ExpectedAlert(LabelSet Labels, LabelSet Annotations, bool CanBe = true)
{
    /// <inheritdoc/>
    public override string ToString() => Annotations.Count == 0 ? $"{Labels}" : $"{Labels} annotations {Annotations}";
}

/// <summary>Exactly these samples must be the answer of an expression at an instant.</summary>
/// <param name="Text">As written.</param>
/// <param name="Expr">Scalar or instant vector.</param>
/// <param name="EvalTime">Samples later than the last evaluation are not there yet.</param>
/// <param name="Samples">Compared exactly; not a number equals nothing.</param>
/// <param name="At">Where it stands.</param>
public sealed record ExprExpectation(
    string Text, Expr Expr, TimeSpan EvalTime, IReadOnlyList<ExpectedSample> Samples, SourceSpan At);

/// <summary>One sample of an answer.</summary>
/// <param name="Labels">The metric's name among them, if it has one.</param>
/// <param name="Value">Any double.</param>
public sealed record ExpectedSample(LabelSet Labels, double Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Labels} {GoText.Number(Value)}";
}
