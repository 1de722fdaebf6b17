namespace ReuseAddrDashboard.Server.Runs.Export;

/// <summary>The colours and fonts of a diagram that stands alone, by the names that the page has for them (css/app.css, LabTheme).</summary>
internal static class PictureColours
{
    /// <summary>What a state's class begins with.</summary>
    public static readonly IReadOnlyList<string> States = ["listen", "estab", "fin", "cwait", "lack", "tw", "syn", "other"];

    /// <summary>On white.</summary>
    public static readonly IReadOnlyDictionary<string, string> Light = With(
        ("card", "#ffffff"),
        ("ink", "#1b2330"),
        ("mute", "#596579"),
        ("line", "#e3e7ed"),
        ("pri", "#3551d1"),
        ("ok", "#146c43"),
        ("bad", "#b42323"),
        ("warn", "#8a5a00"),
        ("okbg", "#e7f6ee"),
        ("badbg", "#fdeeee"),
        ("listen", "#3f6299"),
        ("estab", "#17794b"),
        ("fin", "#a85a06"),
        ("cwait", "#7444be"),
        ("lack", "#a83a87"),
        ("tw", "#c22f2f"),
        ("syn", "#7d6000"),
        ("other", "#596579")
    );

    /// <summary>On a dark ground.</summary>
    public static readonly IReadOnlyDictionary<string, string> Dark = With(
        ("card", "#1a202a"),
        ("ink", "#e7ebf2"),
        ("mute", "#a3aec0"),
        ("line", "#2b3442"),
        ("pri", "#8fa5ff"),
        ("ok", "#54c98c"),
        ("bad", "#ff8585"),
        ("warn", "#f0b860"),
        ("okbg", "#173226"),
        ("badbg", "#3a1f24"),
        ("listen", "#86a9de"),
        ("estab", "#54c98c"),
        ("fin", "#f0a860"),
        ("cwait", "#b497ee"),
        ("lack", "#e08cc4"),
        ("tw", "#ff8585"),
        ("syn", "#e0bd4f"),
        ("other", "#a3aec0")
    );

    private static Dictionary<string, string> With(params ReadOnlySpan<(string Name, string Value)> colours)
    {
        var all = new Dictionary<string, string>
        {
            ["sans"] = "Inter, \"Noto Sans CJK JP\", \"Noto Sans JP\", \"DejaVu Sans\", sans-serif",
            ["mono"] = "\"JetBrains Mono\", \"DejaVu Sans Mono\", \"Noto Sans Mono CJK JP\", monospace",
            ["hatch"] = "url(#diagram-hatch)",
        };
        foreach ((string name, string value) in colours)
            all[name] = value;
        return all;
    }
}
