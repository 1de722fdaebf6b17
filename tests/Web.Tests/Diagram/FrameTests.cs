using ReuseAddrDashboard.Components.Diagram;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

public sealed class FrameTests
{
    [Theory]
    [InlineData(610)]
    [InlineData(650)]
    [InlineData(900)]
    public void A_first_host_that_decides_alone_has_room_for_a_result_with_its_call_and_no_socket_of_the_other_is_left_out_for_it(double width)
    {
        Frame frame = Frame.Fit(width, [new(3, Decides: true), new(4)]);
        Assert.True(frame.OwnColumns);
        Assert.Equal([3, 4], frame.Lanes.Select(l => l.Slots));
        Assert.True(frame.Lanes[0].Room >= frame.Text.Mono("connect() = 0") + 2 * Frame.BoxPad, $"{frame.Lanes[0].Room} px");
    }
}
