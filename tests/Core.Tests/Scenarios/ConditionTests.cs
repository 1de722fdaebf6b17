using System.Text.Json;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Scenarios;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("reuse", true)]
    [InlineData("not reuse", false)]
    [InlineData("reuse == true and seconds == 5", true)]
    [InlineData("reuse == 1", true)]
    [InlineData("seconds > 4 and seconds <= 5", true)]
    [InlineData("seconds < 5", false)]
    [InlineData("way == first", true)]
    [InlineData("way != first", false)]
    // and binds before or.
    [InlineData("reuse or seconds == 1 and way == second", true)]
    [InlineData("(reuse or seconds == 1) and way == second", false)]
    [InlineData("result(rebind) == EADDRINUSE", true)]
    [InlineData("result(rebind) != ok", true)]
    [InlineData("has(server, TIME-WAIT)", true)]
    [InlineData("segments(client, ACK,!SYN) == 3", true)]
    // What nobody knows is false to every comparison, also to this one.
    [InlineData("result(unmade) != ok", false)]
    [InlineData("not result(unmade) == ok", true)]
    [InlineData("unknown", false)]
    public void Says_whether_it_holds(string text, bool holds)
    {
        Condition condition = Condition.Of(text);
        Assert.Null(condition.Fault);
        Assert.Equal(holds, condition.Holds(new Facts()));
    }

    [Theory]
    [InlineData("", "condition.ends")]
    [InlineData("reuse and", "condition.ends")]
    [InlineData("reuse ==", "condition.ends")]
    [InlineData("reuse seconds", "condition.unexpected")]
    [InlineData("and reuse", "condition.unexpected")]
    [InlineData("== 3", "condition.unexpected")]
    [InlineData("(reuse", "condition.parenthesis")]
    [InlineData("reuse)", "condition.unexpected")]
    [InlineData("has(server", "condition.parenthesis")]
    [InlineData("has(server, , LISTEN)", "condition.parenthesis")]
    [InlineData("has(server)", "condition.arguments")]
    [InlineData("mode(1)", "condition.arguments")]
    [InlineData("sees(server)", "condition.unknown-function")]
    [InlineData("reuse && seconds", "condition.unexpected")]
    public void Says_what_is_wrong_in_a_sentence(string text, string code)
    {
        Condition condition = Condition.Of(text);
        Assert.Equal(code, condition.Fault?.Code);
        Assert.True(TextCatalog.English.Has(code));
        Assert.False(condition.Holds(new Facts()));
    }

    [Fact]
    public void Is_bounded_in_length_and_depth()
    {
        Assert.Equal("condition.too-long", Condition.Of(new string('a', Limits.MaxCondition + 1)).Fault?.Code);
        Assert.Equal("condition.too-deep", Condition.Of(new string('(', 100) + "reuse" + new string(')', 100)).Fault?.Code);
        Assert.Equal("condition.too-deep", Condition.Of(string.Concat(Enumerable.Repeat("not ", 90)) + "reuse").Fault?.Code);
        Assert.Null(Condition.Of(string.Join(" or ", Enumerable.Repeat("reuse", 40))).Fault);
    }

    [Fact]
    public void Is_its_text_in_JSON_and_equal_by_it()
    {
        string json = JsonSerializer.Serialize(Condition.Of("result(rebind) == ok"));
        Assert.Equal("result(rebind) == ok", JsonSerializer.Deserialize<string>(json));
        Assert.Equal(Condition.Of("result(rebind) == ok"), JsonSerializer.Deserialize<Condition>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Condition>("5"));
        // One that a later version wrote is kept, and does not hold.
        Assert.False(JsonSerializer.Deserialize<Condition>("\"tomorrow(5) == 1\"")!.Holds(new Facts()));
    }

    private sealed class Facts : IConditionFacts
    {
        public Scalar? Value(string name) =>
            name switch
            {
                "reuse" => Scalar.Of(true),
                "seconds" => Scalar.Of(5),
                "way" => Scalar.Of("first"),
                _ => null,
            };

        public Scalar? Call(string function, IReadOnlyList<string> arguments) =>
            $"{function}({string.Join(' ', arguments)})" switch
            {
                "result(rebind)" => Scalar.Of("EADDRINUSE"),
                "has(server TIME-WAIT)" => Scalar.Of(true),
                "segments(client ACK,!SYN)" => Scalar.Of(3),
                _ => null,
            };
    }
}
