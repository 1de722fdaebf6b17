using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Texts;

/// <summary>Every code that the page makes of a kind of thing stands in the catalogue, with a place for everything that is told.</summary>
public sealed class CodesTests
{
    private static readonly DiagramText Text = new(new PageTexts());

    [Fact]
    public void Every_end_of_TIME_WAIT_and_of_a_socket_has_a_sentence()
    {
        var band = new StateBand("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.TimeWait, null, 1, null, 2, EvidenceSource.Proc, 1);
        foreach (EndCause cause in Enum.GetValues<EndCause>())
        {
            Assert.True(TextCatalog.English.Has($"ended.{cause.ToString().ToLowerInvariant()}"), cause.ToString());
            foreach (bool earlier in (bool[])[false, true])
            {
                var bar = new TimeWaitBar("server", RunScript.ServerEnd, RunScript.ClientEnd, 1, null, 1, 60_000_000_000, 2_000_000_000, 1)
                {
                    Ended = new(cause, null),
                    WasThere = earlier,
                };
                Assert.All((string[])[Text.TimeWait(bar, band), Text.TimeWait(bar with { GoneAt = null }, band)], IsSentence);
            }
        }
    }

    [Fact]
    public void Every_change_of_a_program_and_of_a_host_has_a_sentence()
    {
        foreach (ProgramChange change in Enum.GetValues<ProgramChange>())
        {
            IsSentence(
                Text.Program(
                    new()
                    {
                        Host = "server",
                        Program = "sv",
                        Change = change,
                        Command = "./sv",
                        Child = "kid",
                        Sockets = ["lfd"],
                    },
                    "2 s"
                )
            );
        }

        foreach (EnvironmentChange change in Enum.GetValues<EnvironmentChange>())
        {
            foreach (string what in (string[])["sysctl", "drop", "reject", "delay"])
            {
                foreach (long? met in (long?[])[null, 3])
                {
                    IsSentence(
                        Text.Environment(
                            new()
                            {
                                Host = "server",
                                What = what,
                                Name = "x",
                                Change = change,
                                Value = "1",
                                Before = "0",
                                Met = met,
                                Reason = new(Message.Verbatim) { Args = new Dictionary<string, string> { ["text"] = "No." } },
                            },
                            "2 s"
                        )
                    );
                }
            }
        }
    }

    [Fact]
    public void Topics_and_sources_have_names()
    {
        Assert.All(Topics.All, t => Assert.True(TextCatalog.English.Has("topic." + t), t));
        Assert.All(
            EvidenceSource.All.Where(s => s.Observes),
            s => Assert.True(TextCatalog.English.Has($"source.{s.Name}.sees") && TextCatalog.English.Has($"source.{s.Name}.misses"), s.Name)
        );
    }

    private static void IsSentence(string text)
    {
        Assert.EndsWith(".", text.TrimEnd());
        Assert.DoesNotContain("{", text);
        Assert.DoesNotContain("  ", text);
        // A code that stands in no catalogue is shown as it is.
        Assert.DoesNotMatch(@"^[a-z-]+\.[a-z-]+( \(|$)", text);
    }
}
