using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Tests;

/// <summary>
/// Runs of the version before: three real ones in <c>Log/Format1</c>, whose conversions are the logs of <c>Fold/Logs</c>, and single events with all that
/// format 1 could say.
/// </summary>
public sealed class RunFormat1Tests
{
    private static byte[] Old(string run) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Log", "Format1", run + ".json"));

    [Theory]
    [InlineData("plain"), InlineData("destroyed"), InlineData("traced")]
    public void A_run_file_is_converted_as_its_golden_file_says(string run)
    {
        RunFile converted = RunReader.File(Old(run));
        Assert.Equal(JsonSerializer.Serialize(RealRuns.Read(run), WireJson.Default.RunFile), JsonSerializer.Serialize(converted, WireJson.Default.RunFile));
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(RealRuns.PathOf(run))), JsonSerializer.SerializeToNode(converted, WireJson.Default.RunFile)),
            "the golden file has what the program writes"
        );
    }

    [Theory]
    [InlineData("plain"), InlineData("destroyed"), InlineData("traced")]
    public void A_stored_run_is_converted_row_by_row_as_its_file_is(string run)
    {
        JsonObject file = JsonNode.Parse(Old(run))!.AsObject();
        string[] events = [.. file["events"]!.AsArray().Select(e => e!.ToJsonString())];
        file.Remove("events");
        (RunHeader header, IReadOnlyList<RunEvent> log) = RunReader.Log(file.ToJsonString(), events);
        Assert.Equal(
            JsonSerializer.Serialize(RealRuns.Read(run), WireJson.Default.RunFile),
            JsonSerializer.Serialize(RunFiles.Make(header, log), WireJson.Default.RunFile)
        );
    }

    [Theory]
    [InlineData("plain"), InlineData("destroyed"), InlineData("traced")]
    public void The_line_of_a_call_and_its_result_are_those_that_the_file_had(string run)
    {
        RunFile converted = RunReader.File(Old(run));
        using JsonDocument old = JsonDocument.Parse(Old(run));
        foreach (
            JsonElement e in old
                .RootElement.GetProperty("events")
                .EnumerateArray()
                .Where(e => e.GetProperty("kind").GetString() == "call" && e.GetProperty("call").GetString() != "SOCK_DESTROY")
        )
        {
            Assert.Equal(
                e.GetProperty("args").GetString(),
                StraceLine.Arguments((CallEvent)converted.Events.Single(c => c.Seq == e.GetProperty("seq").GetInt64()))
            );
        }

        JsonElement rebind = old.RootElement.GetProperty("rebind")[0];
        RunResult result = Assert.Single(converted.Results);
        Assert.Equal(
            (rebind.GetProperty("call").GetString(), rebind.GetProperty("errno").GetString(), rebind.GetProperty("result").GetInt64()),
            (result.Call, result.Errno, result.Result)
        );
    }

    [Theory]
    [InlineData("socket", "AF_INET6, SOCK_STREAM, IPPROTO_IP", 3)]
    [InlineData("setsockopt", "3, SOL_SOCKET, SO_REUSEADDR, [1], 4", 0)]
    [InlineData("setsockopt", "3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8", 0)]
    [InlineData("setsockopt", "3, SOL_IPV6, IPV6_V6ONLY, [0], 4", 0)]
    [InlineData("getsockopt", "3, SOL_SOCKET, SO_REUSEPORT, [1], [4]", 0)]
    [InlineData("getsockopt", "3, SOL_SOCKET, SO_LINGER, 0x7ffd12345678, [8]", -1)]
    [InlineData("bind", "3, {sa_family=AF_INET, sin_port=htons(11111), sin_addr=inet_addr(\"0.0.0.0\")}, 16", 0)]
    [InlineData(
        "bind",
        "3, {sa_family=AF_INET6, sin6_port=htons(11111), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"::ffff:127.0.0.1\", &sin6_addr), sin6_scope_id=0}, 28",
        -1
    )]
    [InlineData("connect", "3, {sa_family=AF_INET, sin_port=htons(11111), sin_addr=inet_addr(\"192.168.122.68\")}, 16", -1)]
    [InlineData("accept4", "3, {sa_family=AF_INET, sin_port=htons(40000), sin_addr=inet_addr(\"192.168.122.177\")}, [28 => 16], 0", 4)]
    [InlineData("accept4", "3, 0x7f00beef, [16], 0", -1)]
    [InlineData("listen", "3, 5", 0)]
    [InlineData("read", "3, \"\", 4096", 0)]
    [InlineData("read", "3, \"a, \\\"b\\\"]\\\\\\n\\0001\\1\\377\", 4096", 11)]
    [InlineData("read", "3, 0x7f1234, 4096", -1)]
    [InlineData("write", "3, \"\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"..., 100", 100)]
    [InlineData("shutdown", "3, SHUT_RDWR", 0)]
    [InlineData("close", "3", 0)]
    public void Every_call_that_the_version_before_made_keeps_its_line(string call, string args, long result)
    {
        CallEvent converted = Event<CallEvent>(
            new
            {
                kind = "call",
                seq = 1,
                t = 0.5,
                host = "server",
                source = "call",
                step = "a",
                attempt = 1,
                index = 0,
                socket = "lfd",
                call,
                args,
                result,
                errno = result < 0 ? "E" : null,
                duration = 1e-6,
            }
        );
        Assert.Equal(args, StraceLine.Arguments(converted));
        Assert.Equal("sv", converted.Program);
    }

    [Fact]
    public void An_argument_line_of_any_text_is_read_without_a_fault()
    {
        string[] calls = ["bind", "read", "setsockopt", "socket", "SOCK_DESTROY", "x"];
        Gen.Select(Gen.Int[0, calls.Length - 1], Gen.String)
            .Sample(
                (call, args) =>
                    _ = Event<CallEvent>(
                        new
                        {
                            kind = "call",
                            seq = 1,
                            t = 0,
                            host = "server",
                            source = "call",
                            socket = "lfd",
                            call = calls[call],
                            args,
                            result = 0,
                        }
                    ),
                iter: 2_000
            );
    }

    [Fact]
    public void Sentences_are_kept_as_they_were_beside_the_codes_there_are_now()
    {
        NoteEvent waiting = Event<NoteEvent>(
            new
            {
                kind = "note",
                seq = 1,
                t = 0,
                host = "server",
                source = "lab",
                code = "binding-again",
                level = "warning",
                text = "'Rebind' is made once a second.",
            }
        );
        Assert.Equal((NoteCodes.Repeating, NoteLevel.Warning), (waiting.Code, waiting.Level));
        Assert.Equal("'Rebind' is made once a second.", TextCatalog.English[waiting.Message]);
        NoteEvent lost = Event<NoteEvent>(
            new
            {
                kind = "note",
                seq = 1,
                t = 0,
                host = "client",
                source = "lab",
                code = "agent-lost",
                level = "info",
                text = "The client's agent is gone.",
            }
        );
        Assert.Equal(Message.Of(NoteCodes.AgentLost, ("host", "client")), lost.Message);
        Assert.Equal(
            "Segments were lost.",
            TextCatalog.English[
                Event<GapEvent>(
                    new
                    {
                        kind = "gap",
                        seq = 1,
                        t = 0,
                        host = "server",
                        source = "capture",
                        lost = 3,
                        reason = "Segments were lost.",
                    }
                ).Reason
            ]
        );
        Assert.Equal(
            "connect: refused",
            TextCatalog.English[
                Event<StepEvent>(
                    new
                    {
                        kind = "step",
                        seq = 1,
                        t = 0,
                        source = "lab",
                        step = "a",
                        attempt = 1,
                        status = "failed",
                        message = "connect: refused",
                    }
                ).Reason!
            ]
        );
        Assert.Null(
            Event<StepEvent>(
                new
                {
                    kind = "step",
                    seq = 1,
                    t = 0,
                    source = "lab",
                    step = "a",
                    attempt = 1,
                    status = "done",
                    message = (string?)null,
                }
            ).Reason
        );
        Assert.Equal(
            "The dashboard ended.",
            TextCatalog.English[
                Event<EndEvent>(
                    new
                    {
                        kind = "end",
                        seq = 1,
                        t = 0,
                        source = "lab",
                        outcome = "interrupted",
                        reason = "The dashboard ended.",
                    }
                ).Reason!
            ]
        );
        Assert.True(
            Event<GapEvent>(
                new
                {
                    kind = "gap",
                    seq = 1,
                    t = 0,
                    source = "lab",
                    lost = 1,
                    reason = new string('x', 5_000),
                }
            ).Reason.IsBounded
        );
    }

    [Fact]
    public void What_a_program_printed_belongs_to_the_one_that_called_last_where_two_have_one_command_line()
    {
        var converter = new RunFormat1(Header());
        RunEvent Next(object e) => JsonSerializer.Deserialize(converter.Event(JsonSerializer.SerializeToElement(e)), WireJson.Default.RunEvent)!;
        _ = Next(
            new
            {
                kind = "call",
                seq = 1,
                t = 0,
                host = "server",
                source = "call",
                step = "b",
                attempt = 1,
                index = 1,
                socket = "rfd",
                call = "bind",
                args = "3",
                result = -1,
                errno = "EADDRINUSE",
            }
        );
        Assert.Equal(
            "sv2",
            (
                (OutputEvent)Next(
                    new
                    {
                        kind = "output",
                        seq = 2,
                        t = 0,
                        host = "server",
                        source = "call",
                        program = "./sv 0",
                        text = "bind: Address already in use",
                        error = true,
                    }
                )
            ).Program
        );
        Assert.Equal(
            "sv2",
            (
                (CallEvent)Next(
                    new
                    {
                        kind = "call",
                        seq = 3,
                        t = 0,
                        host = "server",
                        source = "call",
                        step = "b",
                        attempt = 1,
                        index = (int?)null,
                        socket = "rfd",
                        call = "close",
                        args = "3",
                        result = 0,
                    }
                )
            ).Program
        );
    }

    [Fact]
    public void The_scenario_says_the_same_in_the_language_of_today()
    {
        Scenario script = JsonSerializer.Deserialize(new RunFormat1(Header()).Header, WireJson.Default.RunHeader)!.Script;
        Assert.Equal([null, "open(rfd)", "rebindReuseAddr", "one-namespace()"], script.Steps.SelectMany(s => s.Actions).Select(a => a.When?.Text).Distinct());
        Assert.Equal(["./sv {listenerReuseAddr}", "./sv {rebindReuseAddr}"], script.Programs.Select(p => p.Command));
        Assert.All(script.Steps.SelectMany(s => s.Actions).Where(a => a.When is not null), a => Assert.Null(a.When!.Fault));
        ScenarioStep lesson = script.Steps[1];
        Assert.True(lesson.Decides && lesson.Repeats && !script.Steps[0].Decides);
        Assert.Equal([ActionKind.Bind, ActionKind.Listen], lesson.Actions.Where(a => a.Decides).Select(a => a.Do));
        Assert.Equal("0", lesson.Actions.Single(a => a.Do == ActionKind.Connect).Port);
    }

    [Theory]
    [InlineData("127.0.0.2", "127.0.0.1", "b", 5, HostsMode.Loopback)]
    [InlineData("10.0.0.1", "10.0.0.2", "b", 6, HostsMode.Namespaces)]
    [InlineData("10.0.0.1", "10.0.0.2", "c", 6, HostsMode.Remote)]
    public void Where_the_hosts_were_is_concluded_from_their_kernels_addresses_and_namespaces(
        string client,
        string server,
        string boot,
        int space,
        HostsMode expected
    ) =>
        Assert.Equal(
            expected,
            JsonSerializer
                .Deserialize(new RunFormat1(Header(Host("client", client, "b", 5), Host("server", server, boot, space))).Header, WireJson.Default.RunHeader)!
                .Mode
        );

    [Fact]
    public void Sources_that_were_names_or_had_sentences_are_what_they_said()
    {
        HostFacts host = JsonSerializer.Deserialize(new RunFormat1(Header()).Header, WireJson.Default.RunHeader)!.Hosts[0];
        Assert.Equal(SourceFact.Has("proc"), host.Sources[0]);
        Assert.Equal(("EPERM.", "Use sudo."), (TextCatalog.English[host.Sources[1].Missing!], TextCatalog.English[host.Sources[1].Grant!]));
    }

    [Theory]
    [InlineData("""{"format":"reuseaddr-run/3"}""")]
    [InlineData("""{"format":"reuseaddr-run/1"}""")]
    [InlineData("""{"format":"reuseaddr-run/1","options":{},"script":{"defaults":{},"steps":[]},"hosts":[],"events":[]}""")]
    [InlineData("""{"format":"reuseaddr-run/1","options":{},"script":7,"hosts":[],"events":[]}""")]
    [InlineData("""{"format":"reuseaddr-run/1","options":{},"script":{"defaults":{},"steps":7},"hosts":[],"events":[]}""")]
    [InlineData("""{"format":"reuseaddr-run/2"}""")]
    [InlineData("""{}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void What_is_no_run_of_a_known_format_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => RunReader.File(Encoding.UTF8.GetBytes(json)));

    private static T Event<T>(object e)
        where T : RunEvent => (T)JsonSerializer.Deserialize(new RunFormat1(Header()).Event(JsonSerializer.SerializeToElement(e)), WireJson.Default.RunEvent)!;

    private static object Host(string name, string address, string boot, int space) =>
        new
        {
            name,
            hostName = "h",
            os = "o",
            kernel = "6.1",
            address,
            @interface = "eth0",
            bootId = boot,
            networkNamespace = space,
            agentVersion = "0.1.0",
            sources = new object[]
            {
                "proc",
                new
                {
                    name = "trace",
                    available = false,
                    missing = "EPERM.",
                    grant = "Use sudo.",
                },
            },
            sysctls = new { },
        };

    private static JsonElement Header(params object[] hosts)
    {
        object defaults = new
        {
            port = 11111,
            listenerReuseAddr = false,
            rebindReuseAddr = false,
            pauseMs = 300,
        };
        object Call(string call, string program, string? when = null, bool anyPort = false) =>
            new
            {
                host = "server",
                program,
                socket = program == "./sv {0}" ? "lfd" : "rfd",
                call,
                when,
                address = call is "bind" or "connect" ? "0.0.0.0" : null,
                anyPort,
                backlog = 5,
            };
        return JsonSerializer.SerializeToElement(
            new
            {
                format = RunFormat1.Name,
                id = "r",
                lab = "local",
                scenario = "s",
                options = defaults,
                startedAt = "2026-11-23T04:11:38+00:00",
                hosts = hosts.Length > 0 ? hosts : [Host("client", "127.0.0.2", "b", 1)],
                script = new
                {
                    id = "s",
                    title = "t",
                    summary = "u",
                    defaults,
                    steps = new object[]
                    {
                        new
                        {
                            id = "a",
                            title = "A",
                            does = "d",
                            shows = "w",
                            repeats = false,
                            resultIsLesson = false,
                            calls = new[] { Call("socket", "./sv {0}"), Call("bind", "./sv {0}") },
                        },
                        new
                        {
                            id = "b",
                            title = "B",
                            againTitle = "Again",
                            does = "d",
                            shows = "w",
                            repeats = true,
                            resultIsLesson = true,
                            calls = new[]
                            {
                                Call("close", "./sv {1}", "socketOpen"),
                                Call("bind", "./sv {1}", "always"),
                                Call("setsockopt", "./sv {1}", "rebindReuseAddr"),
                                Call("connect", "./sv {1}", "sharedNamespace", anyPort: true),
                                Call("listen", "./sv {1}"),
                            },
                        },
                    },
                },
            }
        );
    }
}
