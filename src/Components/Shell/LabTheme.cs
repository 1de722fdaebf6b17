using MudBlazor;

namespace ReuseAddrDashboard.Components.Shell;

/// <summary>MudBlazor's theme in the page's colours (css/app.css has the same).</summary>
internal static class LabTheme
{
    private static readonly string[] Font = ["Inter", "system-ui", "sans-serif"];

    public static readonly MudTheme Theme = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#3551d1",
            PrimaryContrastText = "#ffffff",
            Background = "#f4f5f8",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1b2330",
            TextPrimary = "#1b2330",
            TextSecondary = "#596579",
            ActionDefault = "#596579",
            Divider = "#e3e7ed",
            LinesDefault = "#e3e7ed",
            LinesInputs = "#8b95a5",
            Error = "#b42323",
            Warning = "#8a5a00",
            Success = "#146c43",
            Info = "#3551d1",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#8fa5ff",
            PrimaryContrastText = "#10162b",
            Background = "#11151c",
            Surface = "#1a202a",
            AppbarBackground = "#1a202a",
            AppbarText = "#e7ebf2",
            TextPrimary = "#e7ebf2",
            TextSecondary = "#a3aec0",
            ActionDefault = "#a3aec0",
            Divider = "#2b3442",
            LinesDefault = "#2b3442",
            LinesInputs = "#66738a",
            Error = "#ff8585",
            Warning = "#f0b860",
            Success = "#54c98c",
            Info = "#8fa5ff",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography
            {
                FontFamily = Font,
                FontSize = "14px",
                LineHeight = "1.45",
                LetterSpacing = "normal",
            },
            Body1 = new Body1Typography
            {
                FontFamily = Font,
                FontSize = "14px",
                LineHeight = "1.45",
                LetterSpacing = "normal",
            },
            Body2 = new Body2Typography
            {
                FontFamily = Font,
                FontSize = "13.5px",
                LineHeight = "1.45",
                LetterSpacing = "normal",
            },
            Subtitle1 = new Subtitle1Typography
            {
                FontFamily = Font,
                FontSize = "14px",
                LineHeight = "1.45",
                LetterSpacing = "normal",
            },
            Button = new ButtonTypography
            {
                FontFamily = Font,
                FontSize = "14px",
                FontWeight = "600",
                TextTransform = "none",
                LetterSpacing = "normal",
            },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "9px" },
    };
}
