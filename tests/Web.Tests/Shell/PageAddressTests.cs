using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Components.Shell;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Shell;

public sealed class PageAddressTests : BunitContext
{
    [Theory]
    [InlineData("", "runs", "runs")]
    [InlineData("runs?lang=ja&lab=two&predict=off", "lab?lesson=cork", "lab?lesson=cork&lang=ja&lab=two")]
    [InlineData("lab?lesson=cork&lang=ja", "./", "./?lang=ja")]
    public void A_link_carries_the_language_and_the_lab_and_nothing_else(string here, string to, string expected)
    {
        NavigationManager navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo(here);
        Assert.Equal(expected, new PageAddress(navigation).To(to));
    }

    [Theory]
    [InlineData("?lang=ja", "")]
    [InlineData("runs/20261123-004023-aaaaaa?lang=ja", "runs")]
    [InlineData("lab#diagram", "lab")]
    [InlineData("labyrinth", null)]
    public void The_page_that_is_shown_is_known_by_its_path(string here, string? page)
    {
        NavigationManager navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo(here);
        Assert.Equal(page is null ? [] : [page], PageLink.All.Where(new PageAddress(navigation).IsAt).Select(l => l.Href));
    }
}
