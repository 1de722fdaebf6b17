using System.Diagnostics;
using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>
/// What people who restart servers have met, as plain calls to this machine's kernel: the lessons and the explanations build on these answers. Cells of the
/// bind rule alone stand in
/// <see cref="BindRuleAgainstKernelTests"/>; here stand the answers themselves, and what the rule is not about.
/// </summary>
public sealed class FieldCasesTests
{
    private const string Home = "127.0.0.1",
        Any = "0.0.0.0",
        Mapped = "[::ffff:127.0.0.1]";
    private static ushort _port = 11_000;

    [Fact]
    public Task Over_TIME_WAIT_both_need_the_same_option() =>
        Inside(
            nameof(Over_TIME_WAIT_both_need_the_same_option),
            () =>
            {
                (string Old, string New, bool Binds)[] table =
                [
                    ("", "", false),
                    ("", "a", false),
                    ("a", "", false),
                    ("a", "a", true),
                    ("p", "p", true),
                    ("p", "a", false),
                    ("a", "p", false),
                    ("ap", "p", true),
                    ("p", "ap", true),
                    ("ap", "a", true),
                    ("", "p", false),
                    ("p", "", false),
                ];
                foreach ((string old, string @new, bool binds) in table)
                {
                    LeaveTimeWait(Any, Home, old);
                    Assert.True(binds == (Try(Any, @new) == 0), $"{old} then {@new}");
                }
            }
        );

    [Fact]
    public Task Options_joined_by_OR_are_another_option() =>
        Inside(
            nameof(Options_joined_by_OR_are_another_option),
            () =>
            {
                LeaveTimeWait(Any, Home, "");
                using RawSocket socket = new(v6: false);
                socket.SetByNumber(2 | 15 | 13);
                Assert.Equal((false, true), (socket.ReadReuseAddr(), socket.ReadReusePort()));
                Assert.Equal(RawSocket.Eaddrinuse, socket.Bind(At(Any)));
            }
        );

    [Fact]
    public Task Of_the_accepted_socket_the_option_counts() =>
        Inside(
            nameof(Of_the_accepted_socket_the_option_counts),
            () =>
            {
                LeaveTimeWait(Any, Home, "", accepted: child => child.ReuseAddr = true);
                Assert.Equal(0, Try(Any, "a"));
                LeaveTimeWait(Any, Home, "a", accepted: child => child.ReuseAddr = false);
                Assert.Equal(RawSocket.Eaddrinuse, Try(Any, "a"));
                LeaveTimeWait(Any, Home, "", accepted: _ => { }, listener: l => l.ReuseAddr = true);
                Assert.Equal(RawSocket.Eaddrinuse, Try(Any, "a"));
            }
        );

    [Fact]
    public Task An_option_may_be_changed_after_bind() =>
        Inside(
            nameof(An_option_may_be_changed_after_bind),
            () =>
            {
                foreach (bool set in (bool[])[true, false])
                {
                    _port++;
                    using RawSocket first = new(v6: false, reuseAddr: !set);
                    Assert.Equal(0, first.Bind(At(Any)));
                    first.ReuseAddr = set;
                    Assert.Equal(set ? 0 : RawSocket.Eaddrinuse, Try(Any, "a"));
                }
                _port++;
                using RawSocket one = new(v6: false),
                    two = new(v6: false);
                Assert.Equal(0, one.Bind(At(Any)));
                one.ReusePort = two.ReusePort = true;
                Assert.Equal((0, 0, 0), (two.Bind(At(Any)), one.Listen(), two.Listen()));
            }
        );

    [Fact]
    public Task Two_may_bind_and_one_may_listen() =>
        Inside(
            nameof(Two_may_bind_and_one_may_listen),
            () =>
            {
                foreach (string second in (string[])[Any, Home])
                {
                    _port++;
                    using RawSocket one = new(v6: false, reuseAddr: true),
                        two = new(v6: false, reuseAddr: true);
                    Assert.Equal((0, 0), (one.Bind(At(Any)), two.Bind(At(second))));
                    Assert.Equal((0, RawSocket.Eaddrinuse), (one.Listen(), two.Listen()));
                }
            }
        );

