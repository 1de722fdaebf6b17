using System.Globalization;
using ReuseAddrDashboard.Benchmarks.Folding;
using ReuseAddrDashboard.Benchmarks.Fuzzing;
using ReuseAddrDashboard.Benchmarks.Live;
using ReuseAddrDashboard.Benchmarks.Matrix;
using ReuseAddrDashboard.Benchmarks.Parsing;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Benchmarks.Tables;
using ReuseAddrDashboard.Benchmarks.Tracing;

const string help = """
    dotnet run -c Release --project tests/Benchmarks -- all|proc|parse|capture|captures|diag|fuzz|trace|fold|latency|idle|start|viewers|join|foreign|history|scrub|matrix

      proc     reading and parsing /proc/net/tcp, against cat and ss, at 100, 10,000 and 100,000 sockets
      parse    one row, within the process: time and allocation
      capture  one captured packet, within the process: time and allocation
      diag     sock_diag: one exact look-up, and the sockets of one port against ss, at 100,000 sockets
      fuzz     mutated inputs for every reader of outside octets; fuzz INPUTS SEED says how many and which (12,000,000)
      captures capture files of anybody's: 100 MB of each format, time and memory; captures fuzz INPUTS SEED gives their readers mutated files
      trace    what tracing costs a connection and the agent, and up to which rate it loses nothing; needs root
      fold     one more event, and a cursor, in logs of 100 to 100,000 events
      latency  from a call's end on the agent to its mark on the screen in Chromium
      idle     the agents' CPU time while a run is open and nothing happens
      viewers  how late pages are told of calls while another does not read, floods or has lost its network
      join     a page that joins a run of 200,000 events over 1 MB a second
      foreign  a run beside 5,000 foreign connections a second, and a start with a silent agent; needs root
      history  pages, filters and the search of a list of 100,000 runs
      scrub    frames a second while the handle of a replay of 2,000 events is dragged
      matrix   the cells of the matrix, tried on the real kernel
      start    from the start of the published server to a page one can use, and the size of the first load

    Each prints a Markdown table. The server is published into out/published first, unless REUSEADDR_PUBLISHED names one.
    All traffic stays on loopback and in network namespaces of its own.
    """;

Dictionary<string, Func<Task<int>>> benchmarks = new()
{
    ["proc"] = () => TableBenchmark.InNamespace(),
    ["parse"] = () => Task.FromResult(ParseBenchmark.Run()),
    ["capture"] = () => Task.FromResult(CaptureBenchmark.Run()),
    ["captures"] = () => Task.FromResult(CaptureFileBenchmark.Run()),
    ["diag"] = DiagBenchmark.InNamespace,
    ["fuzz"] = () => Task.FromResult(Fuzz.Run()),
    ["trace"] = TraceBenchmark.InNamespace,
    ["fold"] = () => Task.FromResult(FoldBenchmark.Run()),
    ["latency"] = LatencyBenchmark.Run,
    ["idle"] = IdleBenchmark.Run,
    ["start"] = StartBenchmark.Run,
    ["viewers"] = ViewersBenchmark.Run,
    ["join"] = JoinBenchmark.Run,
    ["foreign"] = ForeignBenchmark.Run,
    ["history"] = HistoryBenchmark.Run,
    ["scrub"] = ScrubBenchmark.Run,
    ["matrix"] = MatrixBenchmark.InNamespace,
};

if (args is [TraceBenchmark.Inside])
    return await TraceBenchmark.Run();
if (args is [TraceBenchmark.Load, var rate, var seconds])
    return TraceBenchmark.Generate(int.Parse(rate, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture));
if (args is [ForeignBenchmark.Load, var port, var foreign, var length])
{
    return ForeignBenchmark.Generate(
        ushort.Parse(port, CultureInfo.InvariantCulture),
        int.Parse(foreign, CultureInfo.InvariantCulture),
        int.Parse(length, CultureInfo.InvariantCulture)
    );
}

if (args is ["fuzz", var inputs, var seed])
    return Fuzz.Run(int.Parse(inputs, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture));
if (args is ["captures", "fuzz", var files, var start])
    return Fuzz.Run(int.Parse(files, CultureInfo.InvariantCulture), int.Parse(start, CultureInfo.InvariantCulture), CaptureFileInputs.Targets);
if (args is [DiagBenchmark.Inside])
    return await DiagBenchmark.Run();
if (args is [MatrixBenchmark.Inside])
    return MatrixBenchmark.Run();
if (args is [TableBenchmark.Inside])
    return await TableBenchmark.Run();
if (args is not [string choice] || choice != "all" && !benchmarks.ContainsKey(choice))
{
    Console.Error.WriteLine(help);
    return args is ["--help"] ? 0 : 2;
}
Console.WriteLine(Machine.Line);
foreach ((string name, Func<Task<int>> run) in benchmarks)
{
    if (choice != name && choice != "all")
        continue;
    Console.WriteLine($"\n`dotnet run -c Release --project tests/Benchmarks -- {name}` (load {Machine.Load})\n");
    int code = await run();
    if (code != 0)
        return code;
}
return 0;
