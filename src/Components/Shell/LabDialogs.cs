using MudBlazor;

namespace ReuseAddrDashboard.Components.Shell;

/// <summary>How dialogs of the page are: closed by Escape and by a press beside them.</summary>
public static class LabDialogs
{
    /// <summary>A question, or a sheet of text.</summary>
    public static DialogOptions Small { get; } =
        new()
        {
            CloseOnEscapeKey = true,
            BackdropClick = true,
            MaxWidth = MaxWidth.Small,
            FullWidth = true,
        };

    /// <summary>Tables beside each other.</summary>
    public static DialogOptions Wide { get; } =
        new()
        {
            CloseOnEscapeKey = true,
            BackdropClick = true,
            MaxWidth = MaxWidth.Large,
            FullWidth = true,
        };
}