    [Fact]
    public Task A_socket_that_is_only_bound_has_no_row() =>
        Inside(
            nameof(A_socket_that_is_only_bound_has_no_row),
            () =>
            {
                _port++;
                using RawSocket holder = new(v6: false);
                Assert.Equal(0, holder.Bind(At(Any)));
                Assert.Empty(Rows());
                Assert.Equal(RawSocket.Eaddrinuse, Try(Any, "a"));
            }
        );

    [Fact]
    public Task SO_REUSEPORT_asks_who_owns_the_inode_and_of_TIME_WAIT_nobody() =>
        Inside(
            nameof(SO_REUSEPORT_asks_who_owns_the_inode_and_of_TIME_WAIT_nobody),
            () =>
            {
                _port++;
                using RawSocket listener = new(v6: false, reusePort: true);
                Assert.Equal((0, 0), (listener.Bind(At(Any)), listener.Listen()));
                Assert.Equal(RawSocket.Eaddrinuse, AsNobody());
                listener.Owner = 65534;
                Assert.Equal(0, AsNobody());
                Assert.Equal(RawSocket.Eaddrinuse, Try(Any, "p"));
                LeaveTimeWait(Any, Home, "p");
                Assert.Equal(0, AsNobody());

                static int AsNobody()
                {
                    using RawSocket socket = new(v6: false, reusePort: true) { Owner = 65534 };
                    return socket.Bind(At(Any));
                }
            },
            users: true
        );

    [Fact]
    public Task Two_listeners_share_the_connections() =>
        Inside(
            nameof(Two_listeners_share_the_connections),
            () =>
            {
                _port++;
                using RawSocket one = new(v6: false, reusePort: true),
                    two = new(v6: false, reusePort: true);
                Assert.Equal((0, 0, 0, 0), (one.Bind(At(Any)), two.Bind(At(Any)), one.Listen(50), two.Listen(50)));
                using var clients = new Open();
                for (int i = 0; i < 40; i++)
                    Assert.Equal(0, clients.Add(new(v6: false)).Connect(At(Home)));
                uint[] waiting = [.. Rows().Where(r => r.State == TcpState.Listen).Select(r => r.RxQueue)];
                Assert.Equal((2, 40u), (waiting.Length, waiting[0] + waiting[1]));
                Assert.All(waiting, w => Assert.NotEqual(0u, w)); // By chance all of 40 go to one listener once in 550 000 million times.
            }
        );

    [Fact]
    public Task An_outgoing_connection_takes_the_port_of_its_address() =>
        Inside(
            nameof(An_outgoing_connection_takes_the_port_of_its_address),
            () =>
            {
                using RawSocket server = new(v6: false);
                Assert.Equal((0, 0), (server.Bind(At(Home, 9_999)), server.Listen()));
                using RawSocket client = new(v6: false);
                _port++;
                Sysctl("ip_local_port_range", $"{_port} {_port}");
                Assert.Equal(0, client.Connect(At(Home, 9_999)));
                using RawSocket child = server.Accept();
                Assert.Contains(Rows(), r => r.State == TcpState.Established);
                Assert.Equal([RawSocket.Eaddrinuse, RawSocket.Eaddrinuse, 0], Binds("a", Any, Home, "127.0.0.2"));
                client.Dispose();
                child.Dispose();
                Assert.Contains(Rows(), r => r.State == TcpState.TimeWait);
                Assert.Equal([RawSocket.Eaddrinuse, RawSocket.Eaddrinuse, 0], Binds("a", Any, Home, "127.0.0.2"));

                _port++;
                Sysctl("ip_local_port_range", $"{_port} {_port}");
                Sysctl("ip_local_reserved_ports", $"{_port}");
                using RawSocket none = new(v6: false);
                Assert.Equal(RawSocket.Eaddrnotavail, none.Connect(At(Home, 9_999)));
                Assert.Equal(0, Try(Any, ""));
            }
        );

