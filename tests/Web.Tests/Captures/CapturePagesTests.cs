using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Pages.Captures;
using ReuseAddrDashboard.Tests.Captures;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;
using static ReuseAddrDashboard.Core.Tcp.TcpFlags;

namespace ReuseAddrDashboard.Web.Tests.Captures;

public sealed class CapturePagesTests : PageTest
{
    private readonly Held _held = new();

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    public CapturePagesTests() => _stored.Elsewhere = _held.Answer;

    [Fact]
    public void A_file_is_sent_and_leads_to_its_page_and_a_refusal_is_told()
    {
        IRenderedComponent<CapturesPage> page = Render<CapturesPage>();
        Assert.NotNull(page.Find("input[type=file]"));
        page.InvokeAsync(() => page.Instance.Sent("mine.pcap", 1_500_000, 3_000_000));
        Assert.Contains("1.5 of 3.0 MB sent", page.Find("[role=status]").TextContent, StringComparison.Ordinal);
        page.InvokeAsync(() => page.Instance.Answered(422, """{"status":422,"code":"captures.fault.unknown","args":{"offset":"0"}}"""));
        Assert.Contains(TextCatalog.English[new Message("captures.fault.unknown")], page.Find(".banner").TextContent, StringComparison.Ordinal);
        page.InvokeAsync(() => page.Instance.Answered(0, ""));
        Assert.Contains("could not be sent", page.Find(".banner").TextContent, StringComparison.Ordinal);
        page.InvokeAsync(() => page.Instance.Answered(201, JsonSerializer.Serialize(_held.Entry, WireJson.Default.CaptureEntry)));
        Assert.Equal("captures/abc", Navigation.ToBaseRelativePath(Navigation.Uri));
    }

    [Fact]
    public void Connections_are_listed_with_who_closed_first_and_filters_stand_in_the_address()
    {
        Navigation.NavigateTo("captures/abc?closed=refused");
        IRenderedComponent<CapturePage> page = Render<CapturePage>(p => p.Add(c => c.Id, "abc"));
        page.WaitForElement(".connections tbody tr");
        Assert.Equal("mine.pcap", page.Find("h1").TextContent);
        Assert.Contains(TextCatalog.English[new Message("captures.not-ours")], page.Markup, StringComparison.Ordinal);
        IElement[] rows = [.. page.FindAll(".connections tbody tr")];
        Assert.Equal(2, rows.Length);
        Assert.Contains("10.0.0.1:40000 → 10.0.0.2:80", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("client", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("TIME-WAIT / CLOSED", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Equal("captures/abc?connection=1", rows[0].QuerySelector("a")!.GetAttribute("href"));
        Assert.Contains("api/captures/abc/connections?limit=50&offset=0&closed=refused", _held.Asked);
        page.Find("input[type=search]").Input("10.0.0.2");
        Assert.Contains("q=10.0.0.2", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_is_drawn_with_the_answers_and_all_states_are_inferred()
    {
        IRenderedComponent<ConnectionView> page = Render<ConnectionView>(p => p.Add(c => c.Id, "abc").Add(c => c.Number, 1));
        page.WaitForElement(".diagram");
        page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(900, 700));
        page.WaitForElement(".timewait.inferred");
        string answers = page.Find(".answers").TextContent;
        Assert.Contains("client closed first", answers, StringComparison.Ordinal);
        Assert.Contains("10.0.0.1:40000 on client is in TIME-WAIT", answers, StringComparison.Ordinal);
        Assert.All(page.FindAll(".sequence .band"), b => Assert.Contains("inferred", b.ClassList));
        Assert.Equal(6, page.FindAll(".sequence .segment").Count);
        Assert.DoesNotContain(page.FindAll(".sequence .segment"), s => s.ClassList.Contains("inferred"));
        string story = string.Join('\n', page.FindAll("ol.sr li").Select(l => l.TextContent));
        Assert.Contains("Captured at one point on the way", story, StringComparison.Ordinal);
        Assert.Contains("capture file", story, StringComparison.Ordinal);
        Assert.DoesNotContain("AF_PACKET", story, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-end]"));
        Assert.Contains(TextCatalog.English[new Message("captures.not-ours")], page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_capture_that_is_held_no_more_says_so()
    {
        _held.Gone = true;
        IRenderedComponent<ConnectionView> page = Render<ConnectionView>(p => p.Add(c => c.Id, "abc").Add(c => c.Number, 1));
        page.WaitForElement(".banner");
        Assert.Contains("Open the file again", page.Find(".banner").TextContent, StringComparison.Ordinal);
    }

    /// <summary>Stands in for the dashboard's API.</summary>
    private sealed class Held
    {
        private readonly byte[] _file = new Exchange()
            .Handshake()
            .C(Fin | Ack, 1001, 5001)
            .S(Fin | Ack, 5001, 1002)
            .C(Ack, 1002, 5002)
            .C(Syn, 77)
            .S(Rst | Ack, 0, 78)
            .Pcap();

        public bool Gone { get; set; }

        public List<string> Asked { get; } = [];

        public CaptureEntry Entry { get; } =
            new()
            {
                Id = "abc",
                Name = "mine.pcap",
                Format = "pcap",
                Size = 900,
                Packets = 8,
                Segments = 8,
                Connections = 2,
                Remarks = [],
            };

        public HttpResponseMessage Answer(HttpRequestMessage request)
        {
            string path = request.RequestUri!.PathAndQuery.TrimStart('/');
            Asked.Add(path);
            return new(Gone ? HttpStatusCode.NotFound : HttpStatusCode.OK)
            {
                Content =
                    Gone
                        ? JsonContent.Create(
                            new
                            {
                                status = 404,
                                code = "edge.unknown-capture",
                                args = new Dictionary<string, string> { ["capture"] = "abc" },
                            }
                        )
                    : path.Contains("connections/", StringComparison.Ordinal)
                        ? JsonContent.Create(
                            CaptureReading.Connection(new MemoryStream(_file), 1, Xunit.TestContext.Current.CancellationToken),
                            WireJson.Default.FileConnectionDetail!
                        )
                    : path.Contains("connections", StringComparison.Ordinal)
                        ? JsonContent.Create(
                            new CapturePart(2, CaptureReading.List(new MemoryStream(_file), Xunit.TestContext.Current.CancellationToken).Connections),
                            WireJson.Default.CapturePart
                        )
                    : JsonContent.Create(Entry, WireJson.Default.CaptureEntry),
            };
        }
    }
}
