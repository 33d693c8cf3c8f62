using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Capacity.Scripting;

/// <summary>One measured piece of an iteration: a request, or a few that belong together.</summary>
/// <remarks>
/// The time of the first step of an iteration counts from the instant at which the iteration was scheduled, so that a
/// slow service or a late generator cannot hide; later steps count from their own start. A step that throws has failed,
/// and a failed step ends its iteration unless <see cref="ScenarioProps.WithRestartIterationOnFail"/> says otherwise.
/// </remarks>
public static class Step
{
    /// <summary>Runs and measures a step.</summary>
    /// <typeparam name="T">What the step brings along for later ones.</typeparam>
    /// <param name="name">For tables. Not built anew for each call: the same object is found fastest.</param>
    /// <param name="context">The iteration's.</param>
    /// <param name="run">The step itself.</param>
    [OverloadResolutionPriority(1)]
    public static ValueTask<Response<T>> Run<T>(
        string name, IScenarioContext context, Func<ValueTask<Response<T>>> run)
    {
        var of = (ScenarioContext)context;
        StepTally tally = of.Step(name, out bool first);
        long began = first ? of.Scheduled : Stopwatch.GetTimestamp();
        ValueTask<Response<T>> task;
        try
        {
            task = run();
        }
        catch (Exception problem)
        {
            return new ValueTask<Response<T>>(Finish(of, tally, began, Failure.Of<T>(problem, of)));
        }

        return task.IsCompletedSuccessfully
            ? new ValueTask<Response<T>>(Finish(of, tally, began, task.Result))
            : AwaitAsync(task, of, tally, began);
    }

    /// <inheritdoc cref="Run{T}(string, IScenarioContext, Func{ValueTask{Response{T}}})"/>
    public static ValueTask<Response<T>> Run<T>(string name, IScenarioContext context, Func<Task<Response<T>>> run) =>
        Run(name, context, () => new ValueTask<Response<T>>(run()));

    /// <summary>Runs and measures a step that gets the context as an argument, so that it captures nothing.</summary>
    /// <inheritdoc cref="Run{T}(string, IScenarioContext, Func{ValueTask{Response{T}}})"/>
    public static ValueTask<Response<T>> Run<T>(
        string name, IScenarioContext context, Func<IScenarioContext, ValueTask<Response<T>>> run)
    {
        var of = (ScenarioContext)context;
        StepTally tally = of.Step(name, out bool first);
        long began = first ? of.Scheduled : Stopwatch.GetTimestamp();
        ValueTask<Response<T>> task;
        try
        {
            task = run(context);
        }
        catch (Exception problem)
        {
            return new ValueTask<Response<T>>(Finish(of, tally, began, Failure.Of<T>(problem, of)));
        }

        return task.IsCompletedSuccessfully
            ? new ValueTask<Response<T>>(Finish(of, tally, began, task.Result))
            : AwaitAsync(task, of, tally, began);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Response<T>> AwaitAsync<T>(
        ValueTask<Response<T>> task, ScenarioContext of, StepTally tally, long began)
    {
        Response<T> response;
        try
        {
            response = await task;
        }
        catch (Exception problem)
        {
            response = Failure.Of<T>(problem, of);
        }

        return Finish(of, tally, began, response);
    }

    private static Response<T> Finish<T>(ScenarioContext of, StepTally tally, long began, Response<T> response)
    {
        tally.Record(Stopwatch.GetTimestamp(), began, response);
        if (response.IsError && of.Run.Props.RestartIterationOnFail)
        {
            of.EndedBy = response;
            throw new IterationEndedException();
        }

        return response;
    }
}

/// <summary>A failed step ends its iteration.</summary>
internal sealed class IterationEndedException : Exception;

/// <summary>What an exception in a scenario counts as.</summary>
internal static class Failure
{
    /// <summary>The response that stands for an exception.</summary>
    public static Response<T> Of<T>(Exception problem, ScenarioContext context)
    {
        if (problem is OperationCanceledException or TimeoutException)
        {
            string why = context.Run.GiveUp.IsCancellationRequested ? "given up at the end of the run" : "timed out";
            return new Response<T>(Response.TimeOut, isError: true, 0, why, default);
        }

        // The message of an exception may hold numbers that differ each time: its type alone groups well.
        context.Run.NoteException(problem);
        return new Response<T>(Response.Exception, isError: true, 0, Name(problem), default);
    }

    private static string Name(Exception problem) => problem is HttpRequestException http
        ? $"HttpRequestException ({http.HttpRequestError})"
        : problem.GetType().Name;
}
