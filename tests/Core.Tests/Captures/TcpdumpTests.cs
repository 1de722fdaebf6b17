using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Captures;

/// <summary>
/// Connections of this kernel, captured by the installed tcpdump and by Wireshark's dumpcap: what their files lead to is what the installed ss says of both
/// ends at the moment the capture ends.
/// </summary>
public sealed class TcpdumpTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.77.0.1"),
        There = IPAddress.Parse("10.77.0.2");
    private static readonly List<IDisposable> Open = [];

    [Fact]
    public Task States_of_both_ends_are_those_that_ss_tells() =>
        OwnNamespace.Run(
            (typeof(TcpdumpTests), nameof(States_of_both_ends_are_those_that_ss_tells)),
            async () =>
            {
                string file = Path.Combine(Path.GetTempPath(), $"reuseaddr-tcpdump-{Environment.ProcessId}.pcap");
                await OwnNamespace.Run("ip", "address", "add", "10.77.0.1/24", "dev", "lo");
                await OwnNamespace.Run("ip", "address", "add", "10.77.0.2/24", "dev", "lo");
                // A filter drops after the capture: what tcpdump saw did not arrive.
                await OwnNamespace.Run(
                    "nft",
                    "add table inet t; add chain inet t in { type filter hook input priority 0; }; add rule inet t in tcp dport 1007 tcp flags & fin == fin drop; "
                        + "add chain inet t both { type filter hook input priority 1; }; add rule inet t both tcp dport 1003 tcp flags & fin == fin drop; add rule inet t both tcp sport 1003 tcp flags & fin == fin drop"
                );
                try
                {
                    (Socket before, Socket itsPeer) = Connect(1000);
                    // In immediate mode the ring has a slot of the whole snapshot length per segment: the default leaves room for eight, and drops the rest.
                    using Process tcpdump = await Start(
                        "listening on",
                        "tcpdump",
                        "-Z",
                        "root",
                        "-i",
                        "lo",
                        "-s",
                        "256",
                        "--immediate-mode",
                        "-U",
                        "-w",
                        file,
                        "tcp"
                    );
                    using Process dumpcap = await Start("File:", "dumpcap", "-q", "-i", "lo", "-w", $"{file}.dumpcap");

                    (Socket client, Socket server) = Connect(1001);
                    client.Send("hello"u8);
                    Assert.Equal(5, server.Receive(new byte[9]));
                    client.Close();
                    Assert.Equal(0, server.Receive(new byte[9]));
                    server.Close();

                    (client, server) = Connect(1002);
                    server.Close();
                    Assert.Equal(0, client.Receive(new byte[9]));
                    client.Close();

                    (client, server) = Connect(1003);
                    client.Shutdown(SocketShutdown.Send);
                    server.Shutdown(SocketShutdown.Send);
                    // Both close before either hears of the other.
                    await Until(1003, "FIN-WAIT-1", "FIN-WAIT-1");
                    await OwnNamespace.Run("nft", "flush chain inet t both");
                    await Until(1003, "TIME-WAIT", "TIME-WAIT");

                    (client, server) = Connect(1004);
                    client.LingerState = new(true, 0);
                    client.Close();

                    Refused(1005);

                    (client, server) = Connect(1006);
                    client.Shutdown(SocketShutdown.Send);
                    Assert.Equal(0, server.Receive(new byte[9]));
                    server.Send("more"u8);
                    Assert.Equal(4, client.Receive(new byte[9]));

                    (client, server) = Connect(1007);
                    client.Close();

                    (client, server) = Connect(1008);
                    client.Send("open"u8);
                    Assert.Equal(4, server.Receive(new byte[9]));

                    itsPeer.Send("late"u8);
                    Assert.Equal(4, before.Receive(new byte[9]));
                    before.Send("later"u8);
                    Assert.Equal(5, itsPeer.Receive(new byte[9]));
                    itsPeer.Close();
                    Assert.Equal(0, before.Receive(new byte[9]));
                    before.Close();

                    await Until(1000, "TIME-WAIT");
                    await Until(1001, "TIME-WAIT");
                    await Until(1002, "TIME-WAIT");
                    await Until(1004);
                    await Until(1006, "CLOSE-WAIT", "FIN-WAIT-2");
                    await Until(1007, "ESTAB", "FIN-WAIT-1");
                    await Until(1008, "ESTAB", "ESTAB");
                    string told = string.Join('\n', (await Rows()).Select(r => $"{r.Local} {r.Peer} {r.State}").Order(StringComparer.Ordinal));
                    // The last thing that both capture: what was before it is in their files.
                    Refused(1009);
                    foreach (string written in (string[])[file, $"{file}.dumpcap"])
                        await Written(written);
                    foreach (Process capturing in (Process[])[tcpdump, dumpcap])
                    {
                        await OwnNamespace.Run("kill", "-INT", $"{capturing.Id}");
                        await capturing.WaitForExitAsync();
                    }

                    CaptureContents contents = Compare(file, "pcap", told);
                    Assert.Equal(
                        [
                            (1000, ClosedFirst.B),
                            (1001, ClosedFirst.A),
                            (1002, ClosedFirst.B),
                            (1003, ClosedFirst.Both),
                            (1004, ClosedFirst.Reset),
                            (1005, ClosedFirst.Refused),
                            (1006, ClosedFirst.A),
                            (1007, ClosedFirst.A),
                            (1008, ClosedFirst.Nobody),
                            (1009, ClosedFirst.Refused),
                        ],
                        contents.Connections.Select(c => ((int)c.B.Address.Port, c.Closed)).OrderBy(c => c.Item1)
                    );
                    Compare($"{file}.dumpcap", "pcapng", told);
                    foreach ((string format, string kind) in ((string, string)[])[("pcapng", "pcapng"), ("nsecpcap", "pcap")])
                    {
                        await OwnNamespace.Run("editcap", "-F", format, file, $"{file}.{format}");
                        Compare($"{file}.{format}", kind, told);
                    }
                }
                finally
                {
                    Open.ForEach(s => s.Dispose());
                    foreach (string left in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(file) + "*"))
                        File.Delete(left);
                }
            },
            users: true
        );

    private static CaptureContents Compare(string file, string format, string told)
    {
        using FileStream octets = File.OpenRead(file);
        CaptureContents contents = CaptureReading.List(octets);
        Assert.Null(contents.Fault);
        Assert.Equal(format, contents.Format);
        // What ss lists, and nothing of those that are gone.
        IEnumerable<string> inferred = contents
            .Connections.SelectMany(c => (string?[])[Row(c.A, c.B), Row(c.B, c.A)])
            .OfType<string>()
            .Order(StringComparer.Ordinal);
        Assert.Equal(told, string.Join('\n', inferred));
        foreach (FileConnection connection in contents.Connections)
        {
            octets.Position = 0;
            FileConnectionDetail detail = CaptureReading.Connection(octets, connection.Number)!;
            Assert.Equal(connection, detail.Connection);
            Assert.Equal(connection.A.Segments + connection.B.Segments, detail.Run.Events.OfType<SegmentEvent>().Count());
        }
        return contents;
    }

    private static string? Row(FileEnd end, FileEnd peer) => end.State is { } state ? $"{end.Address} {peer.Address} {state.Name()}" : null;

    private static async Task<Process> Start(string ready, string program, params string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var lines = new List<string?>();
        do lines.Add(await process.StandardError.ReadLineAsync());
        while (lines[^1]?.Contains(ready, StringComparison.Ordinal) == false);
        Assert.True(lines[^1] is not null, string.Join('\n', lines));
        return process;
    }

    private static void Refused(int port) =>
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => New().Connect(new IPEndPoint(There, port))).SocketErrorCode);

    private static async Task Written(string file)
    {
        for (int i = 0; ; i++)
        {
            using FileStream octets = File.Open(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (CaptureReading.List(octets).Connections.Any(c => c.B.Address.Port == 1009 && c.Closed == ClosedFirst.Refused))
                return;
            Assert.True(i < 1000, $"{file} lacks the last connection.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private static async Task Until(int port, params string[] states)
    {
        for (int i = 0; ; i++)
        {
            string[] now = [.. (await Rows()).Where(r => r.Local.Port == port || r.Peer.Port == port).Select(r => r.State).Order(StringComparer.Ordinal)];
            if (now.SequenceEqual(states))
                return;
            Assert.True(i < 500, $"{port}: {string.Join(' ', now)} and not {string.Join(' ', states)}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private static async Task<IEnumerable<(string State, TcpEndpoint Local, TcpEndpoint Peer)>> Rows() =>
        (await OwnNamespace.Run("ss", "-Htan"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f[0] != "LISTEN")
            .Select(f =>
                (f[0], TcpEndpoint.TryParse(f[3], out TcpEndpoint local) ? local : default, TcpEndpoint.TryParse(f[4], out TcpEndpoint peer) ? peer : default)
            );

    private static (Socket Client, Socket Server) Connect(int port)
    {
        using Socket listener = New();
        listener.Bind(new IPEndPoint(There, port));
        listener.Listen();
        Socket client = New();
        client.Bind(new IPEndPoint(Here, 0));
        client.Connect(new IPEndPoint(There, port));
        Socket server = listener.Accept();
        Open.Add(server);
        return (client, server);
    }

    private static Socket New()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Open.Add(socket);
        return socket;
    }
}