    [Fact]
    public Task A_listener_that_was_shut_down_is_still_bound() =>
        Inside(
            nameof(A_listener_that_was_shut_down_is_still_bound),
            () =>
            {
                _port++;
                using RawSocket old = new(v6: false, reuseAddr: true),
                    @new = new(v6: false, reuseAddr: true);
                Assert.Equal((0, 0, 0), (old.Bind(At(Any)), old.Listen(), old.Shutdown(RawSocket.ShutRdWr)));
                Assert.Equal(RawSocket.Eaddrinuse, Try(Any, ""));
                Assert.Equal((0, 0), (@new.Bind(At(Any)), @new.Listen()));
                Assert.Equal(RawSocket.Eaddrinuse, old.Listen());
            }
        );

    [Fact]
    public Task FIN_WAIT_2_has_a_time_limit_only_when_nobody_holds_the_socket() =>
        Inside(
            nameof(FIN_WAIT_2_has_a_time_limit_only_when_nobody_holds_the_socket),
            () =>
            {
                Sysctl("tcp_fin_timeout", "1");
                foreach (bool orphan in (bool[])[false, true])
                {
                    using Connection open = Connect(Any, Home, "");
                    Assert.Equal(0, open.Child.Shutdown(RawSocket.ShutWr));
                    Await(() => Rows().Any(r => r.State == TcpState.FinWait2));
                    if (!orphan)
                    {
                        Assert.Equal(TimerKind.Off, Rows().Single(r => r.State == TcpState.FinWait2).TimerKind);
                        continue;
                    }
                    open.Child.Dispose();
                    Assert.NotEqual(TimerKind.Off, Rows().Single(r => r.State == TcpState.FinWait2).TimerKind);
                    open.Listener.Dispose();
                    Assert.Equal(RawSocket.Eaddrinuse, Try(Any, ""));
                    Await(() => Rows().All(r => r.State is not (TcpState.FinWait2 or TcpState.TimeWait)));
                    Assert.Equal(0, Try(Any, ""));
                    Assert.Equal(0, open.Client.Write(1));
                    Assert.Equal(32, open.Client.Write(1)); // EPIPE: the first was answered with RST.
                }
            }
        );

    [Fact]
    public Task While_the_client_lives_its_server_s_end_stays_in_FIN_WAIT_2() =>
        Inside(
            nameof(While_the_client_lives_its_server_s_end_stays_in_FIN_WAIT_2),
            () =>
            {
                using Connection open = Connect(Any, Home, "a");
                open.Listener.Dispose();
                open.Child.Dispose();
                Await(() => Rows().Any(r => r.State == TcpState.FinWait2));
                Assert.Equal([RawSocket.Eaddrinuse, 0], [Try(Any, ""), Try(Any, "a")]);
                Assert.DoesNotContain(Rows(), r => r.State == TcpState.TimeWait);
                open.Client.Dispose();
                Await(() => Rows().Any(r => r.State == TcpState.TimeWait));
            }
        );

    [Fact]
    public Task CLOSE_WAIT_stays_until_the_program_closes_and_is_judged_by_its_option() =>
        Inside(
            nameof(CLOSE_WAIT_stays_until_the_program_closes_and_is_judged_by_its_option),
            () =>
            {
                foreach (string old in (string[])["", "a"])
                {
                    using Connection open = Connect(Any, Home, old);
                    open.Client.Dispose();
                    open.Listener.Dispose();
                    Await(() => Rows().Any(r => r is { State: TcpState.CloseWait, TimerKind: TimerKind.Off }));
                    Assert.Equal([RawSocket.Eaddrinuse, old == "a" ? 0 : RawSocket.Eaddrinuse], [Try(Any, ""), Try(Any, "a")]);
                }
            }
        );

    [Fact]
    public Task Without_room_for_TIME_WAIT_there_is_none_and_it_is_counted() =>
        Inside(
            nameof(Without_room_for_TIME_WAIT_there_is_none_and_it_is_counted),
            () =>
            {
                Sysctl("tcp_max_tw_buckets", "0");
                long before = Counter("TCPTimeWaitOverflow");
                LeaveTimeWait(Any, Home, "", expected: false);
                Assert.Empty(Rows());
                Assert.Equal(before + 1, Counter("TCPTimeWaitOverflow"));
                Assert.Equal(0, Try(Any, ""));
            }
        );

