using System.ComponentModel;
using System.Globalization;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Scenarios.Check;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api.Description;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Runs;
using ReuseAddrDashboard.Server.Runs.Capture;
using ReuseAddrDashboard.Server.Runs.Export;
using ReuseAddrDashboard.Server.Runs.Export.ByHand;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Reads runs. <see cref="RunHistoryApi"/> lists and changes those that are over, <see cref="RunCommandsApi"/> those that are open.</summary>
internal static class RunsApi
{
    private const string IdText = "The run's id.",
        AtText = "A moment in seconds on the run's axis; now of an open run, the end of any other, where it is left out.";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/runs/{id}", Get)
            .WithName("getRun")
            .WithTags("runs")
            .Produces<RunFile>()
            .Fails(404, 422, 503)
            .WithSummary("A run with its whole log.")
            .WithDescription("In the format reuseaddr-run/2 (docs/run-format.md), also one that was written in format 1.");
        api.MapGet("/runs/{id}/states", States)
            .WithName("getStates")
            .WithTags("runs")
            .Produces<IReadOnlyList<StateSpan>>()
            .Fails(400, 404, 422, 503)
            .WithSummary("The states of the run's sockets as bands on its axis, as the page draws them.")
            .WithDescription(
                "Those that were observed, and those that follow from segments and calls: their source is inferred. With at, what was known at that moment."
            );
        api.MapGet("/runs/{id}/ss", Ss)
            .WithName("getSs")
            .WithTags("runs")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .Fails(400, 404, 422, 503)
            .WithSummary("A host's sockets at a moment, as ss -anot4 'sport == :PORT' prints them.")
            .WithDescription("Of the host that has the scenario's first port, where none is named.");
        api.MapGet("/runs/{id}/capture.pcapng", Capture)
            .WithName("getCapture")
            .WithTags("runs")
            .Produces<byte[]>(StatusCodes.Status200OK, RunCapture.MediaType)
            .Fails(400, 404, 422, 503)
            .WithSummary("The run's captured segments for Wireshark and tshark.")
            .WithDescription(
                "Hosts as interfaces, nanosecond stamps, beside each packet the call before it. Each segment once, as its sender captured it; with host what that one captured, with host=all every copy."
            );
        api.MapGet("/runs/{id}/strace", Strace)
            .WithName("getStrace")
            .WithTags("runs")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .Fails(400, 404, 422, 503)
            .WithSummary("The run's calls as strace -r -T prints them.")
            .WithDescription("Of all hosts, each call behind the host and program that made it, or with host of that one.");
        api.MapGet("/runs/{id}/packetdrill", Packetdrill)
            .WithName("getPacketdrill")
            .WithTags("runs")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .Fails(400, 404, 409, 422, 503)
            .WithSummary("What one host did and saw as a script of packetdrill.")
            .WithDescription(
                "Its calls, the segments that came to be injected and those that it sent to be expected, each at its moment. Of the host that has the scenario's first port, where none is named; refused with why where packetdrill cannot play it."
            );
        api.MapGet("/runs/{id}/diagram.mermaid", Mermaid)
            .WithName("getMermaid")
            .WithTags("runs")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .Fails(404, 422, 503)
            .WithSummary("The sequence diagram in Mermaid's language.")
            .WithDescription("Calls, segments and states in the order of the axis; inferred segments are dashed, those that did not arrive end in a cross.");
        api.MapGet("/runs/{id}/diagram.svg", Picture)
            .WithName("getDiagram")
            .WithTags("runs")
            .Produces<string>(StatusCodes.Status200OK, DiagramPicture.MediaType)
            .Fails(400, 404, 422, 503)
            .WithSummary("The sequence diagram as the page draws it.")
            .WithDescription(
                "A picture that needs nothing else: its fonts and colours are in it, and in each mark's title is what the page tells of it, in the language that is asked for."
            );
        api.MapGet("/runs/{id}/report.md", Report)
            .WithName("getReport")
            .WithTags("runs")
            .Produces<string>(StatusCodes.Status200OK, LabNote.MediaType)
            .Fails(404, 422, 503)
            .WithSummary("The run as a lab note in Markdown.")
            .WithDescription(
                "Hosts, what was chosen, each step with its calls and what ss showed after it, the diagram in Mermaid, the prediction, the outcome and why, in the language that is asked for."
            );
        api.MapGet("/runs/{id}/by-hand.md", ByHand)
            .WithName("getByHand")
            .WithTags("runs")
            .Produces<string>(StatusCodes.Status200OK, LabNote.MediaType)
            .Fails(404, 422, 503)
            .WithSummary("How the run is repeated by hand, in Markdown.")
            .WithDescription(
                "The lesson's programs in C with the run's calls, and what one types and presses in the terminals, in the language that is asked for; where plain programs cannot repeat it, why."
            );
        api.MapGet("/runs/{id}/lesson.yaml", Lesson)
            .WithName("getLesson")
            .WithTags("runs")
            .Produces<string>(StatusCodes.Status200OK, LessonYaml.MediaType)
            .Fails(400, 404, 409, 422, 503)
            .WithSummary("What was done in free play as a scenario file.")
            .WithDescription("Its calls in their order: put it as ID.yaml into the directory of --scenarios, and it is a lesson.");
        api.MapGet("/runs/{id}/verdict", Verdict)
            .WithName("getVerdict")
            .WithTags("runs")
            .Produces<RunVerdict>()
            .Fails(404, 422, 503)
            .WithSummary("What the kernel's bind rule says of the run's binds and listens.")
            .WithDescription("Of each that was made on the run's ports, beside the real errno, and of the next.");
    }

    private static async Task<IResult> Get([Description(IdText)] string id, RunReads reads, CancellationToken cancel) =>
        await reads.Find(id, cancel) is var (run, problem) && run is not null ? Results.Ok(run) : Problems.Result(problem!);

    private static async Task<IResult> Verdict([Description(IdText)] string id, RunReads reads, CancellationToken cancel) =>
        await reads.Find(id, cancel) is var (run, problem) && run is not null
            ? Results.Ok(BindChecks.Judge(RunFiles.HeaderOf(run), run.Events))
            : Problems.Result(problem!);

    private static async Task<IResult> States(
        [Description(IdText)] string id,
        [Description("A moment in seconds on the run's axis; the end of the log where it is left out.")] string? at,
        RunReads reads,
        CancellationToken cancel
    )
    {
        (RunFile? run, Problem? problem) = await reads.Find(id, cancel);
        if (run is null)
            return Problems.Result(problem!);
        long moment = 0;
        if (at is not null && !SsView.TryReadSeconds(at, out moment))
            return Moment(id);
        return Results.Ok(RunStates.Spans(run, at is null ? null : moment));
    }

    private static async Task<IResult> Ss(
        [Description(IdText)] string id,
        [Description(AtText)] string? at,
        [Description("The host, by its role.")] string? host,
        [Description("The local port: a number, or the id of one of the run's; the scenario's first where it is left out.")] string? port,
        LabAccess labs,
        RunReads reads,
        CancellationToken cancel
    )
    {
        (RunFile? run, Problem? problem) = await reads.Find(id, cancel);
        if (run is null)
            return Problems.Result(problem!);
        ScenarioPort main = run.Script.MainPort;
        if (UnknownHost(run, host ??= main.Host) is { } unknown)
            return Problems.Result(unknown);
        if (PortOf(run, port ?? main.Id) is not { } number)
        {
            return Problems.Result(
                StatusCodes.Status400BadRequest,
                Message.Of(EdgeCodes.UnknownPort, ("port", Problems.Short(port)), ("known", string.Join(", ", run.Ports.Select(p => $"{p.Key} ({p.Value})")))),
                id
            );
        }

        if (at is not null)
            return SsView.TryReadSeconds(at, out long moment) ? Results.Text(SsView.At(run, host, number, moment)) : Moment(id);
        long? now = labs.UnknownLab(run.Lab) is null ? (await labs.State(run.Lab)).FindRun(id)?.Now : null;
        return Results.Text(SsView.At(run, host, number, now ?? run.Events.Select(e => e.T).DefaultIfEmpty().Max()));
    }

    private static async Task<IResult> Capture(
        [Description(IdText)] string id,
        [Description("Only what this host captured, by its role; all for every copy that was captured.")] string? host,
        RunReads reads,
        CancellationToken cancel
    )
    {
        (RunFile? run, Problem? problem) = await reads.Find(id, cancel);
        if (run is null)
            return Problems.Result(problem!);
        if (host is not null and not RunCapture.Every && UnknownHost(run, host) is { } unknown)
            return Problems.Result(unknown);
        return RunCapture.Has(run, host)
            ? Results.Stream(
                body => RunCapture.Write(run, host, body, cancel),
                RunCapture.MediaType,
                host is null ? $"{run.Id}.pcapng" : $"{run.Id}-{host}.pcapng"
            )
            : Problems.Result(StatusCodes.Status404NotFound, new Message(EdgeCodes.NoCapture), id);
    }

    private static async Task<IResult> Strace(
        [Description(IdText)] string id,
        [Description("Only the calls of this host, by its role.")] string? host,
        RunReads reads,
        CancellationToken cancel
    )
    {
        (RunFile? run, Problem? problem) = await reads.Find(id, cancel);
        if (run is null)
            return Problems.Result(problem!);
        return host is not null && UnknownHost(run, host) is { } unknown ? Problems.Result(unknown) : Results.Text(StraceText.Write(run, host));
    }

    private static async Task<IResult> Packetdrill(
        [Description(IdText)] string id,
        [Description("Whose calls and segments, by its role.")] string? host,
        RunReads reads,
        CancellationToken cancel
    )
    {
        (RunFile? run, Problem? problem) = await reads.Find(id, cancel);
        if (run is null)
            return Problems.Result(problem!);
        if (UnknownHost(run, host ??= run.Script.MainPort.Host) is { } unknown)
            return Problems.Result(unknown);
        (string? script, Message? why) = PacketdrillText.Write(run, host);
        return script is null ? Problems.Result(StatusCodes.Status409Conflict, why!, id) : Results.Text(script);
    }

    private static async Task<IResult> Mermaid([Description(IdText)] string id, RunReads reads, HttpContext http, CancellationToken cancel) =>
        await reads.Find(id, cancel) is var (run, problem) && run is not null
            ? Results.Text(MermaidDiagram.Write(Timeline.Fold(RunFiles.HeaderOf(run), run.Events), RequestLanguage.Texts(http)))
            : Problems.Result(problem!);

    private static async Task<IResult> Picture(
        [Description(IdText)] string id,
        [Description("The room there is, 340 to 4000 px; 1000 where it is left out.")] string? width,
        [Description("light or dark; light where it is left out.")] string? theme,
        [Description("The last moment to draw, in seconds on the run's axis; the end where it is left out.")] string? at,
        DiagramPicture pictures,
        RunReads reads,
        HttpContext http,
        CancellationToken cancel
    )
    {
        if (PictureOptions.Read(width, theme) is not { } options)
        {
            return Problems.Result(
                StatusCodes.Status400BadRequest,
                Message.Of(EdgeCodes.Picture, ("least", PictureOptions.Least), ("most", PictureOptions.Most)),
                id
            );
        }

        (RunFile? run, Problem? problem) = await reads.Find(id, cancel);
        if (run is null)
            return Problems.Result(problem!);
        long moment = long.MaxValue;
        if (at is not null && !SsView.TryReadSeconds(at, out moment))
            return Moment(id);
        return Results.Text(
            await pictures.Svg(Timeline.Fold(RunFiles.HeaderOf(run), [.. run.Events.TakeWhile(e => e.T <= moment)]), RequestLanguage.Texts(http), options),
            DiagramPicture.MediaType,
            System.Text.Encoding.UTF8
        );
    }

    private static async Task<IResult> Report([Description(IdText)] string id, RunReads reads, HttpContext http, CancellationToken cancel) =>
        await reads.Find(id, cancel) is var (run, problem) && run is not null
            ? Results.Text(LabNote.Write(run, RequestLanguage.Texts(http)), LabNote.MediaType, System.Text.Encoding.UTF8)
            : Problems.Result(problem!);

    private static async Task<IResult> ByHand([Description(IdText)] string id, RunReads reads, HttpContext http, CancellationToken cancel) =>
        await reads.Find(id, cancel) is var (run, problem) && run is not null
            ? Results.Text(HandNote.Write(run, RequestLanguage.Texts(http)), LabNote.MediaType, System.Text.Encoding.UTF8)
            : Problems.Result(problem!);

    private static async Task<IResult> Lesson(
        [Description(IdText)] string id,
        [Description("The lesson's id; own-lesson where it is left out.")] string? lesson,
        [Description("Its title; the id where it is left out.")] string? title,
        RunReads reads,
        CancellationToken cancel
    )
    {
        lesson ??= "own-lesson";
        if (!ScenarioCheck.IsId(lesson) || title?.Length > Limits.MaxTitle)
            return Problems.Result(StatusCodes.Status400BadRequest, Message.Of(EdgeCodes.LessonName, ("most", Limits.MaxId), ("title", Limits.MaxTitle)), id);
        (RunFile? run, Problem? problem) = await reads.Find(id, cancel);
        if (run is null)
            return Problems.Result(problem!);
        return run.Script.Free && LessonYaml.Write(run, lesson, string.IsNullOrWhiteSpace(title) ? lesson : title.Trim()) is { } yaml
            ? Results.File(System.Text.Encoding.UTF8.GetBytes(yaml), LessonYaml.MediaType, lesson + ".yaml")
            : Problems.Result(StatusCodes.Status409Conflict, new Message(EdgeCodes.NoLesson), id);
    }

    private static IResult Moment(string id) => Problems.Result(StatusCodes.Status400BadRequest, new Message(EdgeCodes.Moment), id);

    private static Problem? UnknownHost(RunFile run, string host) =>
        run.Hosts.Any(h => h.Name == host)
            ? null
            : Problems.Of(
                StatusCodes.Status400BadRequest,
                Message.Of(EdgeCodes.UnknownHost, ("host", Problems.Short(host)), ("known", string.Join(", ", run.Hosts.Select(h => h.Name)))),
                run.Id
            );

    private static int? PortOf(RunFile run, string port) =>
        run.Ports.TryGetValue(port, out int number)
        || ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort any) && (number = any) >= Limits.MinPort
            ? number
            : null;
}
