using System.Text.RegularExpressions;
using System.Xml.Linq;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Runs.Export;
using ReuseAddrDashboard.Server.Tests.Hosting;
using Xunit;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>The diagram that programs are given. EndToEnd opens it in a browser.</summary>
public sealed class DiagramPictureTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_call_of_a_run_is_drawn_with_every_value_in_its_place()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        Assert.True((await dashboard.Post($"/api/runs/{id}/steps/start-listener")).IsSuccessStatusCode);
        foreach (string query in (string[])["", "?theme=dark&width=500&lang=ja"])
        {
            using HttpResponseMessage answer = await dashboard.Http.GetAsync($"/api/runs/{id}/diagram.svg{query}", Cancel);
            Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType!.MediaType);
            var svg = XDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
            XNamespace ns = "http://www.w3.org/2000/svg";
            string[] texts = [.. svg.Descendants(ns + "text").Select(t => t.Value)];
            Assert.All((string[])["client", "server", "bind(0.0.0.0:22222) = 0"], what => Assert.Contains(what, texts));
            string style = svg.Descendants(ns + "style").Single().Value;
            Assert.DoesNotMatch(@"var\(|::deep|@media|\.presenter|cursor: pointer", style);
            Assert.DoesNotContain(
                svg.Descendants().Attributes(),
                a => a.Name.LocalName.StartsWith("b-", StringComparison.Ordinal) || a.Name.LocalName.StartsWith("data-", StringComparison.Ordinal)
            );
        }
        foreach (string bad in (string[])["width=339", "width=4001", "width=1e3", "theme=blue", "at=later"])
        {
            using HttpResponseMessage refused = await dashboard.Http.GetAsync($"/api/runs/{id}/diagram.svg?{bad}", Cancel);
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public void Its_colours_are_the_page_s()
    {
        string sheet = File.ReadAllText(Path.Combine(Checkout(), "src/Web/wwwroot/css/app.css")),
            theme = File.ReadAllText(Path.Combine(Checkout(), "src/Components/Shell/LabTheme.cs"));
        string[] css =
        [
            .. Regex
                .Matches(sheet, @"(?:^:root|^\[data-theme=dark\]) \{(.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline, TimeSpan.FromSeconds(1))
                .Select(m => m.Value),
        ];
        string[] palettes = theme.Split("PaletteDark =");
        Dictionary<string, string> named = new()
        {
            ["card"] = "Surface",
            ["ink"] = "TextPrimary",
            ["mute"] = "TextSecondary",
            ["line"] = "Divider",
            ["pri"] = "Primary",
            ["ok"] = "Success",
            ["bad"] = "Error",
            ["warn"] = "Warning",
        };
        foreach (
            (IReadOnlyDictionary<string, string> colours, string rules, string palette) in new[]
            {
                (PictureColours.Light, css[0], palettes[0]),
                (PictureColours.Dark, css[1], palettes[1]),
            }
        )
        {
            foreach ((string name, string value) in colours.Where(c => c.Value.StartsWith('#')))
            {
                Assert.Contains(
                    named.TryGetValue(name, out string? of) ? $"{of} = \"{value}\"" : $"--{name}: {value};",
                    named.ContainsKey(name) ? palette : rules,
                    StringComparison.Ordinal
                );
            }
        }
    }

    private static string Checkout()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "ReuseAddrDashboard.sln")))
                return d.FullName;
        }
        throw new InvalidOperationException("No checkout.");
    }
}
