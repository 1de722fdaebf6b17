using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Log;

public sealed class SourceFactJsonTests
{
    [Fact]
    public void Comes_back_as_it_went()
    {
        HostFacts facts = Facts(
            new(SourceFact.Capture, false, Message.Of("source.refused", ("errno", "EPERM"), ("text", "Operation \"not\" permitted")), null),
            SourceFact.Has(SourceFact.Proc),
            SourceFact.Has(SourceFact.Trace) with
            {
                Limit = new("source.partly"),
            }
        );
        Assert.Equal(
            facts.Sources,
            JsonSerializer.Deserialize(JsonSerializer.Serialize(facts, WireJson.Default.HostFacts), WireJson.Default.HostFacts)!.Sources
        );
    }

    [Fact]
    public void Reads_the_names_that_earlier_versions_stored()
    {
        string now = JsonSerializer.Serialize(Facts(SourceFact.Has(SourceFact.Proc)), WireJson.Default.HostFacts);
        string source = """{"name":"proc","available":true,"missing":null,"grant":null}""";
        Assert.Contains(source, now);
        Assert.Equal(
            [SourceFact.Has("proc"), SourceFact.Has("capture")],
            JsonSerializer.Deserialize(now.Replace(source, "\"proc\",\"capture\""), WireJson.Default.HostFacts)!.Sources
        );
    }

    [Fact]
    public void A_sentence_of_an_earlier_version_stays_one() =>
        Assert.Equal(
            "Not there.",
            JsonSerializer.Deserialize("""{"name":"trace","available":false,"missing":"Not there."}""", WireJson.Default.SourceFact)!.Missing!["text"]
        );

    [Theory]
    [InlineData("3")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"name":3}""")]
    [InlineData("""{"name":"proc","available":"yes"}""")]
    [InlineData("""{"name":"proc","missing":[]}""")]
    [InlineData("""{"name":"proc" """)]
    public void Refuses_what_is_no_source(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, WireJson.Default.SourceFact) ?? throw new JsonException());

    private static HostFacts Facts(params SourceFact[] sources) =>
        new()
        {
            Name = "client",
            HostName = "h",
            Os = "o",
            Kernel = "k",
            Address = "10.0.0.1",
            Interface = "eth0",
            BootId = "b",
            AgentVersion = "1",
            Sources = sources,
            Sysctls = new Dictionary<string, string?>(),
        };
}