    [Fact]
    public Task A_close_that_resets_leaves_nothing() =>
        Inside(
            nameof(A_close_that_resets_leaves_nothing),
            () =>
            {
                using (Connection linger = Connect(Any, Home, ""))
                {
                    linger.Child.Abort();
                    linger.Listener.Dispose();
                    Assert.Equal(-RawSocket.Econnreset, linger.Client.Read());
                    NothingIsLeft();
                }
                using (Connection unread = Connect(Any, Home, ""))
                {
                    Assert.Equal((0, 0), (unread.Client.Write(5), unread.Child.Write(3)));
                    unread.Child.Dispose();
                    unread.Listener.Dispose();
                    Assert.Equal((3, -RawSocket.Econnreset), (unread.Client.Read(), unread.Client.Read()));
                    NothingIsLeft();
                }
                _port++;
                using RawSocket listener = new(v6: false),
                    client = new(v6: false);
                Assert.Equal((0, 0, 0), (listener.Bind(At(Any)), listener.Listen(), client.Connect(At(Home))));
                listener.Dispose(); // Nobody accepted the connection.
                Assert.Equal(-RawSocket.Econnreset, client.Read());
                NothingIsLeft();

                static void NothingIsLeft()
                {
                    Assert.Empty(Rows());
                    Assert.Equal(0, Try(Any, ""));
                }
            }
        );

    [Fact]
    public Task A_RST_ends_TIME_WAIT_unless_tcp_rfc1337_forbids_it() =>
        Inside(
            nameof(A_RST_ends_TIME_WAIT_unless_tcp_rfc1337_forbids_it),
            () =>
            {
                foreach (bool guarded in (bool[])[false, true])
                {
                    Sysctl("tcp_rfc1337", guarded ? "1" : "0");
                    LeaveTimeWait(Any, Home, "", source: "a");
                    Assert.Contains(Rows(), r => r.State == TcpState.TimeWait);
                    using RawSocket again = new(v6: false, reuseAddr: true);
                    Assert.Equal(0, again.Bind(At(Home, Source)));
                    Assert.Equal(guarded ? RawSocket.Einprogress : RawSocket.Econnrefused, guarded ? again.Begin(At(Home)) : again.Connect(At(Home)));
                    Assert.Equal(guarded, Rows().Any(r => r.State == TcpState.TimeWait));
                    Assert.Equal(guarded, All().Any(r => r.State == TcpState.SynSent && r.Local.Port == Source));
                    Assert.Equal(guarded ? RawSocket.Eaddrinuse : 0, Try(Any, ""));
                }
            }
        );

    [Fact]
    public Task A_fixed_source_port_in_TIME_WAIT_can_be_used_again_with_timestamps() =>
        Inside(
            nameof(A_fixed_source_port_in_TIME_WAIT_can_be_used_again_with_timestamps),
            () =>
            {
                foreach (
                    (string reuse, string timestamps, string options, int bind, int connect) in ((string, string, string, int, int)[])
                        [
                            ("2", "1", "", RawSocket.Eaddrinuse, 0),
                            ("0", "1", "a", 0, 0),
                            ("1", "1", "a", 0, 0),
                            ("2", "1", "a", 0, 0),
                            ("0", "0", "a", 0, RawSocket.Eaddrnotavail),
                            ("1", "0", "a", 0, RawSocket.Eaddrnotavail),
                        ]
                )
                {
                    Sysctl("tcp_tw_reuse", reuse);
                    Sysctl("tcp_timestamps", timestamps);
                    using Connection first = Connect(Any, Home, "", source: options);
                    first.Client.Dispose();
                    first.Child.Dispose();
                    Assert.Contains(All(), r => r.State == TcpState.TimeWait && r.Local.Port == Source);
                    using RawSocket again = new(v6: false, reuseAddr: options == "a");
                    Assert.Equal(bind, again.Bind(At(Home, Source)));
                    if (bind == 0)
                        Assert.Equal(connect, again.Connect(At(Home)));
                }
            }
        );

