using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Texts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A file that tcpdump wrote is opened, its connections are found, and one is drawn with the answers; so is the same in the other format.</summary>
public sealed class CapturesTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task A_capture_of_tcpdump_is_opened_and_tells_who_closed_first(string language)
    {
        TextCatalog words = TextCatalog.For(language);
        int port = LessonPorts.Next();
        string directory = Directory.CreateTempSubdirectory("reuseaddr-captures-").FullName,
            file = Path.Combine(directory, "server.pcap"),
            other = Path.Combine(directory, "server.pcapng"),
            broken = Path.Combine(directory, "broken.pcap");
        try
        {
            await Capture(file, port);
            using (Process editcap = Process.Start("editcap", ["-F", "pcapng", file, other]))
            {
                await editcap.WaitForExitAsync();
                Assert.Equal(0, editcap.ExitCode);
            }
            await File.WriteAllBytesAsync(broken, (await File.ReadAllBytesAsync(file))[..^7]);

            await using Visitor visitor = await Come(path: $"/?lang={language}");
            IPage page = visitor.Page;
            await page.Locator(".pages-nav").GetByRole(AriaRole.Link, new() { Name = words["shell.captures"], Exact = true }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(words["captures.title"]);
            await visitor.HasNoAxeViolation($"captures, {language}");
            await visitor.Shoot($"captures-{language}");

            await page.Locator("input[type=file]").SetInputFilesAsync(file);
            ILocator rows = page.Locator(".connections tbody tr");
            await Expect(rows).ToHaveCountAsync(3);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("server.pcap");
            await Expect(page.Locator("main")).ToContainTextAsync(words["captures.not-ours"]);
            await visitor.HasNoAxeViolation($"the list of connections, {language}");
            await visitor.Shoot($"captures-list-{language}");

            // By who closed first, by text; the address shows the same again.
            await page.GetByRole(AriaRole.Searchbox).FillAsync("CLOSE-WAIT");
            await Expect(rows).ToHaveCountAsync(1);
            await page.GetByRole(AriaRole.Searchbox).FillAsync("TIME-WAIT");
            await Expect(rows).ToHaveCountAsync(1);
            await page.ReloadAsync();
            await Expect(rows).ToHaveCountAsync(1);
            await Expect(rows.First).ToContainTextAsync(words["captures.by.b"]);

            // The one whose server closed first.
            await rows.First.GetByRole(AriaRole.Link).ClickAsync();
            await IsServerFirst();
            await visitor.HasNoAxeViolation($"a connection, {language}");
            await visitor.Shoot($"captures-connection-{language}");
            await page.ReloadAsync();
            await IsServerFirst();
            await page.Locator(".timewait .state").First.ClickAsync();
            await Expect(page.Locator("[role=option][aria-selected=true]")).ToContainTextAsync("TIME-WAIT");
            await page.Keyboard.PressAsync("Escape");

            // By the keyboard back to the list, and to another file.
            await page.GetByRole(AriaRole.Link, new() { Name = words["captures.all"] }).FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(rows).ToHaveCountAsync(3);
            await page.GetByRole(AriaRole.Link, new() { Name = words["captures.another"] }).ClickAsync();
            await page.Locator("input[type=file]").SetInputFilesAsync(other);
            await Expect(rows).ToHaveCountAsync(3);
            await Expect(page.Locator(".page-head")).ToContainTextAsync("pcapng");
            await rows.Filter(new() { HasText = "TIME-WAIT" }).GetByRole(AriaRole.Link).ClickAsync();
            await IsServerFirst();

            // One that is cut is shown up to there, and the page says where it breaks.
            await visitor.Follow($"/captures?lang={language}");
            await page.Locator("input[type=file]").SetInputFilesAsync(broken);
            await Expect(rows).ToHaveCountAsync(3);
            await Expect(page.Locator(".banner.warning"))
                .ToContainTextAsync(
                    words[Message.Of("captures.fault.cut", ("offset", (await Offset()).ToString(System.Globalization.CultureInfo.InvariantCulture)))]
                );
            visitor.HasNothingToComplainOf();

            // What is none is refused with what to do; the browser reports the refusal itself.
            visitor.ServerIsAway = true;
            await visitor.Follow($"/captures?lang={language}");
            await page.Locator("input[type=file]")
                .SetInputFilesAsync(
                    new FilePayload
                    {
                        Name = "notes.txt",
                        MimeType = "text/plain",
                        Buffer = "These are notes."u8.ToArray(),
                    }
                );
            await Expect(page.Locator(".banner.alarm")).ToContainTextAsync(words["captures.fault.unknown"]);

            // Where the last record begins.
            async Task<long> Offset() => Core.Captures.CaptureReading.List(new MemoryStream(await File.ReadAllBytesAsync(broken))).Fault!.Offset;

            async Task IsServerFirst()
            {
                ILocator answers = page.Locator(".answers");
                await Expect(answers).ToContainTextAsync(words[Message.Of("captures.closed.first", ("host", "server"), ("other", "client"))]);
                await Expect(answers)
                    .ToContainTextAsync(
                        words[Message.Of("captures.time-wait.first-closer", ("host", "server"), ("end", $"127.0.0.2:{port}"), ("other", "client"))]
                    );
                await Expect(page.Locator(".sequence .band.inferred").First).ToBeVisibleAsync();
                await Expect(page.Locator(".sequence .timewait")).ToHaveCountAsync(1);
                await Expect(page.Locator(".sequence .segment").First).ToBeVisibleAsync();
                await Expect(page.Locator("main")).ToContainTextAsync(words["captures.not-ours"]);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Three connections: the server closes one first, the client one half, and nobody listens for the third.</summary>
    private static async Task Capture(string file, int port)
    {
        // In immediate mode the ring has a slot of the whole snapshot length per segment: the default leaves room for eight, and drops the rest.
        ProcessStartInfo start = new(
            "tcpdump",
            ["-Z", Environment.UserName, "-i", "lo", "-s", "256", "--immediate-mode", "-U", "-w", file, $"tcp and port {port}"]
        )
        {
            RedirectStandardError = true,
        };
        using Process tcpdump = Process.Start(start)!;
        var said = new List<string?>();
        do said.Add(await tcpdump.StandardError.ReadLineAsync());
        while (said[^1]?.Contains("listening on", StringComparison.Ordinal) == false);
        Assert.SkipWhen(said[^1] is null, $"tcpdump cannot capture here: {string.Join(' ', said)}");

        var server = new IPEndPoint(IPAddress.Parse("127.0.0.2"), port);
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(server);
        listener.Listen();
        using Socket first = await Connect(server),
            accepted = await listener.AcceptAsync();
        await first.SendAsync("hello"u8.ToArray());
        Assert.Equal(5, await accepted.ReceiveAsync(new byte[9]));
        accepted.Close();
        Assert.Equal(0, await first.ReceiveAsync(new byte[9]));
        first.Close();
        using Socket half = await Connect(server),
            other = await listener.AcceptAsync();
        half.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await other.ReceiveAsync(new byte[9]));
        listener.Close();
        await Assert.ThrowsAsync<SocketException>(() => Connect(server));
        // What is captured last: two segments of a connection that is refused, and the acknowledgment of the FIN, which the kernel delays.
        await Wait.Until(
            () =>
                Task.FromResult(
                    Core.Captures.CaptureReading.List(new MemoryStream(File.ReadAllBytes(file))).Connections
                        is [_, { B.State: Core.Tcp.TcpState.CloseWait }, { Closed: Core.Captures.ClosedFirst.Refused }]
                ),
            Wait.Patience,
            () => "tcpdump wrote less than it captured."
        );
        using (Process kill = Process.Start("kill", ["-INT", $"{tcpdump.Id}"]))
            await kill.WaitForExitAsync();
        await tcpdump.WaitForExitAsync();
    }

    private static async Task<Socket> Connect(IPEndPoint server)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await client.ConnectAsync(server);
            return client;
        }
        catch (SocketException)
        {
            client.Dispose();
            throw;
        }
    }
}
