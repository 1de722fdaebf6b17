using System.Diagnostics;
using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Runs.Capture;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>The capture file, read by tools nobody here wrote.</summary>
public sealed class CaptureFileTests
{
    private const string Cooked = "00000001000600000000000000000800";

    // 127.0.0.1:51552 and 127.0.0.1:11111, captured on Linux 6.18.
    private const string Syn = "4500003cb68d40004006862c7f0000017f000001c9602b67f94c9b1000000000a002ffd7fe3000000204ffd70402080acd13a13e000000000103030a";
    private const string SynAck = "4500003c0000400040063cba7f0000017f0000012b67c9608cee6947f94c9b11a012ffcbfe3000000204ffd70402080a80d64863cd13a13e0103030a";
    private const string RstAck = "450000349b0e40004006a1b37f0000017f0000012b67c9608cee6948f94c9b1680140040fe2800000101080a80d64863cd13a13e";

    private static readonly DateTimeOffset Begin = new(2026, 11, 23, 1, 2, 3, TimeSpan.Zero);

    private static readonly TcpEndpoint Client = TcpEndpoint.V4(0x7f00_0001, 51_552),
        Server = TcpEndpoint.V4(0x7f00_0001, 11_111);

    private static RunFile Run(params RunEvent[] events) =>
        new()
        {
            Id = "20261123-010203-abcdef",
            Lab = "local",
            Scenario = "s",
            Values = new Dictionary<string, Scalar>(),
            Ports = new Dictionary<string, int> { ["main"] = 11_111 },
            StartedAt = Begin,
            Results = [],
            Hosts = [ScriptedAgent.Facts(TestHosts.Client), ScriptedAgent.Facts(TestHosts.Server)],
            Script = new Scenario
            {
                Id = "s",
                Title = LocalText.Of("s"),
                Summary = LocalText.Of("s"),
                Topic = "own",
                Ports = [new() { Id = "main", Default = 11_111 }],
                Programs = [],
                Steps = [],
            },
            Events = [.. events.Select((e, i) => e with { Seq = i + 1 })],
        };

    private static SegmentEvent Segment(string host, long at, bool sent, string hex, string flags) =>
        new()
        {
            T = at,
            Host = host,
            Source = EvidenceSource.Capture,
            From = Client,
            To = Server,
            Flags = flags,
            Sent = sent ? at : null,
            Received = sent ? null : at,
            Frame = new(113, 16 + hex.Length / 2, Convert.FromHexString(Cooked + hex)),
        };

    private static CallEvent Call(string host, string call, long at, long duration, string? errno = null) =>
        new()
        {
            T = at,
            Duration = duration,
            Host = host,
            Source = EvidenceSource.Call,
            Call = call,
            Args = new() { Fd = 3 },
            Socket = "lfd",
            Result = errno is null ? 0 : -1,
            Errno = errno,
        };

    private static readonly RunFile Example = Run(
        Segment(TestHosts.Client, -5, true, Syn, "SYN"),
        Call(TestHosts.Server, "bind", 1_000, 100, "EADDRINUSE"),
        Segment(TestHosts.Client, 1_000_000_007, true, Syn, "SYN"),
        Call(TestHosts.Client, "connect", 1_000_000_000, 50_000),
        // Reported late: the file is in the order of time.
        Segment(TestHosts.Client, 1_000_040_000, false, SynAck, "SYN,ACK"),
        Segment(TestHosts.Server, 1_000_020_000, false, Syn, "SYN"),
        new GapEvent
        {
            Host = TestHosts.Server,
            Source = EvidenceSource.Capture,
            Lost = 3,
            Reason = new("lost"),
        },
        Segment(TestHosts.Server, 2_000_000_000, true, RstAck, "RST,ACK")
    );

