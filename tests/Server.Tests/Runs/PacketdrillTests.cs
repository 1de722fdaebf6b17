using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Recorded;
using ReuseAddrDashboard.Server.Runs.Export;
using Xunit;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>
/// Runs of the real kernel as scripts of packetdrill. Distributions do not have packetdrill: where REUSEADDR_PACKETDRILL names one that was built from its
/// source, every script is played by it as well, each in a network namespace of its own.
/// </summary>
public sealed class PacketdrillTests
{
    private static readonly RecordedRuns Recorded = new(Path.Combine(AppContext.BaseDirectory, "Recorded"));

    // What a full buffer takes, and when it is acknowledged, depends on the MTU and on the timestamps, which the script leaves out; of a killed program the
    // kernel closes the sockets in an order of its own.
    private static readonly string[] Otherwise =
    [
        "linger-seconds server",
        "send-buffer-full server",
        "send-buffer-full client",
        "send-timeout server",
        "killed-server server",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_article_s_experiment_as_the_server_sees_it()
    {
        (string? script, Message? why) = PacketdrillText.Write(await Run("without-reuseaddr"), "server");
        Assert.Null(why);
        string[] lines =
        [
            .. script!
                .Split('\n')
                .Where(l => l.StartsWith('+'))
                .Select(l => Regex.Replace(l, @"^\+\S+ |(?<=win )\d+|(?<=wscale )\d+|(?<=mss )\d+", "", RegexOptions.None, TimeSpan.FromSeconds(1))),
        ];
        Assert.Equal(
            [
                "socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
                "bind(3, ..., ...) = 0",
                "listen(3, 5) = 0",
                "< S 0:0(0) win  <mss ,nop,nop,sackOK,nop,wscale >",
                "> S. 0:0(0) ack 1 <...>",
                "< . 1:1(0) ack 1 win ",
                "accept(3, ..., ...) = 4",
                "close(4) = 0",
                "> F. 1:1(0) ack 1 <...>",
                "< . 1:1(0) ack 2 win ",
                "close(3) = 0",
                "< F. 1:1(0) ack 2 win ",
                "> . 2:2(0) ack 2 <...>",
                "socket(..., SOCK_STREAM, IPPROTO_TCP) = 5",
                "bind(5, ..., ...) = -1 EADDRINUSE (Address already in use)",
                "close(5) = 0",
            ],
            lines
        );
        Assert.Contains("\n--bind_port=11111\n", script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("with-reuseaddr", "client", null)]
    [InlineData("linger-zero", "server", null)]
    [InlineData("dual-stack", "server", "packetdrill.ipv6")]
    [InlineData("inherited-by-child", "server", "packetdrill.processes")]
    [InlineData("last-ack-lost", "server", "packetdrill.filter")]
    [InlineData("two-listeners", "client", "packetdrill.connections")]
    public async Task What_packetdrill_cannot_play_is_said(string lesson, string host, string? code)
    {
        (string? script, Message? why) = PacketdrillText.Write(await Run(lesson), host);
        Assert.Equal((code is null, code), (script is not null, why?.Code));
    }

    [Fact]
    public async Task Every_script_is_played_by_packetdrill_where_there_is_one()
    {
        string? packetdrill = Environment.GetEnvironmentVariable("REUSEADDR_PACKETDRILL");
        List<(string Of, string Text)> scripts = [];
        List<string> told = [];
        foreach (RecordedRun line in Recorded.All)
        {
            RunFile run = await Run(line.Scenario);
            foreach (string host in (string[])["server", "client"])
            {
                (string? script, Message? why) = PacketdrillText.Write(run, host);
                Assert.NotEqual(script is null, why is null);
                if (script is not null)
                    scripts.Add(($"{line.Scenario} {host}", script));
                told.Add($"{line.Scenario} {host}: {(why is null ? "script" : TextCatalog.English[why])}");
            }
        }
        Assert.True(scripts.Count >= 40, string.Join('\n', told));
        if (packetdrill is null)
            return;
        var faults = new System.Collections.Concurrent.ConcurrentDictionary<string, string>();
        await Parallel.ForEachAsync(
            scripts,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel },
            async (script, _) =>
            {
                if (await Play(packetdrill, script.Text) is { } fault)
                    faults[script.Of] = fault;
            }
        );
        Assert.Empty(faults.Where(f => !Otherwise.Contains(f.Key)).Select(f => $"{f.Key}: {f.Value}"));
    }

    private static async Task<string?> Play(string packetdrill, string script)
    {
        string file = Path.Combine(Path.GetTempPath(), $"reuseaddr-{Guid.NewGuid():N}.pkt");
        await File.WriteAllTextAsync(file, script, Cancel);
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo("unshare", ["--net", packetdrill, file]) { RedirectStandardError = true, RedirectStandardOutput = true }
            )!;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            try
            {
                string said = await process.StandardError.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return process.ExitCode == 0 ? null : said;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return "It does not end.";
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<RunFile> Run(string lesson)
    {
        await using var gzip = new GZipStream(Recorded.Open(lesson)!, CompressionMode.Decompress);
        using var json = new MemoryStream();
        await gzip.CopyToAsync(json, Cancel);
        return RunReader.File(json.ToArray());
    }
}
