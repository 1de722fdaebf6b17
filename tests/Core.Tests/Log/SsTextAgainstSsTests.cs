using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Log;

/// <summary>Sockets in every state that stays, read from /proc/net/tcp and printed by SsText, against the installed ss at the same moment.</summary>
public sealed partial class SsTextAgainstSsTests
{
    private const int Port = 11111,
        Backlog = 7;

    /// <summary>Milliseconds: /proc counts in 10, ss in the kernel's ticks.</summary>
    private const int Rounded = 20;

    [Fact]
    public Task Prints_what_the_installed_ss_prints() =>
        OwnNamespace.Run(
            (typeof(SsTextAgainstSsTests), nameof(Prints_what_the_installed_ss_prints)),
            async () =>
            {
                await OwnNamespace.Run("ip", "address", "add", "192.168.122.68/24", "dev", "lo");
                await Same();

                using Socket listener = New();
                listener.Bind(new IPEndPoint(IPAddress.Any, Port));
                listener.Listen(Backlog);
                await Same(TcpState.Listen);

                using Socket unread = Connect("192.168.122.68", Port);
                await Same(TcpState.Listen, TcpState.Established);
                using Socket receiver = listener.Accept();
                unread.Send(new byte[100]);
                await Same(TcpState.Listen, TcpState.Established);

                receiver.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                foreach (int seconds in (int[])[9, 10, 60, 100, 301, 7200])
                {
                    receiver.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
                    await Same(TcpState.Listen, TcpState.Established);
                }

                using Socket stays = Connect("192.168.122.68", Port);
                using (Socket closing = listener.Accept())
                    closing.Shutdown(SocketShutdown.Both);
                await Same(TcpState.Listen, TcpState.Established, TcpState.FinWait2);
                stays.Close();
                await Same(TcpState.Listen, TcpState.Established, TcpState.TimeWait);

                using (Socket goes = Connect("127.0.0.1", Port))
                    goes.Shutdown(SocketShutdown.Both);
                using Socket left = listener.Accept();
                await Same(TcpState.Listen, TcpState.Established, TcpState.TimeWait, TcpState.CloseWait);

                using Socket slow = Connect("127.0.0.1", Port, receiveBuffer: 4096);
                using Socket full = listener.Accept();
                full.Blocking = false;
                while (full.Poll(0, SelectMode.SelectWrite))
                    full.Send(new byte[65536], SocketFlags.None, out _);
                await Same(TcpState.Listen, TcpState.Established, TcpState.TimeWait, TcpState.CloseWait, TcpState.Established);

                using Socket crowded = New();
                crowded.Bind(new IPEndPoint(IPAddress.Loopback, 9));
                crowded.Listen(0);
                using Socket first = Connect("127.0.0.1", 9);
                using Socket unanswered = New();
                listener.Close();
                await Same(TcpState.Established, TcpState.TimeWait, TcpState.CloseWait, TcpState.Established);
                unanswered.Bind(new IPEndPoint(IPAddress.Parse("127.123.123.123"), Port));
                unanswered.Blocking = false;
                Assert.Throws<SocketException>(() => unanswered.Connect(IPAddress.Loopback, 9));
                await Same(TcpState.SynSent, TcpState.Established, TcpState.TimeWait, TcpState.CloseWait, TcpState.Established);
            }
        );

