using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A page of the dashboard by its address.</summary>
/// <param name="Name">In names of pictures.</param>
/// <param name="Path">Below the dashboard's address.</param>
/// <param name="Shows">What stands on it once it has all it shows.</param>
internal sealed record Sheet(string Name, string Path, string Shows)
{
    public static readonly Sheet Lessons = new("lessons", "/", ".lesson"),
        Lab = new("lab", "/lab", ".steps .primary"),
        Runs = new("runs", "/runs", ".table tbody tr"),
        Compare = new("compare-page", "/compare", ".prepare .primary"),
        Matrix = new("matrix", "/matrix", ".tables td"),
        Captures = new("captures", "/captures", "main h1"),
        Hosts = new("hosts-page", "/hosts", ".host dl"),
        About = new("about", "/about", "table >> nth=1");

    /// <summary>Those that a link of the app bar leads to, in its order.</summary>
    public static readonly Sheet[] InBar = [Lessons, Lab, Runs, Compare, Matrix, Captures, Hosts, About];

    public static Sheet Run(string id) => new("run", $"/runs/{id}", ".finished .sequence");

    /// <summary>With a language in its address.</summary>
    public string In(string language) => $"{Path}?lang={language}";

    /// <summary>Its address is in the bar, and all of it is there.</summary>
    public async Task IsShown(Visitor visitor)
    {
        await Expect(visitor.Page).ToHaveURLAsync(new Regex($@"^http://[^/]+{Regex.Escape(Path)}(\?.*)?$"));
        await visitor.IsLive();
        await Expect(visitor.Page.Locator(Shows).First).ToBeVisibleAsync();
    }

    /// <summary>What a person can read at a glance: headings, links and buttons. Numbers change while one looks.</summary>
    public static async Task<string> Glance(IPage page) =>
        Regex.Replace(
            await page.EvaluateAsync<string>(
                "() => [...document.querySelectorAll('main :is(h1, h2, h3, a, button)')].map(e => e.innerText.trim()).filter(t => t).join('\\n')"
            ),
            "[0-9]+",
            "#"
        );
}
