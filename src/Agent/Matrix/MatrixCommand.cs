using System.CommandLine;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Core.Matrix;

namespace ReuseAddrDashboard.Agent.Matrix;

/// <summary><c>reuseaddr-agent matrix</c>: tries the cells of the matrix on this machine's kernel without a dashboard, and writes what came of them.</summary>
internal static class MatrixCommand
{
    private const string Name = "matrix",
        Help =
            """
                Usage: reuseaddr-agent matrix [--output FILE|-] [--cells basic|all]

                Tries the cells of the dashboard's matrix on this kernel, over loopback, on ports that nobody has, and writes what came of them as JSON, which the
                dashboard's page /matrix opens. A cell: a first socket left something on a port (nothing, bound, LISTEN, ESTABLISHED, FIN-WAIT-2, CLOSE-WAIT,
                TIME-WAIT); a second one, with or without SO_REUSEADDR and SO_REUSEPORT, binds the port and listens.
                  --output FILE|-      where to write it; - is standard output, the default
                  --cells basic|all    the 64 with TIME-WAIT and one address for both sockets, or all 1792, the default
                Everything is closed at the end. TIME-WAIT that is left is destroyed where the program may (CAP_NET_ADMIN), otherwise it ends by itself within a minute.
                Exit codes: 0 all cells were tried, 1 some could not be tried or the file could not be written, 2 wrong options, 130 ended by a signal.
                """;

    private const int Incomplete = 1,
        WrongOptions = 2,
        Signalled = 130;

    /// <param name="wrong">Prints faults of the command line.</param>
    public static Command Create(Action<IReadOnlyList<string>> wrong)
    {
        var output = new GivenOption<string>("--output", "takes the file to write, or - for standard output", OptionValues.Text);
        var cells = new GivenOption<string>("--cells", "takes basic or all", (string text, out string? read) => (read = text) is "basic" or "all");
        var command = new Command(Name) { AgentCommandLine.Telling("--help", Help), output.Option, cells.Option };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(line =>
        {
            List<string> faults = [.. line.UnmatchedTokens.Select(t => $"{t} is not an option of matrix: it takes --output and --cells.")];
            string to = output.Read(line, faults) ?? "-",
                which = cells.Read(line, faults) ?? "all";
            if (faults.Count == 0)
                return Run(to, which == "basic" ? MatrixCell.Basic : MatrixCell.All);
            wrong(faults);
            return WrongOptions;
        });
        return command;
    }

    private static int Run(string to, IReadOnlyList<MatrixCell> cells)
    {
        using var ended = new CancellationTokenSource();
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.Cancel();
        }
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End),
            interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        MatrixHost host = MatrixHostReader.Read();
        var results = new List<MatrixResult>(cells.Count);
        var trials = new CellTrials([]);
        trials.Run(cells, results.AddRange, ended.Token);
        if (trials.LeftInTimeWait > 0)
        {
            Console.Error.WriteLine(
                $"reuseaddr-agent: {trials.LeftInTimeWait} sockets are left in TIME-WAIT, which end by themselves within about a minute: destroying them needs CAP_NET_ADMIN."
            );
        }

        if (ended.IsCancellationRequested)
            return Signalled;
        byte[] json = new MatrixFile
        {
            Format = MatrixFile.CurrentFormat,
            At = TimeProvider.System.GetUtcNow(),
            Host = host,
            Results = results,
        }.ToJson();
        try
        {
            using Stream file = to == "-" ? Console.OpenStandardOutput() : File.Create(to);
            file.Write(json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"reuseaddr-agent: {to} cannot be written: {e.Message}");
            return Incomplete;
        }
        MatrixResult[] untried = [.. results.Where(r => r.Untried is not null)];
        if (untried is [var first, ..])
        {
            Console.Error.WriteLine(
                $"reuseaddr-agent: {untried.Length} of {results.Count} cells could not be tried, {first.Cell} first: {Core.Texts.TextCatalog.English[first.Untried!]}"
            );
        }

        return untried.Length == 0 ? 0 : Incomplete;
    }
}
