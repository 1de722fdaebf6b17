using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>
/// The rule with the bucket's memory against this machine's kernel over whole histories of a port: sockets of several users are bound, listen, accept, change
/// their options at any time, close and leave TIME-WAIT,
/// in an order that a fixed seed draws. Every bind and every listen has to come out as the rule says.
/// </summary>
public sealed class BindSequencesTests
{
    private const int Histories = 3000,
        Steps = 14;
    private static readonly string[] Places = ["0.0.0.0", "127.0.0.1", "127.0.0.2", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:0.0.0.0]"];

    [Fact]
    public Task Says_what_the_kernel_says_over_whole_histories() =>
        OwnNamespace.Run((typeof(BindSequencesTests), nameof(Says_what_the_kernel_says_over_whole_histories)), () => Compare([0]));

    [Fact]
    public Task Says_what_the_kernel_says_of_several_users() =>
        OwnNamespace.Run((typeof(BindSequencesTests), nameof(Says_what_the_kernel_says_of_several_users)), () => Compare([0, 0, 65534]), users: true);

    private static Task Compare(uint[] users)
    {
        File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "40000 65000");
        BucketMemory memory = BindBucket.Memory(File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
        List<string> differences = [];
        int asked = 0,
            remembered = 0;
        for (int seed = 0; seed < Histories && differences.Count < 10; seed++)
        {
            using var history = new History(new Random(seed), (ushort)(10_000 + seed), users, memory);
            for (int step = 0; step < Steps; step++)
            {
                if (history.Step() is { } difference)
                {
                    differences.Add($"seed {seed}: {difference}");
                    break;
                }
            }
            asked += history.Asked;
            remembered += history.Remembered;
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(asked > 10_000 && remembered > 20, $"{asked} asked, {remembered} remembered");
        return Task.CompletedTask;
    }

    private sealed class History(Random random, ushort port, uint[] users, BucketMemory memory) : IDisposable
    {
        private readonly PortModel _model = new(port, memory);
        private readonly List<RawSocket?> _real = [];
        private readonly List<RawSocket?> _clients = [];
        private readonly StringBuilder _told = new();

        public int Asked { get; private set; }

        public int Remembered { get; private set; }

        /// <summary>Does one thing; what differs, with the history that led there, or null.</summary>
        public string? Step()
        {
            int[] open = [.. Enumerable.Range(0, _real.Count).Where(i => _real[i] is not null)];
            int i = open.Length == 0 ? -1 : open[random.Next(open.Length)];
            switch (i < 0 ? 0 : random.Next(9))
            {
                case 0 or 1 or 2:
                    return Bind();
                case 3 or 4 when _model.Sockets[i]!.State == TcpState.BoundInactive:
                    return Compared(_model.Listen(i), _real[i]!.Listen(), $"listen {i}");
                case 5 when _model.Sockets[i]!.State == TcpState.Listen:
                    Connect(i);
                    return null;
                case 6:
                    bool addr = Coin();
                    _model.Set(i, addr: true, addr);
                    _real[i]!.ReuseAddr = addr;
                    Tell($"{i} ra={addr}");
                    return null;
                case 7:
                    bool portToo = Coin();
                    _model.Set(i, addr: false, portToo);
                    _real[i]!.ReusePort = portToo;
                    Tell($"{i} rp={portToo}");
                    return null;
                default:
                    Close(i);
                    return null;
            }
        }

        public void Dispose()
        {
            _clients.ForEach(c => c?.Dispose());
            _real.ForEach(s => s?.Dispose());
        }

        private string? Bind()
        {
            string place = Places[random.Next(Places.Length)];
            TcpEndpoint at = At(place);
            bool v6Only = place == "[::]" && Coin(),
                addr = Coin(),
                portToo = Coin();
            uint uid = users[random.Next(users.Length)];
            var socket = new RawSocket(at.IsV6, v6Only, addr, portToo);
            if (uid != 0)
                socket.Owner = uid;
            string? difference = Compared(
                _model.Bind(at, v6Only, addr, portToo, uid),
                socket.Bind(at),
                string.Create(CultureInfo.InvariantCulture, $"{_real.Count} bind {place}{(v6Only ? " v6-only" : "")} ra={addr} rp={portToo} uid {uid}")
            );
            if (difference is null && _model.Sockets.Count > _real.Count)
            {
                _real.Add(socket);
                _clients.Add(null);
            }
            else
            {
                socket.Dispose();
            }

            return difference;
        }

        private string? Compared(bool rule, int errno, string what)
        {
            Asked++;
            Remembered += _model.Verdict!.Remembered.Count > 0 ? 1 : 0;
            Tell($"{what}: {(errno == 0 ? "ok" : errno)}");
            return rule == (errno == 0) && errno is 0 or RawSocket.Eaddrinuse ? null : $"rule {_model.Verdict.Outcome}, kernel {errno}:{_told}";
        }

        // A connection of the listener's: the accepted child has the port as well, and belongs to who accepted it.
        private void Connect(int listener)
        {
            PortModel.One of = _model.Sockets[listener]!;
            TcpEndpoint bound = of.Candidate.Local;
            bool real6 = bound is { IsV6: true, IsV4Mapped: false } && (of.V6Only || Coin());
            TcpEndpoint reach =
                real6 ? At("[::1]")
                : bound.IsV6 ? At("[::ffff:127.0.0.1]")
                : bound.IsWildcard ? At("127.0.0.1")
                : bound;
            var client = new RawSocket(reach.IsV6);
            if (client.Connect(reach) != 0)
            {
                client.Dispose();
                return;
            }
            // Two listeners may share the address: the connection is the other's then.
            if (_model.Sockets.Count(s => s is { State: TcpState.Listen }) > 1)
            {
                client.Abort();
                return;
            }
            RawSocket child = _real[listener]!.Accept();
            _model.Accept(listener, reach);
            _real.Add(child);
            _clients.Add(client);
            Tell($"{_real.Count - 1} accepted at {reach} from {listener}");
        }

        private void Close(int i)
        {
            _real[i]!.Dispose();
            _clients[i]?.Dispose();
            _real[i] = _clients[i] = null;
            _model.CloseOrLeave(i);
            Tell($"{i} closed");
        }

        private bool Coin() => random.Next(2) == 1;

        private void Tell(string what) => _told.Append("\n  ").Append(what);

        private TcpEndpoint At(string address) =>
            TcpEndpoint.TryParse($"{address}:{port}", out TcpEndpoint endpoint) ? endpoint : throw new ArgumentException(address);
    }
}
