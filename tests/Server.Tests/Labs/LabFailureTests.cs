using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using static ReuseAddrDashboard.Server.Tests.Labs.BenchScenarios;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>Why a step failed is told by what was seen, and by errno only where nothing was.</summary>
public sealed class LabFailureTests
{
    private static readonly (string, int, string) Refused = ("ECONNREFUSED", 111, "Connection refused"),
        Reset = ("ECONNRESET", 104, "Connection reset by peer");

    /// <summary>
    /// What a host saw while connect was made: S and R for a segment sent or received at the client, s for one that arrived at the server; L for its LISTEN
    /// row, Q for one with a full queue.
    /// </summary>
    private static Message Connect((string, int, string) error, bool cutShort, string seen, bool captures = true)
    {
        var bench = new LabBench(null, Rebind());
        HostFacts Sees(string role) =>
            Facts(role) with
            {
                Sources = [.. SourceFact.All.Select(s => s == SourceFact.Capture && !captures ? new(s, false, new Message("x")) : SourceFact.Has(s))],
            };
        BenchAgent client = bench.Join("client", Sees("client")),
            server = bench.Join("server", Sees("server"));
        string run = bench.Start();
        bench.Ask(new RunStep(run, "start"));
        client.Result = c => c.Call == SocketCall.Connect ? error : null;
        client.Shape = (o, call) =>
            o.Call == SocketCall.Connect && cutShort ? call with { Remark = Message.Of("remark.no-reply", ("limit", 10_000_000_000)) } : call;
        client.Sees = o =>
            o is not CallOrder { Call: SocketCall.Connect }
                ? []
                : seen.Select(
                        RunEvent? (c) =>
                            c switch
                            {
                                'S' => Segment(ClientEnd, ServerEnd, "SYN", bench.Now, true),
                                'R' => Segment(ServerEnd, ClientEnd, "RST,ACK", bench.Now, false),
                                _ => null,
                            }
                    )
                    .OfType<RunEvent>();
        server.Sees = o =>
            o is not LookOrder || !client.Calls.Any(c => c.Call == SocketCall.Connect)
                ? []
                : seen.Select(
                        RunEvent? (c) =>
                            c switch
                            {
                                's' => Segment(ClientEnd, ServerEnd, "SYN", bench.Now, false),
                                'L' => Row("0.0.0.0:22222", "0.0.0.0:0", null, TcpState.Listen, bench.Now, 7) with { Backlog = 5 },
                                'Q' => Row("0.0.0.0:22222", "0.0.0.0:0", null, TcpState.Listen, bench.Now, 7) with { Backlog = 1, RecvQ = 2 },
                                _ => null,
                            }
                    )
                    .OfType<RunEvent>();
        LabReply reply = bench.Ask(new RunStep(run, "connect"));
        Assert.Equal(cutShort ? [] : [$"connect: {error.Item3}"], bench.Log<OutputEvent>(run).Select(o => o.Text));
        return reply.Refusal!;
    }

    [Theory]
    [InlineData("SR", "step.nobody-listens")]
    [InlineData("SsRL", "step.rejected")]
    [InlineData("S", "step.rejected-unseen")]
    public void What_refused_a_connection_is_told_by_segments_and_sockets(string seen, string code) => Assert.Equal(code, Connect(Refused, false, seen).Code);

    [Theory]
    [InlineData("SSS", "step.syn-lost")]
    [InlineData("SSsL", "step.syn-dropped")]
    [InlineData("SSsQ", "step.queue-full")]
    [InlineData("", "step.syn-never-left")]
    [InlineData("SR", "step.nobody-listens")]
    public void Without_a_reply_what_errno_says_is_the_agents_own_doing(string seen, string code) => Assert.Equal(code, Connect(Reset, true, seen).Code);

    [Fact]
    public void Where_nothing_is_captured_errno_is_all_there_is()
    {
        Assert.Equal("step.refused", Connect(Refused, false, "", captures: false).Code);
        Assert.Equal("step.no-reply", Connect(Reset, true, "", captures: false).Code);
    }

    [Theory]
    [InlineData("EADDRINUSE", "step.in-use")]
    [InlineData("EACCES", "step.privileged")]
    [InlineData("EADDRNOTAVAIL", "step.address-not-here")]
    [InlineData("EINVAL", "step.call-failed")]
    public void What_bind_says_is_explained_and_every_reason_has_its_sentence(string errno, string code)
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        server.Result = c => c.Call == SocketCall.Bind ? (errno, 1, "Text") : null;
        string run = bench.Start();
        Message why = bench.Ask(new RunStep(run, "start")).Refusal!;
        Assert.Equal(code, why.Code);
        Assert.Contains(errno, TextCatalog.English[why]);
    }
}
