using System.Runtime.CompilerServices;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>A condition that must hold during a run and in its end.</summary>
public sealed class Threshold
{
    private readonly Func<ScenarioStats, bool> _holds;
    private readonly int? _abortWhenErrorCount;
    private readonly TimeSpan _startCheckAfter;
    private readonly string? _step;
    private readonly string _text;

    private Threshold(
        string? step, Func<ScenarioStats, bool> holds, int? abortWhenErrorCount, TimeSpan? startCheckAfter, string text)
    {
        _step = step;
        _holds = holds;
        _abortWhenErrorCount = abortWhenErrorCount;
        _startCheckAfter = startCheckAfter ?? TimeSpan.Zero;
        _text = text;
    }

    /// <summary>A condition on a whole scenario.</summary>
    /// <param name="checkScenario">Whether it holds; given everything since the start.</param>
    /// <param name="abortWhenErrorCount">After so many checks that did not hold, the run ends; null: it never
    /// does.</param>
    /// <param name="startCheckAfter">Not checked before.</param>
    /// <param name="text">The condition as it is written; filled in by the compiler.</param>
    public static Threshold Create(
        Func<ScenarioStats, bool> checkScenario, int? abortWhenErrorCount = null, TimeSpan? startCheckAfter = null,
        [CallerArgumentExpression(nameof(checkScenario))] string text = "") =>
        new(null, checkScenario, abortWhenErrorCount, startCheckAfter, text);

    /// <summary>A condition on a step. A step that never ran keeps every condition.</summary>
    /// <param name="stepName">Name of the step.</param>
    /// <param name="checkStep">Whether it holds; given everything since the start.</param>
    /// <param name="abortWhenErrorCount">After so many checks that did not hold, the run ends; null: it never
    /// does.</param>
    /// <param name="startCheckAfter">Not checked before.</param>
    /// <param name="text">The condition as it is written; filled in by the compiler.</param>
    public static Threshold Create(
        string stepName, Func<StepStats, bool> checkStep, int? abortWhenErrorCount = null,
        TimeSpan? startCheckAfter = null, [CallerArgumentExpression(nameof(checkStep))] string text = "") =>
        new(stepName, stats => stats.StepStats.Find(stepName) is not { } step || checkStep(step),
            abortWhenErrorCount, startCheckAfter, text);

    /// <summary>A threshold at work in one run.</summary>
    internal sealed class Watch(string scenario, Threshold threshold)
    {
        private int _failed;
        private string _problem = "";

        /// <summary>Whether the run must end.</summary>
        public bool Aborts => threshold._abortWhenErrorCount is { } most && _failed >= most;

        /// <summary>The condition as it is written.</summary>
        public string Text => threshold._text;

        /// <summary>Checks during the run.</summary>
        public void Check(ScenarioStats stats)
        {
            if (stats.Duration >= threshold._startCheckAfter && !Holds(stats))
            {
                _failed++;
            }
        }

        /// <summary>Judges the end of the run.</summary>
        public ThresholdOutcome Outcome(ScenarioStats stats)
        {
            bool failed = !Holds(stats) || Aborts;
            return new ThresholdOutcome(scenario, threshold._text, failed, _failed, _problem, threshold._step);
        }

        private bool Holds(ScenarioStats stats)
        {
            try
            {
                return threshold._holds(stats);
            }
            catch (Exception problem)
            {
                _problem = $"{problem.GetType().Name}: {problem.Message}"; // the author's code, told in the result
                return false;
            }
        }
    }
}
