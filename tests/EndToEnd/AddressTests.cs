using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Every page has an address: typed in, loaded again, or reached by back and forward, it shows the same.</summary>
public sealed class AddressTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task A_link_back_forward_reload_and_a_pasted_address_show_the_same_page()
    {
        string id = await PlayByApi();
        await using Visitor visitor = await Come(path: "/");
        IPage page = visitor.Page;
        var glances = new Dictionary<string, string>();
        ILocator links = page.Locator(".pages-nav a");
        Sheet[] way = [Sheet.Lessons, Sheet.Hosts, Sheet.About, Sheet.Lab, Sheet.Runs];
        foreach (Sheet sheet in way)
        {
            await links.Nth(Array.IndexOf(Sheet.InBar, sheet)).ClickAsync();
            await sheet.IsShown(visitor);
            glances[sheet.Path] = await Sheet.Glance(page);
        }
        Assert.Equal(way.Length, glances.Values.Distinct().Count());

        foreach (Sheet sheet in way.SkipLast(1).Reverse())
        {
            await page.GoBackAsync();
            await ShowsTheSame(sheet);
        }
        foreach (Sheet sheet in way.Skip(1))
        {
            await page.GoForwardAsync();
            await ShowsTheSame(sheet);
        }
        foreach (Sheet sheet in way)
        {
            await page.GotoAsync(Dashboard.Url + sheet.Path);
            await ShowsTheSame(sheet);
            // Asks for it as a pasted address does, but for what the tab keeps.
            if (sheet != Sheet.Lab && sheet != Sheet.Runs)
                continue;
            await page.ReloadAsync();
            await ShowsTheSame(sheet);
        }
        visitor.HasNothingToComplainOf();

        async Task ShowsTheSame(Sheet sheet)
        {
            await sheet.IsShown(visitor);
            string seen = "";
            await Wait.Until(
                async () => (seen = await Sheet.Glance(page)) == glances[sheet.Path],
                Wait.Patience,
                () => $"{sheet.Path} was\n{glances[sheet.Path]}\nand is\n{seen}"
            );
        }
    }

    [Fact]
    public async Task A_lab_that_is_not_there_is_named_with_those_that_are()
    {
        await using Visitor visitor = await Visitor.Open(Chromium, Dashboard);
        await visitor.Page.GotoAsync($"{Dashboard.Url}/lab?lab=garage");
        await Expect(visitor.Page.GetByText("There is no lab garage. This dashboard has: local.")).ToBeVisibleAsync();
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_lesson_has_an_address_of_its_own()
    {
        await using Visitor visitor = await Come(path: "/lab?lesson=half-close");
        LabPage lab = new(visitor.Page);
        await Expect(lab.Scenarios).ToHaveValueAsync("half-close");
        await lab.Scenarios.SelectOptionAsync("two-listeners");
        await Expect(visitor.Page).ToHaveURLAsync(Dashboard.Url + "/lab?lesson=two-listeners");
        await visitor.Page.ReloadAsync();
        await Expect(lab.Scenarios).ToHaveValueAsync("two-listeners");
        visitor.HasNothingToComplainOf();
    }

    [Theory]
    [InlineData("/nowhere", "There is no page at this address.")]
    [InlineData("/lab/nowhere", "There is no page at this address.")]
    [InlineData("/runs/20000101-000000-abcd", "There is no run 20000101-000000-abcd. It may have been deleted.")]
    public async Task An_address_that_is_none_says_so_and_leads_on(string path, string words)
    {
        await using Visitor visitor = await Visitor.Open(Chromium, Dashboard);
        await visitor.Page.GotoAsync(Dashboard.Url + path);
        await Expect(visitor.Page.GetByText(words)).ToBeVisibleAsync();
        await visitor.IsLive();
        await visitor.HasNoAxeViolation(path);
        await visitor.FitsEverySize(path);
        await visitor.Page.Locator("#app .page a").ClickAsync();
        await Expect(visitor.Page).ToHaveURLAsync(new Regex("/(runs)?$"));
        await Expect(visitor.Page.GetByText(words)).ToHaveCountAsync(0);
    }
}
