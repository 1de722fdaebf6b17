using MudBlazor;

namespace ReuseAddrDashboard.Components.Shell;

/// <summary>A page in the app bar and in the drawer.</summary>
/// <param name="Href">Its address, below the base address.</param>
/// <param name="Code">The code of its name.</param>
/// <param name="Below">Whether addresses below it count as it.</param>
/// <param name="Icon">An icon of MudBlazor's.</param>
public sealed record PageLink(string Href, string Code, bool Below, string Icon)
{
    /// <summary>In the order in which they stand.</summary>
    public static IReadOnlyList<PageLink> All { get; } =
    [
        new("", "shell.lessons", false, Icons.Material.Outlined.School),
        new("lab", "shell.lab", true, Icons.Material.Outlined.Science),
        new("runs", "shell.runs", true, Icons.Material.Outlined.History),
        new("compare", "compare.title", true, Icons.Material.Outlined.Compare),
        new("matrix", "shell.matrix", true, Icons.Material.Outlined.GridOn),
        new("captures", "shell.captures", true, Icons.Material.Outlined.NetworkCheck),
        new("hosts", "shell.hosts", true, Icons.Material.Outlined.Dns),
        new("about", "shell.about", true, Icons.Material.Outlined.Info),
    ];
}
