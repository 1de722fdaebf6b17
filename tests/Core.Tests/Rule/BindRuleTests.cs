using CsCheck;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Rule;

public sealed class BindRuleTests
{
    [Theory]
    [InlineData(false, false, BindClause.NeitherReuseAddr, "BothReuseAddr BothReusePort WaitForTimeWait")]
    [InlineData(true, false, BindClause.CandidateLacksReuseAddr, "CandidateReuseAddr BothReusePort WaitForTimeWait")]
    [InlineData(false, true, BindClause.OtherLacksReuseAddr, "OtherReuseAddr BothReusePort WaitForTimeWait")]
    public void Names_who_lacks_SO_REUSEADDR_over_TIME_WAIT(bool other, bool candidate, BindClause clause, string remedies)
    {
        PortSocket inTheWay = Socket(TcpState.TimeWait) with { ReuseAddr = other };
        BindVerdict verdict = Judge(Candidate() with { ReuseAddr = candidate }, inTheWay);
        Assert.Equal(BindOutcome.InUse, verdict.Outcome);
        Assert.Equal(new BindObstacle(inTheWay, clause, Certain: true), Assert.Single(verdict.Obstacles));
        Assert.Equal(remedies, string.Join(' ', verdict.Remedies));
    }

    [Fact]
    public void Is_content_over_TIME_WAIT_when_both_have_SO_REUSEADDR()
    {
        BindVerdict verdict = Judge(Candidate() with { ReuseAddr = true }, Socket(TcpState.TimeWait) with { ReuseAddr = true });
        Assert.Equal(BindOutcome.Ok, verdict.Outcome);
        Assert.Empty(verdict.Obstacles);
        Assert.Empty(verdict.Remedies);
    }

    [Fact]
    public void Says_that_SO_REUSEADDR_does_not_help_against_a_listener()
    {
        BindVerdict verdict = Judge(Candidate() with { ReuseAddr = true }, Socket(TcpState.Listen) with { ReuseAddr = true });
        Assert.Equal(BindClause.OtherListens, Assert.Single(verdict.Obstacles).Clause);
        Assert.Equal([BindRemedy.BothReusePort, BindRemedy.CloseListener], verdict.Remedies);
    }

    [Fact]
    public void Names_the_other_user_when_both_have_SO_REUSEPORT()
    {
        BindVerdict verdict = Judge(Candidate() with { ReusePort = true, Uid = 1000 }, Socket(TcpState.Listen) with { ReusePort = true });
        Assert.Equal(BindClause.OtherUser, Assert.Single(verdict.Obstacles).Clause);
        Assert.Equal([BindRemedy.SameUser, BindRemedy.CloseListener], verdict.Remedies);
        Assert.Equal(BindOutcome.Ok, Judge(Candidate() with { ReusePort = true, Uid = 1000 }, Socket(TcpState.TimeWait) with { ReusePort = true }).Outcome);
    }

    [Fact]
    public void Proposes_v6_only_when_only_IPv4_is_in_the_way()
    {
        BindVerdict verdict = Judge(Candidate() with { Local = At("[::]:11111") }, Socket(TcpState.Listen));
        Assert.Contains(BindRemedy.CandidateV6Only, verdict.Remedies);
    }

    [Fact]
    public void Does_not_propose_to_wait_when_something_else_is_in_the_way_too()
    {
        BindVerdict verdict = Judge(Candidate(), Socket(TcpState.TimeWait), Socket(TcpState.Established));
        Assert.Equal(2, verdict.Obstacles.Count);
        Assert.DoesNotContain(BindRemedy.WaitForTimeWait, verdict.Remedies);
    }

    [Fact]
    public void Says_when_the_two_have_different_options()
    {
        PortSocket left = Socket(TcpState.TimeWait) with { ReusePort = true };
        Assert.Equal(BindClause.OptionsDiffer, Assert.Single(Judge(Candidate() with { ReuseAddr = true }, left).Obstacles).Clause);
        Assert.Equal(
            [BindRemedy.OtherReuseAddr, BindRemedy.CandidateReusePort, BindRemedy.WaitForTimeWait],
            Judge(Candidate() with { ReuseAddr = true }, left).Remedies
        );
        Assert.Equal(
            [BindRemedy.OtherReusePort],
            Judge(Candidate() with { ReusePort = true }, Socket(TcpState.Established) with { ReuseAddr = true, Inode = 5 })
                .Remedies.Where(r => r == BindRemedy.OtherReusePort)
        );
    }