    [Fact]
    public Task Source_ports_run_out_for_each_server_apart() =>
        Inside(
            nameof(Source_ports_run_out_for_each_server_apart),
            () =>
            {
                foreach (string reuse in (string[])["0", "2"])
                {
                    Sysctl("tcp_tw_reuse", reuse);
                    ushort first = (ushort)(reuse == "0" ? 21_000 : 22_000);
                    Sysctl("ip_local_port_range", $"{first} {first + 1}");
                    using RawSocket other = new(v6: false),
                        third = new(v6: false),
                        elsewhere = new(v6: false),
                        second = new(v6: false);
                    Assert.Equal((0, 0), (other.Bind(At(Any, 9_998)), other.Listen()));
                    using Connection open = Connect(Any, Home, "");
                    Assert.Equal((0, RawSocket.Eaddrnotavail, 0), (second.Connect(At(Home)), third.Connect(At(Home)), elsewhere.Connect(At(Home, 9_998))));
                    open.Client.Dispose();
                    open.Child.Dispose();
                    Assert.Equal(RawSocket.Eaddrnotavail, Again());
                    if (reuse == "2")
                        Await(() => Again() == 0); // About a second after the last segment, on loopback.
                }

                static int Again()
                {
                    using RawSocket socket = new(v6: false);
                    return socket.Connect(At(Home));
                }
            }
        );

    [Fact]
    public Task Two_clients_on_one_local_port_need_two_servers() =>
        Inside(
            nameof(Two_clients_on_one_local_port_need_two_servers),
            () =>
            {
                using RawSocket other = new(v6: false),
                    two = new(v6: false, reuseAddr: true);
                Assert.Equal((0, 0), (other.Bind(At(Any, 9_998)), other.Listen()));
                using Connection one = Connect(Any, Home, "", source: "a");
                Assert.Equal(0, two.Bind(At(Home, Source)));
                Assert.Equal((RawSocket.Eaddrnotavail, 0), (two.Connect(At(Home)), two.Connect(At(Home, 9_998))));
            }
        );

    [Fact]
    public Task IPv4_and_IPv6_share_a_port() =>
        Inside(
            nameof(IPv4_and_IPv6_share_a_port),
            () =>
            {
                foreach (
                    (string first, bool firstV6Only, string second, bool secondV6Only, bool both) in ((string, bool, string, bool, bool)[])
                        [
                            ("[::]", false, Any, false, false),
                            (Any, false, "[::]", false, false),
                            ("[::]", true, Any, false, true),
                            (Any, false, "[::]", true, true),
                            ("[::1]", false, Any, false, true),
                            (Any, false, "[::1]", false, true),
                            (Any, false, Mapped, false, false),
                            (Mapped, false, Any, false, false),
                            ("[::]", true, Mapped, false, true),
                            (Mapped, false, "[::]", true, true),
                        ]
                )
                {
                    _port++;
                    using RawSocket one = Make(first, "", firstV6Only),
                        two = Make(second, "", secondV6Only);
                    Assert.Equal((0, 0), (one.Bind(At(first)), one.Listen()));
                    Assert.Equal(both ? 0 : RawSocket.Eaddrinuse, two.Bind(At(second)));
                    if (both)
                        Assert.Equal(0, two.Listen());
                }
            }
        );

    [Fact]
    public Task IPV6_V6ONLY_comes_before_bind_and_excludes_mapped_addresses() =>
        Inside(
            nameof(IPV6_V6ONLY_comes_before_bind_and_excludes_mapped_addresses),
            () =>
            {
                _port++;
                using RawSocket mapped = Make(Mapped, "", v6Only: true),
                    late = Make("[::]", "");
                Assert.Equal(RawSocket.Einval, mapped.Bind(At(Mapped)));
                Assert.Equal((0, RawSocket.Einval), (late.Bind(At("[::]")), late.SetV6Only()));
            }
        );

