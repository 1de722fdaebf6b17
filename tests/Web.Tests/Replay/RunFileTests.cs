using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bunit;
using CsCheck;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Pages.Replay;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Replay;

public sealed class RunFileTests : PageTest
{
    private readonly RunScript _script = new RunScript().Whole();

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private RunFile Run => RunFiles.Make(_script.Header, _script.Events);

    private string Json => JsonSerializer.Serialize(Run, WireJson.Default.RunFile);

    [Fact]
    public void A_file_is_replayed_and_said_to_be_one()
    {
        IRenderedComponent<OpenRunPage> page = Open(Json, "mine.json");
        page.WaitForElement(".scrubber");
        Assert.Contains("mine.json", page.Find(".banner").TextContent);
        Assert.Contains(_script.Header.Hosts[0].Kernel, page.Find(".banner").TextContent);
        Assert.Contains("EADDRINUSE", page.Find(".verdict").TextContent);
        Assert.Contains(TextCatalog.English["replay.read-only-file"], page.Markup);
        Assert.Empty(page.FindAll(".downloads a"));
        Assert.DoesNotContain(_stored.Asked, a => a.Contains("api/runs", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_are_opened_one_after_the_other_and_one_that_is_none_leaves_what_is_shown()
    {
        IRenderedComponent<OpenRunPage> page = Open(Json, "first.json");
        page.WaitForElement(".scrubber");
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("[1, 2]", "second.json"));
        page.WaitForAssertion(() => Assert.Contains(TextCatalog.English[Message.Of("replay.file-no-run", ("name", "second.json"))], page.Markup));
        Assert.Contains("first.json", page.Find(".banner").TextContent);
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText(Json, "third.json"));
        page.WaitForAssertion(() => Assert.Contains("third.json", page.Find(".banner").TextContent));
        Assert.DoesNotContain("second.json", page.Markup);
    }

    [Theory]
    [InlineData("", "replay.file-no-run")]
    [InlineData("{", "replay.file-no-run")]
    [InlineData("null", "replay.file-no-run")]
    [InlineData("""{"format":"something else"}""", "replay.file-no-run")]
    [InlineData("""{"format":"reuseaddr-run/2"}""", "replay.file-no-run")]
    [InlineData("""{"format":"reuseaddr-run/1"}""", "replay.file-no-run")]
    [InlineData("""{"format":"reuseaddr-run/1","events":7}""", "replay.file-no-run")]
    [InlineData("""{"format":"reuseaddr-run/9","events":[]}""", "replay.file-format")]
    public void What_is_no_run_is_refused_with_what_to_do(string content, string code)
    {
        IRenderedComponent<OpenRunPage> page = Open(content, "some.json");
        Message message =
            code == "replay.file-format" ? Message.Of(code, ("name", "some.json"), ("format", "reuseaddr-run/9")) : Message.Of(code, ("name", "some.json"));
        page.WaitForAssertion(() => Assert.Contains(TextCatalog.English[message], page.Find("[role=alert]").TextContent));
        Assert.NotEmpty(page.FindAll(".drop"));
    }

    [Fact]
    public void A_run_that_lacks_what_every_run_has_is_damaged()
    {
        Assert.All(
            (Action<JsonObject>[])
                [
                    run => run["hosts"] = new JsonArray(),
                    run => run["events"] = null,
                    run => run["script"]!["steps"] = new JsonArray(),
                    run => run["events"]!.AsArray().RemoveAt(1),
                    run => run["events"]![0]!["t"] = 1e10,
                    run => run["ports"]!["main"] = 70_000,
                    run => run["script"]!["title"] = null,
                    run => run["hosts"]!.AsArray().Add(run["hosts"]![0]!.DeepClone()),
                ],
            change =>
            {
                JsonObject run = JsonNode.Parse(Json)!.AsObject();
                change(run);
                IRenderedComponent<OpenRunPage> page = Open(run.ToJsonString(), "broken.json");
                page.WaitForAssertion(() => Assert.Contains("broken.json", page.Find("[role=alert]").TextContent));
                Assert.Empty(page.FindAll(".scrubber"));
            }
        );
    }

    [Fact]
    public void Whatever_a_file_has_it_is_a_run_or_is_refused()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Json);
        var source = new RunFileSource(Services.GetRequiredService<HttpClient>(), Navigation);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, 3])
            .List[1, 6]
            .Sample(
                changes =>
                {
                    byte[] octets = [.. whole];
                    foreach ((int at, byte value, int how) in changes)
                    {
                        octets = how switch
                        {
                            0 => octets[..Math.Min(at, octets.Length)],
                            1 => [.. octets.Take(at), value, .. octets.Skip(at)],
                            _ => [.. octets.Select((o, i) => i == at ? value : o)],
                        };
                    }

                    (RunFile? run, Message? trouble) = source.Read(new Octets(octets), CancellationToken.None).GetAwaiter().GetResult();
                    Assert.True(run is null != trouble is null);
                    if (run is not null)
                        _ = Timeline.Fold(RunFiles.HeaderOf(run), run.Events).Sockets;
                },
                iter: 400
            );
    }

    [Fact]
    public void An_address_of_this_dashboard_is_opened_and_no_other()
    {
        _stored.Run = Run;
        IRenderedComponent<OpenRunPage> page = Show($"?file=/api/runs/{Run.Id}&t=0");
        page.WaitForElement(".scrubber");
        Assert.DoesNotContain("EADDRINUSE", page.Find(".verdict").TextContent);
        Assert.All(
            (string[])["https://example.org/run.json", "//example.org/run.json", "file:///etc/passwd", "javascript:1"],
            address =>
            {
                int asked = _stored.Asked.Count;
                IRenderedComponent<OpenRunPage> other = Show($"?file={Uri.EscapeDataString(address)}");
                other.WaitForAssertion(() =>
                    Assert.Contains(TextCatalog.English[Message.Of("replay.file-elsewhere", ("file", address))], other.Find("[role=alert]").TextContent)
                );
                Assert.DoesNotContain(_stored.Asked.Skip(asked), a => a.Contains("example", StringComparison.Ordinal));
            }
        );
        IRenderedComponent<OpenRunPage> none = Show("?file=/api/runs/none");
        none.WaitForAssertion(() =>
            Assert.Contains(TextCatalog.English[Message.Of("replay.file-missing", ("file", "/api/runs/none"))], none.Find("[role=alert]").TextContent)
        );
    }

    private IRenderedComponent<OpenRunPage> Show(string query)
    {
        Navigation.NavigateTo("runs/open" + query);
        return Render<OpenRunPage>();
    }

    private IRenderedComponent<OpenRunPage> Open(string content, string name)
    {
        IRenderedComponent<OpenRunPage> page = Show("");
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText(content, name));
        return page;
    }

    private sealed class Octets(byte[] octets) : IBrowserFile
    {
        public string Name => "some.json";

        public DateTimeOffset LastModified => default;

        public long Size => octets.Length;

        public string ContentType => "application/json";

        public Stream OpenReadStream(long maxAllowedSize = 512000, CancellationToken cancellationToken = default) => new MemoryStream(octets);
    }
}