    [Fact]
    public void Names_who_can_end_what_is_in_the_way()
    {
        Assert.Contains(BindRemedy.WaitForOrphan, Judge(Candidate(), Socket(TcpState.FinWait2)).Remedies);
        Assert.DoesNotContain(BindRemedy.WaitForOrphan, Judge(Candidate(), Socket(TcpState.FinWait2) with { Inode = 5 }).Remedies);
        Assert.Contains(BindRemedy.WaitForOrphan, Judge(Candidate(), Socket(TcpState.LastAck), Socket(TcpState.TimeWait)).Remedies);
        Assert.Contains(BindRemedy.CloseOther, Judge(Candidate(), Socket(TcpState.CloseWait) with { Inode = 5 }).Remedies);
        Assert.Contains(BindRemedy.CloseOther, Judge(Candidate(), Socket(TcpState.BoundInactive)).Remedies);
        Assert.DoesNotContain(BindRemedy.CloseOther, Judge(Candidate(), Socket(TcpState.Established) with { Inode = 5 }).Remedies);
    }

    [Fact]
    public void A_v6_only_socket_cannot_have_a_mapped_address() =>
        Assert.Equal(BindOutcome.Invalid, Judge(Candidate() with { Local = At("[::ffff:127.0.0.1]:11111"), V6Only = true }).Outcome);

    [Fact]
    public void TIME_WAIT_of_a_real_IPv6_client_leaves_the_mapped_wildcard_free_and_not_the_IPv4_one()
    {
        PortSocket left = Socket(TcpState.TimeWait) with { Local = At("[::1]:11111"), V6Only = false };
        Assert.Equal(BindOutcome.Ok, Judge(Candidate() with { Local = At("[::ffff:0.0.0.0]:11111") }, left).Outcome);
        Assert.Equal(BindOutcome.InUse, Judge(Candidate(), left).Outcome);
    }

    [Fact]
    public void A_listener_on_one_IPv6_address_takes_no_IPv4_whether_or_not_that_was_told() =>
        Assert.Equal(BindOutcome.Ok, Judge(Candidate(), Socket(TcpState.Listen) with { Local = At("[::1]:11111") }).Outcome);

    [Fact]
    public void What_a_bucket_remembers_lets_a_socket_pass()
    {
        BindCandidate first = Candidate() with { ReusePort = true },
            second = Candidate() with { ReusePort = true, Local = At("127.0.0.1:11111") };
        PortSocket cleared = Socket(TcpState.BoundInactive) with { Local = first.Local };
        BindBucket bucket = BindBucket.Empty.After(PortCall.Bind, first, first: true, BucketMemory.ReusePort);
        BindVerdict verdict = BindRule.Judge(PortCall.Bind, second, [cleared], bucket);
        Assert.Equal((BindOutcome.Ok, cleared), (verdict.Outcome, Assert.Single(verdict.Remembered).Socket));
        Assert.Equal(BindOutcome.InUse, BindRule.Judge(PortCall.Bind, second with { Uid = 5 }, [cleared], bucket).Outcome);
        Assert.Equal(BindOutcome.InUse, BindRule.Judge(PortCall.Bind, second with { ReusePort = false, ReuseAddr = true }, [cleared], bucket).Outcome);
        Assert.Equal(BindBucket.Empty, bucket.After(PortCall.Listen, first with { ReusePort = false }, first: false, BucketMemory.ReusePort));
        Assert.Equal(BindOutcome.Unknown, BindRule.Judge(PortCall.Bind, second, [cleared], BindBucket.Unknown(BucketMemory.ReusePort)).Outcome);
        Assert.Equal(
            BindOutcome.InUse,
            BindRule.Judge(PortCall.Bind, second, [cleared with { State = TcpState.Listen, Uid = 7 }], BindBucket.Unknown(BucketMemory.ReusePort)).Outcome
        );
    }

    [Fact]
    public void Is_unknown_when_the_option_that_decides_is_unknown()
    {
        PortSocket foreign = Socket(TcpState.TimeWait) with { ReuseAddr = null, ReusePort = null };
        BindVerdict verdict = Judge(Candidate() with { ReuseAddr = true }, foreign);
        Assert.Equal(BindOutcome.Unknown, verdict.Outcome);
        Assert.Equal(new BindObstacle(foreign, BindClause.OtherOptionsUnknown, Certain: false), Assert.Single(verdict.Obstacles));
        Assert.Contains(BindRemedy.OtherReuseAddr, verdict.Remedies);
    }