    [Fact]
    public Task TIME_WAIT_of_a_dual_stack_server_is_judged_by_the_client_s_address() =>
        Inside(
            nameof(TIME_WAIT_of_a_dual_stack_server_is_judged_by_the_client_s_address),
            () =>
            {
                LeaveTimeWait("[::]", Mapped, "");
                Assert.Equal(Mapped, Text(Assert.Single(Rows("/proc/self/net/tcp6")).Local));
                Assert.Empty(Rows("/proc/self/net/tcp"));
                Assert.Equal([RawSocket.Eaddrinuse, RawSocket.Eaddrinuse, 0], Binds("", Any, "[::]", "127.0.0.2"));
                Assert.Equal(0, Try("[::]", "", v6Only: true));

                LeaveTimeWait("[::]", "[::1]", "");
                Assert.Equal([RawSocket.Eaddrinuse, RawSocket.Eaddrinuse, 0], Binds("", Any, "[::]", "127.0.0.2"));
                Assert.Equal(RawSocket.Eaddrinuse, Try("[::]", "", v6Only: true));
            }
        );

    [Fact]
    public Task TIME_WAIT_of_one_address_leaves_the_others_free() =>
        Inside(
            nameof(TIME_WAIT_of_one_address_leaves_the_others_free),
            () =>
            {
                LeaveTimeWait(Home, Home, "");
                Assert.Equal([0, 0, RawSocket.Eaddrinuse, RawSocket.Eaddrinuse], Binds("", "127.0.0.2", "[::1]", Any, "[::]"));
                Assert.Equal(0, Try("[::]", "", v6Only: true));
            }
        );

    [Fact]
    public Task Listeners_on_two_addresses_leave_no_room_for_the_wildcard() =>
        Inside(
            nameof(Listeners_on_two_addresses_leave_no_room_for_the_wildcard),
            () =>
            {
                foreach (string options in (string[])["", "a"])
                {
                    _port++;
                    using RawSocket one = Make(Home, options),
                        two = Make("127.0.0.2", options);
                    Assert.Equal((0, 0, 0, 0), (one.Bind(At(Home)), one.Listen(), two.Bind(At("127.0.0.2")), two.Listen()));
                    Assert.Equal(RawSocket.Eaddrinuse, Try(Any, options));
                }
            }
        );

    [Fact]
    public Task A_full_accept_queue_holds_one_more_than_the_backlog_and_drops_SYNs() =>
        Inside(
            nameof(A_full_accept_queue_holds_one_more_than_the_backlog_and_drops_SYNs),
            () =>
            {
                _port++;
                (long overflows, long drops) = (Counter("ListenOverflows"), Counter("ListenDrops"));
                using RawSocket listener = new(v6: false);
                Assert.Equal((0, 0), (listener.Bind(At(Any)), listener.Listen(1)));
                using var clients = new Open();
                for (int i = 0; i < 2; i++)
                    Assert.Equal(0, clients.Add(new(v6: false)).Connect(At(Home)));
                for (int i = 0; i < 2; i++)
                    Assert.Equal(RawSocket.Einprogress, clients.Add(new(v6: false)).Begin(At(Home)));
                Assert.Equal(2u, Rows().Single(r => r.State == TcpState.Listen).RxQueue);
                Assert.Equal(2, All().Count(r => r.State == TcpState.SynSent && r.Remote.Port == _port));
                Assert.True(Counter("ListenOverflows") >= overflows + 2 && Counter("ListenDrops") >= drops + 2);
            }
        );

    private static ushort Source => (ushort)(_port + 10_000);

    private static Task Inside(string method, Action body, bool users = false) =>
        OwnNamespace.Run(
            (typeof(FieldCasesTests), method),
            () =>
            {
                Sysctl("ip_local_port_range", "40000 65000");
                body();
                return Task.CompletedTask;
            },
            users
        );

