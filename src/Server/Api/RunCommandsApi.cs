using System.ComponentModel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api.Description;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>What may be asked of an open run: each is one command of its lab.</summary>
internal static class RunCommandsApi
{
    private const string IdText = "The run's id.";

    public static void Map(RouteGroupBuilder api)
    {
        Waits(
            api,
            "steps/{step}",
            "runStep",
            ([Description(IdText)] string id, [Description("The step's id in the run's script.")] string step, RunRequests runs, CancellationToken cancel) =>
                runs.Change(id, new RunStep(id, step), cancel),
            "Carries out the actions of a step that are left.",
            "Answers with the run when the step has ended."
        );
        Waits(
            api,
            "next-action",
            "nextAction",
            ([Description(IdText)] string id, RunRequests runs, CancellationToken cancel) => runs.Change(id, new NextAction(id), cancel),
            "Carries out the next action only.",
            "Answers with the run when it was carried out."
        );
        Waits(
            api,
            "skip-wait",
            "skipWait",
            ([Description(IdText)] string id, RunRequests runs, CancellationToken cancel) => runs.Change(id, new SkipWait(id), cancel),
            "Destroys the run's TIME-WAIT sockets (SOCK_DESTROY) where the hosts may.",
            "An intervention: the log shows it."
        );
        Waits(
            api,
            "stop-repeating",
            "stopRepeating",
            ([Description(IdText)] string id, RunRequests runs, CancellationToken cancel) => runs.Change(id, new StopRepeating(id), cancel),
            "Stops repeat between two attempts.",
            "Answers with the run once it has stopped."
        );
        Waits(
            api,
            "reset",
            "resetRun",
            ([Description(IdText)] string id, RunRequests runs, CancellationToken cancel) => runs.Change(id, new ResetRun(id), cancel),
            "Resets one run.",
            "Ends its programs, closes its sockets on every host, undoes what it changed, and puts it away."
        );
        Begins(
            api,
            "play",
            "playRun",
            ([Description(IdText)] string id, RunRequests runs, CancellationToken cancel) => runs.Begin(id, new PlayRun(id), cancel),
            "Carries out every step that is left.",
            "Answers at once."
        );
        Begins(
            api,
            "repeat",
            "repeatStep",
            ([Description(IdText)] string id, RunRequests runs, CancellationToken cancel) => runs.Begin(id, new RepeatStep(id), cancel),
            "Repeats the deciding step that ended with EADDRINUSE.",
            "Once a second, until it ends otherwise, is stopped, or 70 s have passed. Answers at once."
        );
        Waits(
            api,
            "pause",
            "pauseRun",
            ([Description(IdText)] string id, RunRequests runs, CancellationToken cancel) => runs.Change(id, new PauseRun(id), cancel),
            "Stops what is carried out between two actions.",
            "Answers with the run once it has stopped. What is left of the step can be gone on with."
        );
        api.MapPost("/runs/{id}/calls", Call)
            .WithName("makeCall")
            .WithTags("runs")
            .Produces<RunFile>()
            .Fails(400, 403, 404, 409, 413, 415, 503)
            .WithMetadata(new ApiBody(typeof(ScenarioAction), "application/json", CallBody.Example))
            .WithSummary("Makes a call in a run of free play.")
            .WithDescription(
                "An action as a scenario file has it; its program is started where it does not run. Answers with the run when the call has returned."
            );
        api.MapPost("/runs/{id}/prediction", Predict)
            .WithName("predict")
            .WithTags("runs")
            .Produces<LabReply>()
            .Fails(400, 403, 404, 409, 413, 415, 503)
            .WithMetadata(new ApiBody(typeof(PredictionBody), "application/json", PredictionBody.Example))
            .WithSummary("Writes into the log what a person expects, before the deciding step.");
        api.MapPost("/runs/{id}/pace", Pace)
            .WithName("changePace")
            .WithTags("runs")
            .Produces<LabReply>()
            .Fails(400, 403, 404, 409, 413, 415, 503)
            .WithMetadata(new ApiBody(typeof(PaceBody), "application/json", PaceBody.Example))
            .WithSummary("Changes the pause between two actions of an open run.");
    }

    private static void Waits(RouteGroupBuilder api, string what, string name, Delegate handler, string summary, string description) =>
        api.MapPost($"/runs/{{id}}/{what}", handler)
            .WithName(name)
            .WithTags("runs")
            .Produces<RunFile>()
            .Fails(400, 403, 404, 409, 415, 503)
            .WithSummary(summary)
            .WithDescription(description);

    private static void Begins(RouteGroupBuilder api, string what, string name, Delegate handler, string summary, string description) =>
        api.MapPost($"/runs/{{id}}/{what}", handler)
            .WithName(name)
            .WithTags("runs")
            .Produces<LabReply>(StatusCodes.Status202Accepted)
            .Fails(400, 403, 404, 409, 415, 503)
            .WithSummary(summary)
            .WithDescription(description);

    private static async Task<IResult> Predict([Description(IdText)] string id, HttpRequest http, RunRequests runs, CancellationToken cancel)
    {
        (PredictionBody? body, Problem? wrong) = await BodyFields.Of(http, PredictionBody.Example, PredictionBody.Read, cancel);
        return body is null ? Problems.Result(wrong!) : await runs.Ask(id, new PredictRun(id, body.Choice), cancel);
    }

    private static async Task<IResult> Call([Description(IdText)] string id, HttpRequest http, RunRequests runs, CancellationToken cancel)
    {
        (ScenarioAction? action, Problem? wrong) = await BodyFields.Of(http, CallBody.Example, CallBody.Read, cancel);
        return action is null ? Problems.Result(wrong!) : await runs.Change(id, new AddAction(id, action), cancel);
    }

    private static async Task<IResult> Pace([Description(IdText)] string id, HttpRequest http, RunRequests runs, CancellationToken cancel)
    {
        (PaceBody? body, Problem? wrong) = await BodyFields.Of(http, PaceBody.Example, PaceBody.Read, cancel);
        return body is null ? Problems.Result(wrong!) : await runs.Ask(id, new ChangePace(id, body.PauseMs), cancel);
    }
}
