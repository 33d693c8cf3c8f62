namespace Capacity.Benchmarks;

/// <summary>docs/regression-validation.md around the measured tables.</summary>
internal static class RegressionPage
{
    public static string Text(string tables) => $"""
        # How often a comparison is wrong

        `capacity compare` says *regressed*, *passed* or *not enough evidence*. This page is what
        `./run.sh bench regression --live --markdown docs/regression-validation.md` printed: how often each verdict
        falls when the truth is known. Without `--live` the command prints the first table alone, in about a minute.

        {tables.TrimEnd()}

        ## How to read it

        * **False alarms**: in the rows of the same build, *regressed* is wrong. The promise is at most 1 %, also in
          the row whose change is exactly the margin, which is the hardest one.
        * **Power**: in the rows of a slower build, *regressed* is right, and *passed* is wrong.
        * **Not enough evidence** is never wrong. It is what a change close to the margin, or a noisy machine, gives.
        * Noise is the standard deviation of a factor that each run has of its own on its service times; the 99th
          percentile of this queue varies about twice as much. Drift is how much slower the machine is at the end.
        * *Not in turns* is what comparing two folders of measured runs amounts to when one was made after the other.
          The drift allowance of 5 % keeps its false alarms down, and costs power: measure in turns where possible.

        ## The method

        The unit is the run: requests within a run depend on each other. Per pair and metric the logarithm of the
        ratio counts (for errors the difference of the shares). Live comparisons look after 6, 8, … 24 pairs, and the
        chance of error is spent over these looks as O'Brien and Fleming proposed, so that looking often does not add
        false alarms. *Regressed*: the lower bound at 1 % is above the margin. *Passed*: the upper bound at 5 % is
        below it. Over several metrics the 1 % is shared by Holm's rule with weights, nine tenths to latencies.

        """;
}