    /// <summary>A listener on the next port, a connection to it, and both of its ends.</summary>
    /// <param name="options">a: SO_REUSEADDR, p: SO_REUSEPORT, of the listener.</param>
    /// <param name="source">The client's options when it binds a fixed port first; null: the kernel chooses.</param>
    private static Connection Connect(string bound, string reached, string options, string? source = null)
    {
        _port++;
        RawSocket listener = Make(bound, options),
            client = Make(reached, source ?? "");
        RawSocket.Must(listener.Bind(At(bound)));
        RawSocket.Must(listener.Listen());
        if (source is not null)
            RawSocket.Must(client.Bind(At(reached, Source)));
        RawSocket.Must(client.Connect(At(reached)));
        return new(listener, client, listener.Accept());
    }

    /// <summary>The server closes first, the client next, and the listener last.</summary>
    private static void LeaveTimeWait(
        string bound,
        string reached,
        string options,
        Action<RawSocket>? accepted = null,
        Action<RawSocket>? listener = null,
        string? source = null,
        bool expected = true
    )
    {
        using Connection open = Connect(bound, reached, options, source);
        accepted?.Invoke(open.Child);
        listener?.Invoke(open.Listener);
        open.Child.Dispose();
        Assert.Equal(0, open.Client.Read());
        open.Client.Dispose();
        open.Listener.Dispose();
        if (expected)
            Assert.Equal(TcpState.TimeWait, Assert.Single(Rows()).State);
    }

    private static int[] Binds(string options, params string[] addresses) => [.. addresses.Select(a => Try(a, options))];

    private static int Try(string address, string options, bool v6Only = false)
    {
        using RawSocket socket = Make(address, options, v6Only);
        return socket.Bind(At(address));
    }

    private static RawSocket Make(string address, string options, bool v6Only = false) =>
        new(address[0] == '[', v6Only, options.Contains('a', StringComparison.Ordinal), options.Contains('p', StringComparison.Ordinal));

    private static TcpEndpoint At(string address, ushort? port = null) =>
        TcpEndpoint.TryParse(string.Create(CultureInfo.InvariantCulture, $"{address}:{port ?? _port}"), out TcpEndpoint endpoint)
            ? endpoint
            : throw new ArgumentException(address);

    private static string Text(TcpEndpoint endpoint) => endpoint.ToString()[..^(1 + endpoint.Port.ToString(CultureInfo.InvariantCulture).Length)];

    /// <summary>The rows of the port at hand.</summary>
    private static SocketRow[] Rows(string? table = null) => [.. All(table).Where(r => r.Local.Port == _port)];

    private static IEnumerable<SocketRow> All(string? table = null)
    {
        foreach (string line in (table is null ? (string[])["/proc/self/net/tcp", "/proc/self/net/tcp6"] : [table]).SelectMany(t => File.ReadLines(t).Skip(1)))
        {
            Assert.True(ProcNetTcp.TryParse(Encoding.ASCII.GetBytes(line), out SocketRow row), line);
            yield return row;
        }
    }

    private static long Counter(string name)
    {
        string[] lines = File.ReadAllLines("/proc/self/net/netstat");
        int names = Array.FindIndex(lines, l => l.Contains($" {name} ", StringComparison.Ordinal));
        return long.Parse(lines[names + 1].Split(' ')[Array.IndexOf(lines[names].Split(' '), name)], CultureInfo.InvariantCulture);
    }

    private static void Sysctl(string name, string value) => File.WriteAllText($"/proc/sys/net/ipv4/{name}", value);

    private static void Await(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(
                Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30),
                $"It did not come: {string.Join(", ", All().Select(r => $"{r.Local} {r.Remote} {r.State}"))}"
            );
        }
    }

    private sealed record Connection(RawSocket Listener, RawSocket Client, RawSocket Child) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Child.Dispose();
            Listener.Dispose();
        }
    }

    private sealed class Open : IDisposable
    {
        private readonly List<RawSocket> _sockets = [];

        public RawSocket Add(RawSocket socket)
        {
            _sockets.Add(socket);
            return socket;
        }

        public void Dispose() => _sockets.ForEach(s => s.Dispose());
    }
}