    // The kernel goes on between two readings: /proc is read before and after ss, and only a reading on which both agree, and between which no timer was set
    // anew, counts.
    private static async Task Same(params TcpState[] states)
    {
        long start = Stopwatch.GetTimestamp();
        string version = await OwnNamespace.Run("ss", "-V");
        while (true)
        {
            List<SsRow> before = Read();
            long between = Stopwatch.GetTimestamp();
            string printed = await OwnNamespace.Run("ss", "-anot4", $"sport == :{Port}");
            long passed = (long)Stopwatch.GetElapsedTime(between).TotalMilliseconds;
            List<SsRow> after = Read();
            bool settled =
                before.Select(row => row.State).Order().SequenceEqual(states.Order())
                && before.Select(row => row with { Timer = null }).SequenceEqual(after.Select(row => row with { Timer = null }))
                && before.Select(row => row.Timer?.Kind).SequenceEqual(after.Select(row => row.Timer?.Kind))
                && before
                    .Zip(after)
                    .All(both => both.First.Timer is not { } timer || timer.Left - both.Second.Timer!.Value.Left >= (passed - Rounded) * 1_000_000);
            if (!settled)
            {
                Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), $"Waited for {string.Join(' ', states)}, but there is\n{printed}");
                continue;
            }
            string expected = SsText.Print(before, Port);
            string same = SsText.Print(before.Zip(after, (first, second) => WithTimerOf(first, second, printed)), Port);
            Assert.True(
                same == printed,
                $"SsText prints as iproute2 6.1; installed is {version.Trim()}.\nss:\n{printed}SsText:\n{same}with the timers of /proc:\n{expected}"
            );
            return;
        }
    }

    // Timers run on while ss starts, and ss cuts them off: its own number is taken when it is between those of /proc before and after it.
    private static SsRow WithTimerOf(SsRow row, SsRow after, string printed)
    {
        if (row.Timer is not { } timer)
            return row;
        string line = printed
            .Split('\n')
            .Single(line => line.Contains($" {row.Local} ", StringComparison.Ordinal) && line.Contains($"{row.Remote} ", StringComparison.Ordinal));
        Match match = PrintedTimer().Match(line);
        Assert.True(match.Success, line);
        long minutes = Number(match.Groups["min"]);
        long milliseconds = minutes * 60_000 + Number(match.Groups["sec"]) * 1000 + Number(match.Groups["ms"]);
        long cutOff =
            minutes > 9 ? 60_000
            : milliseconds >= 10_000 ? 1000
            : 0;
        Assert.InRange(milliseconds, after.Timer!.Value.Left / 1_000_000 - cutOff - Rounded, timer.Left / 1_000_000 + Rounded);
        return row with { Timer = timer with { Left = milliseconds * 1_000_000 } };
    }

    private static long Number(Group group) => group.Success ? long.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"timer:\([a-z]+,((?<min>\d+)min)?((?<sec>\d+)(sec|\.(?=\d)))?((?<ms>\d+)ms)?,\d+\)")]
    private static partial Regex PrintedTimer();

    private static List<SsRow> Read() => [.. File.ReadLines("/proc/self/net/tcp").Skip(1).Select(Row).Where(row => row.Local.Port == Port)];

    private static SsRow Row(string line)
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] queues = fields[4].Split(':'),
            timer = fields[5].Split(':');
        TcpState state = (TcpState)Hex(fields[3]);
        TimerKind kind = (TimerKind)Hex(timer[0]);
        return new()
        {
            State = state,
            Local = At(fields[1]),
            Remote = At(fields[2]),
            SendQ = Hex(queues[0]),
            RecvQ = Hex(queues[1]),
            Backlog = state == TcpState.Listen ? Backlog : null,
            Timer = kind == TimerKind.Off ? null : new(kind, Hex(timer[1]) * 10_000_000L),
            // ss prints probes for keepalive and persist, which stand under "timeout" in /proc.
            Retransmits = kind is TimerKind.Keepalive or TimerKind.Persist ? uint.Parse(fields[8], CultureInfo.InvariantCulture) : Hex(fields[6]),
        };
    }

    private static TcpEndpoint At(string hex) => TcpEndpoint.V4(uint.CreateTruncating(IPAddress.NetworkToHostOrder((int)Hex(hex[..8]))), (ushort)Hex(hex[9..]));

    private static uint Hex(string text) => uint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static Socket New() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static Socket Connect(string address, int port, int? receiveBuffer = null)
    {
        Socket socket = New();
        if (receiveBuffer is { } octets)
            socket.ReceiveBufferSize = octets;
        socket.Connect(IPAddress.Parse(address), port);
        return socket;
    }
}
