using Capacity.Control;

namespace Capacity.Sim.Tuning;

/// <summary>A change to the user's own files that may turn a no-go into a go.</summary>
/// <param name="Title">For example <c>com.df.scaleMin 2 → 5</c>.</param>
/// <param name="Detail">One line on what it means.</param>
/// <param name="Snippet">The lines to put into the file.</param>
/// <param name="File">Which of the user's files: stack, prometheus or alertmanager.</param>
/// <param name="Loop">The control loop with the change.</param>
public sealed record PolicyChange(string Title, string Detail, string Snippet, string File, LoopSettings Loop);
