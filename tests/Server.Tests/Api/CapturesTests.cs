using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Captures;
using ReuseAddrDashboard.Server.Tests.Hosting;
using ReuseAddrDashboard.Tests.Captures;
using static ReuseAddrDashboard.Core.Tcp.TcpFlags;

namespace ReuseAddrDashboard.Server.Tests.Api;

public sealed class CapturesTests(HostlessDashboard one) : IClassFixture<HostlessDashboard>
{
    private readonly HttpClient _http = one.Dashboard.Http;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Exchange Closed =>
        new Exchange().Handshake().C(Fin | Ack, 1001, 5001).S(Fin | Ack, 5001, 1002).C(Ack, 1002, 5002).C(Syn, 77).S(Rst | Ack, 0, 78);

    [Fact]
    public async Task A_file_is_opened_its_connections_are_listed_and_one_is_read()
    {
        using HttpResponseMessage opened = await Open(_http, Closed.Pcap(), "name=my%20capture.pcap");
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        CaptureEntry entry = (await opened.Content.ReadFromJsonAsync(WireJson.Default.CaptureEntry, Cancel))!;
        Assert.Equal(("my capture.pcap", "pcap", 8, 2, null), (entry.Name, entry.Format, entry.Packets, entry.Connections, entry.Fault));
        Assert.Equal($"/api/captures/{entry.Id}", opened.Headers.Location?.OriginalString);
        Assert.Equal(entry.Id, (await _http.GetFromJsonAsync(opened.Headers.Location, WireJson.Default.CaptureEntry, Cancel))!.Id);

        CapturePart all = (await Connections(entry.Id))!;
        Assert.Equal((2, ClosedFirst.A, ClosedFirst.Refused), (all.Total, all.Connections[0].Closed, all.Connections[1].Closed));
        Assert.Equal(TcpState.TimeWait, all.Connections[0].A.State);
        Assert.Equal([2], (await Connections(entry.Id, "?closed=refused"))!.Connections.Select(c => c.Number));
        Assert.Equal([1], (await Connections(entry.Id, "?q=time-wait"))!.Connections.Select(c => c.Number));
        Assert.Equal([2], (await Connections(entry.Id, "?q=10.0.0.2:80&offset=1&limit=1"))!.Connections.Select(c => c.Number));
        Assert.Equal(0, (await Connections(entry.Id, "?q=192.0.2.9"))!.Total);

        FileConnectionDetail detail = (await _http.GetFromJsonAsync($"/api/captures/{entry.Id}/connections/1", WireJson.Default.FileConnectionDetail, Cancel))!;
        Assert.Equal(("captures.closed.first", "client"), (detail.Closed.Code, detail.Closed["host"]));
        Assert.Equal("SYN-SENT ESTAB FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED", Exchange.States(detail, Exchange.Client));
        Assert.Equal(6, detail.Run.Events.Count(e => e is Core.Log.SegmentEvent));

        // It is no run of this dashboard.
        Assert.Equal("[]", await _http.GetStringAsync("/api/runs", Cancel));
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync(opened.Headers.Location, Cancel)).StatusCode);
        await Refused(await _http.GetAsync(opened.Headers.Location, Cancel), HttpStatusCode.NotFound, "edge.unknown-capture");
        await Refused(await _http.GetAsync($"/api/captures/{entry.Id}/connections/1", Cancel), HttpStatusCode.NotFound, "edge.unknown-capture");
    }

    [Fact]
    public async Task A_broken_file_is_opened_up_to_where_it_breaks()
    {
        byte[] cut = Closed.Pcap()[..^5];
        // A slash at the end is no other address.
        using HttpResponseMessage opened = await _http.PostAsync("/api/captures/", Octets(cut), Cancel);
        CaptureEntry entry = (await opened.Content.ReadFromJsonAsync(WireJson.Default.CaptureEntry, Cancel))!;
        Assert.Equal((7, CaptureFaultCodes.Cut), (entry.Packets, entry.Fault?.Reason.Code));
        Assert.Equal(entry.Fault!.Offset.ToString(System.Globalization.CultureInfo.InvariantCulture), entry.Fault.Reason["offset"]);
    }

    [Fact]
    public async Task What_is_no_capture_is_refused_with_what_to_do()
    {
        await Refused(await Open(_http, "hello world"u8.ToArray()), HttpStatusCode.UnprocessableEntity, CaptureFaultCodes.Unknown);
        await Refused(await Open(_http, [0x1f, 0x8b, 8, 0, 0]), HttpStatusCode.UnprocessableEntity, CaptureFaultCodes.Compressed);
        await Refused(await Open(_http, []), HttpStatusCode.BadRequest, "edge.capture-missing");
        await Refused(await Open(_http, Closed.Pcap(), "name=" + new string('x', 201)), HttpStatusCode.BadRequest, "edge.capture-name");
        using var form = new StringContent("x");
        await Refused(await _http.PostAsync("/api/captures", form, Cancel), HttpStatusCode.UnsupportedMediaType, "edge.media");
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/api/captures")
        {
            Content = Octets(Closed.Pcap()),
            Headers = { { "Origin", "http://evil.example" } },
        };
        await Refused(await _http.SendAsync(foreign, Cancel), HttpStatusCode.Forbidden, "edge.origin");
        await Refused(await _http.GetAsync("/api/captures/none/connections", Cancel), HttpStatusCode.NotFound, "edge.unknown-capture");
    }

    [Theory]
    [InlineData("?limit=0", "edge.limit")]
    [InlineData("?limit=201", "edge.limit")]
    [InlineData("?offset=-1", "edge.offset")]
    [InlineData("?closed=me", "edge.closed")]
    [InlineData("?closed=1", "edge.closed")]
    public async Task What_a_list_cannot_be_asked_for_is_told(string query, string code)
    {
        using HttpResponseMessage opened = await Open(_http, Closed.Pcap());
        await Refused(await _http.GetAsync($"{opened.Headers.Location}/connections{query}", Cancel), HttpStatusCode.BadRequest, code);
        await Refused(await _http.GetAsync($"{opened.Headers.Location}/connections/3", Cancel), HttpStatusCode.NotFound, "edge.unknown-connection");
    }

    [Fact]
    public async Task The_limit_is_a_setting_and_holds_with_and_without_a_length()
    {
        await using TestDashboard small = await TestDashboard.Start(settings: new Dictionary<string, string?> { ["Captures:Megabytes"] = "1" });
        byte[] large = [.. Closed.Pcap(), .. new byte[1_000_000]];
        await Refused(await Open(small.Http, large), HttpStatusCode.RequestEntityTooLarge, "edge.capture-too-large");
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/api/captures") { Content = Octets(large), Headers = { TransferEncodingChunked = true } };
        await Refused(await small.Http.SendAsync(chunked, Cancel), HttpStatusCode.RequestEntityTooLarge, "edge.capture-too-large");
        Assert.Equal(HttpStatusCode.Created, (await Open(small.Http, Closed.Pcap())).StatusCode);
    }

    [Fact]
    public async Task A_file_larger_than_other_bodies_may_be_is_taken_and_none_stays_in_the_temporary_directory()
    {
        CaptureBytes file = new CaptureBytes().Pcap();
        byte[] packet = CaptureBytes.Packet(Exchange.Client, Exchange.Server, Ack, 1, 1, 1400);
        for (int i = 0; i < 25_000; i++)
            file.Record(packet, 1, i);
        Assert.Equal(HttpStatusCode.Created, (await Open(_http, file.ToArray())).StatusCode);
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), "reuseaddr-capture-*"));
    }

    [Fact]
    public async Task So_many_are_held_for_so_long()
    {
        var time = new FakeTimeProvider();
        await using TestDashboard dashboard = await TestDashboard.Start(time: time);
        var opened = new List<Uri>();
        for (int i = 0; i <= CaptureShelf.MaxHeld; i++)
        {
            opened.Add((await Open(dashboard.Http, Closed.Pcap())).Headers.Location!);
            time.Advance(TimeSpan.FromSeconds(1));
            // The first is asked for again and again, so the second goes.
            if (i < CaptureShelf.MaxHeld)
                Assert.Equal(HttpStatusCode.OK, (await dashboard.Http.GetAsync(opened[0], Cancel)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Http.GetAsync(opened[0], Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.Http.GetAsync(opened[1], Cancel)).StatusCode);
        time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.Http.GetAsync(opened[0], Cancel)).StatusCode);
    }

    private async Task<CapturePart?> Connections(string id, string query = "") =>
        await _http.GetFromJsonAsync($"/api/captures/{id}/connections{query}", WireJson.Default.CapturePart, Cancel);

    private static Task<HttpResponseMessage> Open(HttpClient http, byte[] file, string query = "") =>
        http.PostAsync($"/api/captures?{query}", Octets(file), Cancel);

    private static ByteArrayContent Octets(byte[] file) => new(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };

    private static async Task Refused(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        using (answer)
        {
            JsonElement problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
            Assert.Equal((status, code), (answer.StatusCode, problem.GetProperty("code").GetString()));
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            Assert.DoesNotContain('{', problem.GetProperty("detail").GetString()!);
        }
    }
}
