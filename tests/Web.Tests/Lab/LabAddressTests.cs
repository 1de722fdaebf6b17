using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Core.Scenarios;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Lab;

/// <summary>What an address says of the lab.</summary>
public sealed class LabAddressTests
{
    private static readonly Scenario Lesson = Labs.With with
    {
        Values =
        [
            new()
            {
                Id = "on",
                Kind = ValueKind.Switch,
                Label = LocalText.Of("On"),
                Default = Scalar.Of(false),
            },
            new()
            {
                Id = "many",
                Kind = ValueKind.Number,
                Label = LocalText.Of("Many"),
                Default = Scalar.Of(1),
                Min = 0,
                Max = 9,
            },
            new()
            {
                Id = "which",
                Kind = ValueKind.Choice,
                Label = LocalText.Of("Which"),
                Default = Scalar.Of("a"),
                Choices = [new() { Id = "a", Label = LocalText.Of("A") }, new() { Id = "b-2", Label = LocalText.Of("B") }],
            },
        ],
    };

    [Theory]
    [InlineData("on:1,many:7,which:b-2", "on=true many=7 which=b-2")]
    [InlineData("on:0", "on=false")]
    [InlineData("on:true,many:10,which:c,other:1", "")]
    [InlineData("on,many:,:1,which:b-2:x", "")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Values_that_the_lesson_has_and_takes_are_read(string? text, string read) =>
        Assert.Equal(
            read,
            string.Join(
                ' ',
                LabAddress
                    .Values(text, Lesson)
                    .Select(v => $"{v.Key}={(v.Value == Scalar.Of(true) ? "true" : v.Value == Scalar.Of(false) ? "false" : v.Value)}")
            )
        );

    [Fact]
    public void Too_many_of_them_are_none() => Assert.Empty(LabAddress.Values(string.Concat(Enumerable.Repeat("on:1,", 400)), Lesson));
}
