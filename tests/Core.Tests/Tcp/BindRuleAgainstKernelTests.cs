using System.Diagnostics;
using System.Globalization;
using System.Net;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Tcp;

/// <summary>The rule against this machine's kernel, cell by cell, each cell on a port of its own.</summary>
public sealed class BindRuleAgainstKernelTests
{
    private const ushort FirstPort = 10_000;

    [Fact]
    public Task Says_what_the_kernel_says_in_every_cell() => OwnNamespace.Run((typeof(BindRuleAgainstKernelTests), nameof(Says_what_the_kernel_says_in_every_cell)), () =>
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
                    differences.AddRange(batch.SelectMany(cell => cell.Differences([.. rows[cell.Port].Select(row => cell.Known(row.State, row.Local))])));
                    cells += batch.Count;
                }
                finally
                {
                    batch.ForEach(cell => cell.Dispose());
                }
            }
        }
        Assert.Equal(6 * 8 * 7 * 16, cells);
        Assert.True(differences.Count == 0, $"{differences.Count} differences on {Environment.OSVersion}:\n{string.Join('\n', differences.Take(40))}");
        return Task.CompletedTask;
    });

    [Fact]
    public Task Listen_asks_again_with_the_options_of_that_moment() => OwnNamespace.Run((typeof(BindRuleAgainstKernelTests), nameof(Listen_asks_again_with_the_options_of_that_moment)), () =>
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
    });

    private static void LeavePortsToCells() => File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "40000 65000");

    // FIN-WAIT-2 waits for an acknowledgement; everything else is there when the calls return.
    private static ILookup<ushort, PortRow> WaitFor(IReadOnlyList<BindCell> batch)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            ILookup<ushort, PortRow> rows = Read("/proc/self/net/tcp").Concat(Read("/proc/self/net/tcp6")).Distinct().ToLookup(row => row.Local.Port);
            BindCell? missing = batch.FirstOrDefault(cell => !rows[cell.Port].Select(row => (TcpState?)row.State).SequenceEqual(cell.State is { } state ? [state] : []));
            if (missing is null)
                return rows;
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20),
                $"Waited for {missing}, but there is [{string.Join(", ", rows[missing.Port])}].");
        }
    }

    private static IEnumerable<PortRow> Read(string path) => File.ReadLines(path).Skip(1).Select(line =>
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new PortRow((TcpState)Convert.ToByte(fields[3], 16), At(fields[1]), At(fields[2]));
    });

    private static Endpoint At(string hex)
    {
        // Words in the host's order, as the kernel prints them.
        byte[] address = [.. Convert.FromHexString(hex[..^5]).Chunk(4).SelectMany(word => BitConverter.IsLittleEndian ? word.Reverse() : word)];
        return Endpoint.Of(new IPAddress(address), ushort.Parse(hex.AsSpan(hex.Length - 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private readonly record struct PortRow(TcpState State, Endpoint Local, Endpoint Remote);
}
