using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ReuseAddrDashboard.Benchmarks.Report;

namespace ReuseAddrDashboard.Benchmarks.Parsing;

/// <summary>What a row costs beyond reading it.</summary>
internal static class ParseBenchmark
{
    public static int Run()
    {
        // Within this process, which is set up as the agent is.
        IConfig config = ManualConfig
            .CreateEmpty()
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.DontLogOutput).WithIterationCount(12))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), $"reuseaddr-benchmarks-{Environment.ProcessId}"));
        Summary summary = BenchmarkRunner.Run<Rows>(config);
        Table table = new("", "ns a row, median", "B allocated a row");
        foreach (BenchmarkReport report in summary.Reports)
        {
            if (report is not { Success: true, ResultStatistics: { } statistics })
            {
                Console.Error.WriteLine($"{report.BenchmarkCase.Descriptor.WorkloadMethod.Name} could not be measured.");
                return 1;
            }
            long octets = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? -1;
            table.Add(report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''), statistics.Median, octets);
        }
        table.Print();
        if (Directory.Exists(summary.ResultsDirectoryPath))
            Directory.Delete(Path.GetDirectoryName(summary.ResultsDirectoryPath)!, recursive: true);
        return 0;
    }
}
