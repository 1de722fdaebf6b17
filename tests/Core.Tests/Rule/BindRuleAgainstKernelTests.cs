using System.Diagnostics;
using System.Globalization;
using System.Net;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>The rule against this machine's kernel, cell by cell, each cell on a port of its own.</summary>
public sealed class BindRuleAgainstKernelTests
{
    private const ushort FirstPort = 10_000;

    [Fact]
    public Task Says_what_the_kernel_says_in_every_cell() =>
        OwnNamespace.Run(
            (typeof(BindRuleAgainstKernelTests), nameof(Says_what_the_kernel_says_in_every_cell)),
            () =>
            {
                LeavePortsToCells();
                ushort port = FirstPort;
                int cells = 0;
                List<string> differences = [];
                foreach (Place first in Place.First)
                {
                    foreach (Left left in Enum.GetValues<Left>())
                    {
                        List<BindCell> batch = [.. from second in Place.Second from flags in Flags.All select new BindCell(first, second, left, flags, port++)];
                        try
                        {
                            batch.ForEach(cell => cell.Prepare());
                            ILookup<ushort, PortRow> rows = WaitFor(batch);
                            differences.AddRange(
                                batch.SelectMany(cell => cell.Differences([.. rows[cell.Port].Select(row => cell.Known(row.State, row.Local))]))
                            );
                            cells += batch.Count;
                        }
                        finally
                        {
                            batch.ForEach(cell => cell.Dispose());
                        }
                    }
                }
                Assert.Equal(8 * 8 * 9 * 16, cells);
                Assert.True(differences.Count == 0, $"{differences.Count} differences on {Environment.OSVersion}:\n{string.Join('\n', differences.Take(40))}");
                return Task.CompletedTask;
            }
        );

    [Fact]
    public Task Listen_asks_again_with_the_options_of_that_moment() =>
        OwnNamespace.Run(
            (typeof(BindRuleAgainstKernelTests), nameof(Listen_asks_again_with_the_options_of_that_moment)),
            () =>
            {
                LeavePortsToCells();
                foreach (bool keep in (bool[])[true, false])
                {
                    ushort port = (ushort)(FirstPort + (keep ? 1 : 0));
                    using BindCell cell = new(Place.First[0], Place.Second[0], Left.TimeWait, new(true, true, false, false), port);
                    cell.Prepare();
                    PortRow row = Assert.Single(WaitFor([cell])[port]);
                    using RawSocket candidate = new(v6: false, reuseAddr: true);
                    Assert.Equal(0, candidate.Bind(cell.Candidate.Local));
                    candidate.ReuseAddr = keep;
                    BindVerdict rule = BindRule.Judge(PortCall.Listen, cell.Candidate with { ReuseAddr = keep }, [cell.Known(row.State, row.Local)]);
                    Assert.Equal(keep ? BindOutcome.Ok : BindOutcome.InUse, rule.Outcome);
                    Assert.True(BindCell.Agree(rule, candidate.Listen()));
                }
                return Task.CompletedTask;
            }
        );

    [Fact]
    public Task An_outgoing_connection_holds_the_port_that_the_kernel_chose() =>
        OwnNamespace.Run(
            (typeof(BindRuleAgainstKernelTests), nameof(An_outgoing_connection_holds_the_port_that_the_kernel_chose)),
            () =>
            {
                List<string> differences = [];
                ushort port = 20_000;
                using RawSocket server = new(v6: false);
                RawSocket.Must(server.Bind(TcpEndpoint.V4(0x7f000001, 9_999)));
                RawSocket.Must(server.Listen());
                foreach (bool timeWait in (bool[])[false, true])
                {
                    foreach (Flags flags in Flags.All)
                    {
                        port++;
                        File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", $"{port} {port}");
                        using RawSocket client = new(v6: false, reuseAddr: flags.FirstReuseAddr, reusePort: flags.FirstReusePort);
                        RawSocket.Must(client.Connect(TcpEndpoint.V4(0x7f000001, 9_999)));
                        using RawSocket child = server.Accept();
                        if (timeWait)
                        {
                            client.Dispose();
                            child.Dispose();
                        }
                        var held = new PortSocket
                        {
                            State = timeWait ? TcpState.TimeWait : TcpState.Established,
                            Local = TcpEndpoint.V4(0x7f000001, port),
                            Remote = TcpEndpoint.V4(0x7f000001, 9_999),
                            ReuseAddr = flags.FirstReuseAddr,
                            ReusePort = flags.FirstReusePort,
                            Uid = 0,
                        };
                        foreach (uint address in (uint[])[0, 0x7f000001, 0x7f000002])
                        {
                            var candidate = new BindCandidate
                            {
                                Local = TcpEndpoint.V4(address, port),
                                ReuseAddr = flags.SecondReuseAddr,
                                ReusePort = flags.SecondReusePort,
                            };
                            using RawSocket again = new(v6: false, reuseAddr: flags.SecondReuseAddr, reusePort: flags.SecondReusePort);
                            int errno = again.Bind(candidate.Local);
                            BindVerdict rule = BindRule.Judge(PortCall.Bind, candidate, [held]);
                            if (!BindCell.Agree(rule, errno))
                                differences.Add($"{held.State} {candidate.Local} {flags}: kernel {errno}, rule {rule.Outcome}");
                        }
                    }
                }
                Assert.Empty(differences);
                return Task.CompletedTask;
            }
        );

    private static void LeavePortsToCells() => File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "40000 65000");

    // FIN-WAIT-2 waits for an acknowledgement; everything else is there when the calls return.
    private static ILookup<ushort, PortRow> WaitFor(IReadOnlyList<BindCell> batch)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            ILookup<ushort, PortRow> rows = Read("/proc/self/net/tcp").Concat(Read("/proc/self/net/tcp6")).Distinct().ToLookup(row => row.Local.Port);
            BindCell? missing = batch.FirstOrDefault(cell =>
                !rows[cell.Port].Select(row => (TcpState?)row.State).SequenceEqual(cell.State is { } state ? [state] : [])
            );
            if (missing is null)
                return rows;
            Assert.True(
                Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20),
                $"Waited for {missing}, but there is [{string.Join(", ", rows[missing.Port])}]."
            );
        }
    }

    private static IEnumerable<PortRow> Read(string path) =>
        File.ReadLines(path)
            .Skip(1)
            .Select(line =>
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return new PortRow((TcpState)Convert.ToByte(fields[3], 16), At(fields[1]), At(fields[2]));
            });

    private static TcpEndpoint At(string hex)
    {
        // Words in the host's order, as the kernel prints them.
        byte[] address = [.. Convert.FromHexString(hex[..^5]).Chunk(4).SelectMany(word => BitConverter.IsLittleEndian ? word.Reverse() : word)];
        return TcpEndpoint.Of(new IPAddress(address), ushort.Parse(hex.AsSpan(hex.Length - 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private readonly record struct PortRow(TcpState State, TcpEndpoint Local, TcpEndpoint Remote);
}
