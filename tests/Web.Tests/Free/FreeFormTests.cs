using ReuseAddrDashboard.Components.Free;
using ReuseAddrDashboard.Core.Scenarios;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Free;

public sealed class FreeFormTests
{
    private static readonly Scenario Script = Lessons.All.Single(s => s.Free);

    [Fact]
    public void The_likeliest_calls_lead_from_the_listener_to_the_client_and_back()
    {
        var sockets = new List<FreeSocket>();
        FreeForm form = FreeForm.Likely(Script, sockets, "sv");
        var made = new List<string>();
        for (int i = 0; i < 8; i++)
        {
            made.Add($"{form.Program} {form.Call.ToString().ToLowerInvariant()} {form.Socket?.Name ?? form.Made}");
            Assert.NotNull(form.Action);
            Make(sockets, form);
            form = form.Next(Script, sockets);
        }
        Assert.Equal(
            ["sv socket lfd", "sv bind lfd", "sv listen lfd", "cl socket cfd", "cl connect cfd", "sv accept4 lfd", "sv close afd", "sv accept4 lfd"],
            made
        );
    }

    [Fact]
    public void Another_s_call_changes_nothing_of_what_is_put_together_but_a_name_that_was_taken()
    {
        FreeSocket mine = new("cfd", "cl", false, SocketPhase.Connected);
        FreeForm write = FreeForm.Of(Script, [mine], "cl", mine, ActionKind.Write) with { Text = "typed" };
        Assert.Equal(write, write.With(Script, [mine, new("lfd", "sv", false, SocketPhase.Listening)]));
        FreeForm make = FreeForm.Of(Script, [], "sv", null, ActionKind.Socket);
        Assert.Equal("lfd2", make.With(Script, [new("lfd", "sv2", false, SocketPhase.New)]).Made);
        Assert.Equal(ActionKind.Socket, write.With(Script, []).Call);
    }

    [Theory]
    [InlineData("")]
    [InlineData("many")]
    [InlineData("99999999999")]
    public void What_is_no_number_is_no_call(string typed)
    {
        FreeSocket socket = new("lfd", "sv", false, SocketPhase.Bound);
        Assert.Null((FreeForm.Of(Script, [socket], "sv", socket, ActionKind.Listen) with { Backlog = typed }).Action);
        Assert.Null((FreeForm.Of(Script, [socket], "sv", socket, ActionKind.SetSockOpt) with { Value = typed }).Action);
    }

    private static void Make(List<FreeSocket> sockets, FreeForm form)
    {
        switch (form.Call)
        {
            case ActionKind.Socket:
                sockets.Add(new(form.Made, form.Program, form.V6, SocketPhase.New));
                break;
            case ActionKind.Accept4:
                sockets.Add(new(form.Made, form.Program, false, SocketPhase.Connected));
                break;
            case ActionKind.Close:
                sockets.RemoveAll(s => s.Name == form.Socket!.Name);
                break;
            default:
                int at = sockets.FindIndex(s => s.Name == form.Socket!.Name);
                sockets[at] = sockets[at] with
                {
                    Phase = form.Call switch
                    {
                        ActionKind.Bind => SocketPhase.Bound,
                        ActionKind.Listen => SocketPhase.Listening,
                        _ => SocketPhase.Connected,
                    },
                };
                break;
        }
    }
}