    [Fact]
    public void Is_certain_without_the_option_that_decides_nothing()
    {
        PortSocket foreign = Socket(TcpState.TimeWait) with { ReuseAddr = null, ReusePort = null, Uid = null };
        Assert.Equal(BindOutcome.InUse, Judge(Candidate(), foreign).Outcome);
        Assert.Equal(BindOutcome.InUse, Judge(Candidate() with { ReuseAddr = true }, foreign with { State = TcpState.Listen }).Outcome);
        Assert.Equal(BindOutcome.Ok, Judge(Candidate() with { Local = At("127.0.0.2:11111") }, foreign).Outcome);
    }

    [Fact]
    public void Says_that_an_unknown_IPV6_V6ONLY_decides()
    {
        PortSocket listener = Socket(TcpState.Listen) with { Local = At("[::]:11111") };
        Assert.Equal(BindClause.OtherV6OnlyUnknown, Assert.Single(Judge(Candidate(), listener).Obstacles).Clause);
    }

    [Fact]
    public void Leaves_other_ports_alone() =>
        Assert.Equal(BindOutcome.Ok, Judge(Candidate(), Socket(TcpState.Listen) with { Local = At("0.0.0.0:11112") }).Outcome);

    [Fact]
    public void Is_unknown_exactly_when_the_unknown_decides()
    {
        Gen<bool?> maybe = Any<bool?>(null, false, true);
        Gen<TcpEndpoint> address = Any("0.0.0.0:7", "127.0.0.1:7", "127.0.0.2:7", "[::]:7", "[::1]:7", "[::ffff:127.0.0.1]:7", "0.0.0.0:8").Select(At);
        Gen<PortSocket> socket = Gen.Select(
            Any(TcpState.Listen, TcpState.TimeWait, TcpState.Established),
            address,
            maybe,
            maybe,
            maybe,
            Any<uint?>(null, 0, 1),
            (state, local, addr, port, v6Only, uid) =>
                new PortSocket
                {
                    State = state,
                    Local = local,
                    ReuseAddr = addr,
                    ReusePort = port,
                    V6Only = v6Only,
                    Uid = uid,
                }
        );
        Gen<BindCandidate> candidate = Gen.Select(
            address,
            Gen.Bool,
            Gen.Bool,
            Gen.Bool,
            (local, addr, port, v6Only) =>
                new BindCandidate
                {
                    Local = local,
                    ReuseAddr = addr,
                    ReusePort = port,
                    V6Only = v6Only,
                }
        );

        Gen.Select(candidate, socket.Array[0, 2])
            .Sample(
                (mine, others) =>
                {
                    HashSet<BindOutcome> possible = [.. Worlds(others).Select(world => BindRule.Judge(PortCall.Bind, mine, world).Outcome)];
                    Assert.DoesNotContain(BindOutcome.Unknown, possible);
                    Assert.Equal(possible.Count == 1 ? possible.Single() : BindOutcome.Unknown, BindRule.Judge(PortCall.Bind, mine, others).Outcome);
                }
            );
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static IEnumerable<PortSocket[]> Worlds(PortSocket[] sockets)
    {
        IEnumerable<PortSocket[]> worlds =
        [
            [],
        ];
        foreach (PortSocket socket in sockets)
        {
            PortSocket[] kinds =
            [
                .. from addr in Values(socket.ReuseAddr)
                from port in Values(socket.ReusePort)
                from v6Only in V6Only(socket)
                from uid in socket.Uid is { } known ? [known] : (uint[])[0, 1]
                select socket with
                {
                    ReuseAddr = addr,
                    ReusePort = port,
                    V6Only = v6Only,
                    Uid = uid,
                },
            ];
            worlds = [.. from world in worlds from kind in kinds select (PortSocket[])[.. world, kind]];
        }
        return worlds;
    }

    // On a socket bound to one IPv6 address the kernel sets it itself (__inet6_bind).
    private static bool[] V6Only(PortSocket socket) =>
        socket is { V6Only: null, State: TcpState.Listen, Local: { IsV6: true, IsV4Mapped: false, IsWildcard: false } } ? [true] : Values(socket.V6Only);

    private static bool[] Values(bool? option) => option is { } known ? [known] : [false, true];

    private static BindVerdict Judge(BindCandidate candidate, params PortSocket[] sockets) => BindRule.Judge(PortCall.Bind, candidate, sockets);

    private static BindCandidate Candidate() => new() { Local = At("0.0.0.0:11111") };

    private static PortSocket Socket(TcpState state) =>
        new()
        {
            State = state,
            Local = At("127.0.0.1:11111"),
            ReuseAddr = false,
            ReusePort = false,
            Uid = 0,
        };

    private static TcpEndpoint At(string text) => TcpEndpoint.TryParse(text, out TcpEndpoint endpoint) ? endpoint : throw new ArgumentException(text);
}