    private static async Task<string> Tool(RunFile run, string program, string[] arguments, string? host = RunCapture.Every)
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(d => File.Exists(Path.Combine(d, program))),
            $"{program} is not installed."
        );
        string file = Path.GetTempFileName();
        try
        {
            await using (FileStream stream = File.Create(file))
                await RunCapture.Write(run, host, stream, TestContext.Current.CancellationToken);
            ProcessStartInfo start = new(program, [.. arguments, file]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["TZ"] = "UTC";
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, output + await errors);
            // tshark warns of root; tcpdump tells what it reads.
            Assert.All(
                (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries),
                line =>
                    Assert.True(line.StartsWith("Running as user", StringComparison.Ordinal) || line.StartsWith("reading from", StringComparison.Ordinal), line)
            );
            return output;
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Tshark_reads_segments_stamps_hosts_directions_and_the_calls_before()
    {
        string[] lines = (
            await Tool(
                Example,
                "tshark",
                [
                    "-n",
                    "-T",
                    "fields",
                    "-E",
                    "separator=|",
                    "-e",
                    "frame.time_epoch",
                    "-e",
                    "frame.interface_name",
                    "-e",
                    "frame.packet_flags_direction",
                    "-e",
                    "tcp.flags",
                    "-e",
                    "tcp.seq_raw",
                    "-e",
                    "tcp.ack_raw",
                    "-e",
                    "frame.comment",
                    "-r",
                ]
            )
        ).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        long epoch = Begin.ToUnixTimeSeconds();
        Assert.Equal(
            [
                $"{epoch - 1}.999999995|client|2|0x0002|4182547216|0|",
                $"{epoch + 1}.000000007|client|2|0x0002|4182547216|0|during client connect(3, NULL, ) = 0, lfd",
                $"{epoch + 1}.000020000|server|1|0x0002|4182547216|0|during client connect(3, NULL, ) = 0, lfd",
                $"{epoch + 1}.000040000|client|1|0x0012|2364434759|4182547217|during client connect(3, NULL, ) = 0, lfd",
                $"{epoch + 2}.000000000|server|2|0x0014|2364434760|4182547222|after client connect(3, NULL, ) = 0, lfd",
            ],
            lines.Select(l => l.Replace("0x00000001", "1", StringComparison.Ordinal).Replace("0x00000002", "2", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_failed_call_before_a_packet_has_its_error()
    {
        RunFile run = Run(Call(TestHosts.Server, "bind", 0, 100, "EADDRINUSE"), Segment(TestHosts.Client, 200, true, Syn, "SYN"));
        Assert.Equal("after server bind(3, NULL, ) = -1 EADDRINUSE, lfd", (await Tool(run, "tshark", ["-T", "fields", "-e", "frame.comment", "-r"])).Trim());
    }

    [Fact]
    public async Task The_file_of_one_host_and_the_one_of_none_have_no_segment_twice()
    {
        RunFile run = Run([.. Example.Events.Where(e => e.T >= 0)]);
        Assert.Contains("retransmission", await Tool(run, "tshark", ["-q", "-z", "expert", "-r"]), StringComparison.Ordinal);
        string client = await Tool(run, "tshark", ["-q", "-z", "expert", "-r"], TestHosts.Client);
        Assert.Contains("Connection establish request", client, StringComparison.Ordinal);
        Assert.DoesNotContain("retransmission", client, StringComparison.Ordinal);
        Assert.Matches(@"Number of interfaces in file:\s+1\b", await Tool(run, "capinfos", [], TestHosts.Client));
        string once = await Tool(run, "tshark", ["-q", "-z", "expert", "-r"], null);
        Assert.DoesNotContain("retransmission", once, StringComparison.Ordinal);
        Assert.Matches(@"Number of interfaces in file:\s+2\b", await Tool(run, "capinfos", [], null));
    }

    [Fact]
    public async Task Each_segment_is_there_once_as_its_sender_captured_it_and_a_true_retransmission_twice()
    {
        // Sent three times, the second one lost before it came, the server's answer captured by the client alone.
        RunFile run = Run(
            Segment(TestHosts.Client, 1_000, true, Syn, "SYN"),
            Segment(TestHosts.Server, 1_900, false, Syn, "SYN"),
            Segment(TestHosts.Client, 2_000, true, Syn, "SYN"),
            Segment(TestHosts.Client, 3_000, true, Syn, "SYN"),
            Segment(TestHosts.Server, 3_900, false, Syn, "SYN"),
            Segment(TestHosts.Client, 4_000, false, SynAck, "SYN,ACK")
        );
        string[] lines = (await Tool(run, "tcpdump", ["-n", "-S", "-tt", "--nano", "-r"], null)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["000001000 [S]", "000002000 [S]", "000003000 [S]", "000004000 [S.]"],
            lines.Select(l => $"{l.Split(' ')[0].Split('.')[1]} {l[(l.IndexOf("Flags ", StringComparison.Ordinal) + 6)..].Split(',')[0]}")
        );
        Assert.Equal(6, (await Tool(run, "tcpdump", ["-n", "-r"])).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Tcpdump_prints_every_segment_with_its_nanoseconds()
    {
        string[] lines = (await Tool(Example, "tcpdump", ["-n", "-S", "-tt", "--nano", "-r"])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{Begin.ToUnixTimeSeconds() + 1}.000040000 "), lines[3]);
        Assert.Contains(
            "127.0.0.1.11111 > 127.0.0.1.51552: Flags [S.], seq 2364434759, ack 4182547217, win 65483, options [mss 65495,sackOK,TS val 2161526883 ecr 3440615742,nop,wscale 10], length 0",
            lines[3]
        );
    }

    [Fact]
    public async Task Capinfos_finds_both_interfaces_and_what_was_lost()
    {
        string text = await Tool(Example, "capinfos", []);
        Assert.Matches(@"Number of packets:\s+5\b", text);
        Assert.Matches(@"Number of interfaces in file:\s+2\b", text);
        Assert.Matches(@"Strict time order:\s+True", text);
        Assert.Contains("Name = client", text, StringComparison.Ordinal);
        Assert.Contains("Name = server", text, StringComparison.Ordinal);
        Assert.Contains("Time precision = nanoseconds (9)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocks_are_whole_and_hold_their_length_at_both_ends()
    {
        using var file = new MemoryStream();
        await RunCapture.Write(Example, RunCapture.Every, file, TestContext.Current.CancellationToken);
        byte[] octets = file.ToArray();
        var types = new List<uint>();
        for (int at = 0; at < octets.Length; )
        {
            int length = BitConverter.ToInt32(octets, at + 4);
            Assert.Equal(0, length % 4);
            Assert.Equal(length, BitConverter.ToInt32(octets, at + length - 4));
            types.Add(BitConverter.ToUInt32(octets, at));
            at += length;
        }
        Assert.Equal([0x0a0d0d0a, 1, 1, 6, 6, 6, 6, 6, 5, 5], types);
        // if_drop of the server's statistics: option 5, 8 octets, 3.
        Assert.Contains("05000800" + "0300000000000000", Convert.ToHexString(octets), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_the_agents_buffer_and_the_lab_dropped_is_among_the_lost_with_a_word_that_it_is_of_any_kind()
    {
        RunFile run = Run([
            .. Example.Events,
            new GapEvent
            {
                Host = TestHosts.Server,
                Source = EvidenceSource.Agent,
                Lost = 20,
                Reason = new("full"),
            },
            new GapEvent
            {
                Source = EvidenceSource.Lab,
                Lost = 400,
                Reason = new("full"),
            },
            new GapEvent
            {
                Host = TestHosts.Server,
                Source = EvidenceSource.Trace,
                Lost = 5_000,
                Reason = new("full"),
            },
        ]);
        using var file = new MemoryStream();
        await RunCapture.Write(run, RunCapture.Every, file, TestContext.Current.CancellationToken);
        string octets = Convert.ToHexString(file.ToArray()),
            text = Encoding.ASCII.GetString(file.ToArray());
        // if_drop: option 5, 8 octets.
        Assert.Contains("05000800" + "A701000000000000", octets, StringComparison.Ordinal);
        Assert.Contains("05000800" + "9001000000000000", octets, StringComparison.Ordinal);
        Assert.Contains("420 of the 423 that were lost are events of any kind", text, StringComparison.Ordinal);
        Assert.Contains("400 of the 400 that were lost are events of any kind", text, StringComparison.Ordinal);
        Assert.Matches(@"Number of packets:\s+5\b", await Tool(run, "capinfos", []));
    }

    [Fact]
    public async Task The_file_is_served_under_the_runs_name_and_refused_with_a_reason_where_nothing_was_captured()
    {
        (TestDashboard dashboard, ScriptedAgent client, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 11111 },
                pauseMs = 0,
            }
        );
        string path = $"/api/runs/{id}/capture.pcapng";

        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Http.GetAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(404, status);
        Assert.Contains("CAP_NET_RAW", detail, StringComparison.Ordinal);
        Assert.Equal(404, (int)(await dashboard.Http.GetAsync("/api/runs/nonsense/capture.pcapng", TestContext.Current.CancellationToken)).StatusCode);

        Assert.Equal(400, (int)(await dashboard.Http.GetAsync(path + "?host=nobody", TestContext.Current.CancellationToken)).StatusCode);

        long now = ScriptedAgent.Monotonic;
        await client.Send([Segment(TestHosts.Client, now, true, Syn, "SYN")]);
        using HttpResponseMessage answer = await dashboard.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(
            (200, RunCapture.MediaType, $"{id}.pcapng"),
            ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.FileName)
        );
        Assert.Equal(0x0a0d0d0au, BitConverter.ToUInt32(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        // The file's stamps are wall time: the run's beginning on both clocks is one moment.
        RunFile run = await dashboard.Run(id);
        (DateTimeOffset wall, long monotonic) = LocalClock.Both(TimeProvider.System);
        long axis = run.Events.OfType<SegmentEvent>().Single().T + (monotonic - now);
        Assert.InRange((wall - run.StartedAt).Ticks * 100 - axis, -1_000_000, 1_000_000);
    }
}
