using Microsoft.AspNetCore.Mvc;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Runs.Capture;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>The HTTP API: the same lab as the page's, for programs. Errors are RFC 9457 problem details that say what to do.</summary>
internal static class RunsApi
{
    private const int ListLength = 200;

    public static void MapRunsApi(this IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => Results.Text("ok")).WithTags("health").WithSummary("Answers ok while the dashboard runs.");

        RouteGroupBuilder api = app.MapGroup("/api").ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet("/labs", async (IGrainFactory grains) => new[] { (await Local(grains).State()).Value })
            .WithSummary("The labs, their hosts and what is open in them.").Produces<IReadOnlyList<LabState>>();
        api.MapPost("/labs/{lab}/runs", Start).Accepts<StartRun>("application/json").Produces<RunFile>(StatusCodes.Status201Created)
            .WithSummary("Opens a run, and with play makes all its calls.");
        api.MapPost("/labs/{lab}/reset", Reset).Produces<LabReply>().WithSummary("Closes every lesson socket on both hosts and puts the open run away.");
        api.MapPost("/labs/{lab}/check", Check).Produces<LabCheck>()
            .WithSummary("Checks both hosts side by side: sysctls, who has the port, whether the client reaches the server; each finding with what to do.");
        api.MapGet("/runs", (RunStore store, CancellationToken cancel) => store.Newest(ListLength, cancel)).WithSummary("The newest runs, newest first.");
        api.MapGet("/runs/{id}", Get).Produces<RunFile>().ProducesProblem(StatusCodes.Status404NotFound).WithSummary("The run file (docs/run-format.md).");
        api.MapGet("/runs/{id}/ss", Ss).Produces<string>(StatusCodes.Status200OK, "text/plain").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The server host's sockets at a moment (seconds on the run's axis; now or the end without it), as ss -anot4 'sport == :PORT' prints them.");
        api.MapGet("/runs/{id}/capture.pcapng", Capture).Produces<byte[]>(StatusCodes.Status200OK, RunCapture.MediaType).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The run's captured segments for Wireshark and tshark: both hosts as interfaces, nanosecond stamps, beside each packet the call before it.");
        api.MapGet("/runs/{id}/verdict", Verdict).Produces<RunVerdict>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What the kernel's bind rule says of each bind and listen that was made on the run's port, beside the real errno, and of the next.");
        api.MapPost("/runs/{id}/steps/{step}", Step).Produces<RunFile>().WithSummary("Makes the calls of a step that are left, and answers when it has ended.");
        api.MapPost("/runs/{id}/next-call", Next).Produces<RunFile>().WithSummary("Makes the next system call only.");
        api.MapPost("/runs/{id}/skip-wait", SkipWait).Produces<RunFile>().WithSummary("Destroys the run's TIME-WAIT sockets (SOCK_DESTROY) where the host may.");
        api.MapPost("/runs/{id}/wait-and-bind", WaitAndBind).Produces<LabReply>(StatusCodes.Status202Accepted)
            .WithSummary("After a rebind that failed with EADDRINUSE: makes it again once a second until it succeeds, is stopped, or 70 s have passed; answers at once.");
        api.MapPost("/runs/{id}/stop-waiting", StopWaiting).Produces<RunFile>().WithSummary("Stops wait-and-bind between two attempts.");
        api.MapPost("/runs/{id}/play", Play).Produces<LabReply>(StatusCodes.Status202Accepted).WithSummary("Makes all calls that are left; answers at once.");
    }

    private static async Task<IResult> Start(string lab, HttpRequest http, IGrainFactory grains, RunStore store, CancellationToken cancel)
    {
        if (UnknownLab(lab) is { } unknown)
            return unknown;
        (StartRun? request, IDictionary<string, string[]> faults) = await StartRunBody.Read(http, cancel);
        if (request is null)
            return Results.ValidationProblem(faults, detail: string.Join(" ", faults.Values.SelectMany(f => f)), title: "The run's options cannot be used");
        LabReply reply = await Local(grains).StartRun(request);
        return reply.Ok
            ? Results.Created($"/api/runs/{reply.Run}", await store.Find(reply.Run!, cancel))
            : Problem(reply);
    }

    private static async Task<IResult> Reset(string lab, IGrainFactory grains) =>
        UnknownLab(lab) ?? Answer(await Local(grains).Reset());

    private static async Task<IResult> Check(string lab, IGrainFactory grains) => UnknownLab(lab) ?? Results.Ok((await Local(grains).Check()).Value);

    private static async Task<IResult> Get(string id, RunStore store, CancellationToken cancel) =>
        await store.Find(id, cancel) is { } run ? Results.Ok(run) : UnknownRun(id);

    private static async Task<IResult> Verdict(string id, RunStore store, CancellationToken cancel) =>
        await store.Find(id, cancel) is { } run ? Results.Ok(BindChecks.Of(RunFiles.HeaderOf(run), run.Events)) : UnknownRun(id);

    private static async Task<IResult> Ss(string id, string? at, IGrainFactory grains, RunStore store, CancellationToken cancel)
    {
        LabState lab = (await Local(grains).State()).Value;
        if (await store.Find(id, cancel) is not { } run)
            return UnknownRun(id);
        long moment = lab.Run?.Id == id ? lab.RunTime : run.Events.Count == 0 ? 0 : run.Events.Max(e => e.T);
        if (at is not null && !SsView.TryReadSeconds(at, out moment))
            return Refusal(StatusCodes.Status400BadRequest, "bad-moment", "at is a number of seconds on the run's axis, for example at=12.5.", id);
        return Results.Text(SsView.At(run, moment));
    }

    private static async Task<IResult> Capture(string id, string? host, RunStore store, CancellationToken cancel)
    {
        if (await store.Find(id, cancel) is not { } run)
            return UnknownRun(id);
        if (host is not (null or HubRoutes.Client or HubRoutes.Server))
            return Refusal(StatusCodes.Status400BadRequest, "bad-host", "host is client or server; without it the file has both.", id);
        if (!RunCapture.Has(run, host))
            return Refusal(StatusCodes.Status404NotFound, "no-capture",
                "No segment of this run was captured: nothing was sent yet, or the agents may not capture (CAP_NET_RAW; the hosts on the page say which sources they have).", id);
        return Results.Stream(body => RunCapture.Write(run, host, body, cancel), RunCapture.MediaType, host is null ? $"{run.Id}.pcapng" : $"{run.Id}-{host}.pcapng");
    }

    private static Task<IResult> Step(string id, string step, IGrainFactory grains, RunStore store, CancellationToken cancel) =>
        Change(id, grains, store, lab => lab.RunStep(id, step, wait: true), cancel);

    private static Task<IResult> Next(string id, IGrainFactory grains, RunStore store, CancellationToken cancel) =>
        Change(id, grains, store, lab => lab.NextCall(id, wait: true), cancel);

    private static Task<IResult> SkipWait(string id, IGrainFactory grains, RunStore store, CancellationToken cancel) =>
        Change(id, grains, store, lab => lab.SkipWait(id, wait: true), cancel);

    private static Task<IResult> StopWaiting(string id, IGrainFactory grains, RunStore store, CancellationToken cancel) =>
        Change(id, grains, store, lab => lab.StopWaiting(id), cancel);

    private static async Task<IResult> Change(string id, IGrainFactory grains, RunStore store, Func<ILabGrain, Task<LabReply>> change, CancellationToken cancel)
    {
        LabReply reply = await change(Local(grains));
        return await store.Find(id, cancel) is not { } run ? UnknownRun(id) : reply.Ok ? Results.Ok(run) : Problem(reply);
    }

    private static Task<IResult> Play(string id, IGrainFactory grains, RunStore store, CancellationToken cancel) => Begin(id, grains, store, lab => lab.Play(id), cancel);

    private static Task<IResult> WaitAndBind(string id, IGrainFactory grains, RunStore store, CancellationToken cancel) =>
        Begin(id, grains, store, lab => lab.WaitAndBind(id), cancel);

    private static async Task<IResult> Begin(string id, IGrainFactory grains, RunStore store, Func<ILabGrain, Task<LabReply>> begin, CancellationToken cancel)
    {
        LabReply reply = await begin(Local(grains));
        return reply.Ok ? Results.Accepted($"/api/runs/{id}", reply)
            : await store.Find(id, cancel) is null ? UnknownRun(id)
            : Problem(reply);
    }

    private static ILabGrain Local(IGrainFactory grains) => grains.GetGrain<ILabGrain>(HubRoutes.LocalLab);

    private static IResult Answer(LabReply reply) => reply.Ok ? Results.Ok(reply) : Problem(reply);

    internal static IResult UnknownRun(string id) =>
        Refusal(StatusCodes.Status404NotFound, LabRefusals.UnknownRun, $"There is no run '{(id.Length <= 60 ? id : id[..60])}'. GET /api/runs lists them.");

    private static IResult? UnknownLab(string lab) => lab == HubRoutes.LocalLab ? null
        : Refusal(StatusCodes.Status404NotFound, "unknown-lab", $"There is no lab '{(lab.Length <= 60 ? lab : lab[..60])}'. The lab of this dashboard is '{HubRoutes.LocalLab}'.");

    private static IResult Problem(LabReply reply) => Refusal(reply.Code switch
    {
        LabRefusals.UnknownScenario or LabRefusals.BadOptions => StatusCodes.Status400BadRequest,
        LabRefusals.UnknownRun or LabRefusals.UnknownStep => StatusCodes.Status404NotFound,
        LabRefusals.HostsMissing => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status409Conflict,
    }, reply.Code!, reply.Text!, reply.Run);

    private static IResult Refusal(int status, string code, string detail, string? run = null) =>
        Results.Problem(new ProblemDetails { Status = status, Title = code.Replace('-', ' '), Detail = detail, Extensions = { ["code"] = code, ["run"] = run } });
}
