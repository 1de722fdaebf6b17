using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Another page cannot lay the lab into a frame of its own and have a person press its buttons unseen.</summary>
public sealed class FramedTests(SharedDashboards shared, Chromium chromium) : LabTests(shared)
{
    [Fact]
    public async Task No_other_page_frames_the_lab()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string elsewhere = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        Task serving = Serve(listener, $"<!doctype html><title>Elsewhere</title><iframe src=\"{Dashboard.Url}\" width=\"900\" height=\"600\"></iframe>");
        await using IBrowserContext context = await chromium.Browser.NewContextAsync();
        IPage page = await context.NewPageAsync();
        var refused = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        page.Console += (_, message) => _ = message.Text.Contains("frame-ancestors", StringComparison.Ordinal) && refused.TrySetResult(message.Text);
        await page.GotoAsync(elsewhere);
        Assert.Contains("'none'", await refused.Task.WaitAsync(Wait.Patience), StringComparison.Ordinal);
        await Expect(page.FrameLocator("iframe").GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        Assert.DoesNotContain(page.Frames, f => f.Url.StartsWith(Dashboard.Url, StringComparison.Ordinal));
        listener.Stop();
        await serving;
    }

    private static async Task Serve(TcpListener listener, string page)
    {
        byte[] body = Encoding.UTF8.GetBytes(page),
            head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                NetworkStream stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096]);
                await stream.WriteAsync(head);
                await stream.WriteAsync(body);
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or IOException)
        {
            // The test is over.
        }
    }
}
