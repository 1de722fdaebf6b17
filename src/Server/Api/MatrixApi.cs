using System.ComponentModel;
using System.Text;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api.Description;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Kernels;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>What a lab's kernel does in the cells of the matrix, and what kernels did that come with the dashboard.</summary>
internal static class MatrixApi
{
    private const string LabText = "The lab's id.",
        Csv = "text/csv",
        Markdown = "text/markdown";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/labs/{lab}/matrix", Try)
            .WithName("tryCells")
            .WithTags("matrix")
            .Produces<MatrixFile>()
            .Fails(400, 403, 404, 409, 413, 415, 503)
            .WithMetadata(new ApiBody(typeof(TryCells), "application/json", MatrixBody.Example))
            .WithSummary("Has the kernel of the port's host fill cells of the matrix.")
            .WithDescription("The set basic (64 cells), the set all (1792), or 1 to 256 cells by name. Answers with the whole matrix once they were tried.");
        api.MapPost("/labs/{lab}/matrix/stop", Stop)
            .WithName("stopCells")
            .WithTags("matrix")
            .Produces<LabReply>()
            .Fails(403, 404, 409, 415, 503)
            .WithSummary("Stops filling cells.")
            .WithDescription("Answers once everything of the trial is closed. What was tried stays.");
        api.MapGet("/labs/{lab}/matrix", Get)
            .WithName("getMatrix")
            .WithTags("matrix")
            .Produces<MatrixFile>()
            .Fails(404)
            .WithSummary("The matrix as a file: kernel, sysctls, time, and every cell that was tried.")
            .WithDescription(
                "In the format reuseaddr-matrix/1, which the page /matrix opens elsewhere. Each cell has what the kernel did and what the rule says."
            );
        api.MapGet("/labs/{lab}/matrix.csv", GetCsv)
            .WithName("getMatrixCsv")
            .WithTags("matrix")
            .Produces<string>(StatusCodes.Status200OK, Csv)
            .Fails(404)
            .WithSummary("The matrix as CSV.")
            .WithDescription("Lines that begin with # name kernel, sysctls and time; then a line of names, then one for each cell.");
        api.MapGet("/labs/{lab}/matrix.md", GetMarkdown)
            .WithName("getMatrixMarkdown")
            .WithTags("matrix")
            .Produces<string>(StatusCodes.Status200OK, Markdown)
            .Fails(404)
            .WithSummary("The matrix in Markdown, in the language that is asked for.")
            .WithDescription("Kernel, sysctls and time, the cells in which kernel and rule differ, and a table for each address pair and state.");
        api.MapGet("/labs/{lab}/matrix/results", Results_)
            .WithName("getMatrixResults")
            .WithTags("matrix")
            .Produces<MatrixView>()
            .Fails(400, 404)
            .WithSummary("What came of cells since a number.")
            .WithDescription("The number is that of an earlier answer, or of the lab's state; 0 for everything. So a page follows a trial that goes on.");
        api.MapGet("/kernels", (KernelShelf shelf) => Results.Ok(shelf.All))
            .WithName("listKernels")
            .WithTags("matrix")
            .Produces<IReadOnlyList<KernelEntry>>()
            .Fails()
            .WithSummary("The kernels whose matrix comes with the dashboard.")
            .WithDescription("Each was booted and tried by the command that stands beside it.");
        api.MapGet("/kernels/{kernel}", GetKernel)
            .WithName("getKernel")
            .WithTags("matrix")
            .Produces<MatrixFile>()
            .Fails(404)
            .WithSummary("The matrix of one of these kernels.");
    }

    private static async Task<IResult> Try([Description(LabText)] string lab, HttpRequest http, LabAccess labs, CancellationToken cancel)
    {
        if (labs.UnknownLab(lab) is { } unknown)
            return Problems.Result(unknown);
        (TryCells? request, Problem? wrong) = await BodyFields.Of(http, MatrixBody.Example, MatrixBody.Read, cancel);
        if (request is null)
            return Problems.Result(wrong!);
        (_, Problem? refused) = await labs.Ask(lab, request, wait: true);
        return refused is not null ? Problems.Result(refused) : await Get(lab, labs);
    }

    private static async Task<IResult> Stop([Description(LabText)] string lab, LabAccess labs)
    {
        (LabReply? reply, Problem? refused) = await labs.Ask(lab, new StopCells(), wait: true);
        return refused is not null ? Problems.Result(refused) : Results.Ok(reply);
    }

    private static async Task<IResult> Get([Description(LabText)] string lab, LabAccess labs) =>
        await File(lab, labs) is var (file, problem) && file is not null ? Json(file) : Problems.Result(problem!);

    private static async Task<IResult> GetCsv([Description(LabText)] string lab, LabAccess labs) =>
        await File(lab, labs) is var (file, problem) && file is not null ? Results.Text(MatrixExport.Csv(file), Csv, Encoding.UTF8) : Problems.Result(problem!);

    private static async Task<IResult> GetMarkdown([Description(LabText)] string lab, HttpContext http, LabAccess labs) =>
        await File(lab, labs) is var (file, problem) && file is not null
            ? Results.Text(MatrixExport.Markdown(file, RequestLanguage.Texts(http)), Markdown, Encoding.UTF8)
            : Problems.Result(problem!);

    private static async Task<IResult> Results_(
        [Description(LabText)] string lab,
        [Description("The number of an earlier answer; 0, or left out, for everything.")] long? since,
        LabAccess labs
    ) => labs.UnknownLab(lab) is { } unknown ? Problems.Result(unknown) : Results.Ok(await labs.Matrix(lab, since ?? 0));

    private static IResult GetKernel([Description("The id, as the list has it.")] string kernel, KernelShelf shelf) =>
        shelf.Find(kernel) is { } file
            ? Json(file)
            : Problems.Result(
                StatusCodes.Status404NotFound,
                Message.Of(EdgeCodes.UnknownKernel, ("kernel", Problems.Short(kernel)), ("known", string.Join(", ", shelf.All.Select(k => k.Id))))
            );

    // A cell on a line, so that two files can be compared by eye and by diff.
    private static IResult Json(MatrixFile file) => Results.Bytes(file.ToJson(), "application/json; charset=utf-8");

    private static async Task<(MatrixFile? File, Problem? Problem)> File(string lab, LabAccess labs)
    {
        if (labs.UnknownLab(lab) is { } unknown)
            return (null, unknown);
        return (await labs.Matrix(lab, 0)).File is { } file
            ? (file, null)
            : (null, Problems.Of(StatusCodes.Status404NotFound, Message.Of(EdgeCodes.NoMatrix, ("lab", lab))));
    }
}
