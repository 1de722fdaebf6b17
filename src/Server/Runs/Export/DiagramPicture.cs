using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Runs.Export;

/// <summary>How a diagram is drawn.</summary>
/// <param name="Width">The room there is, px.</param>
/// <param name="Dark">In the dark theme.</param>
internal readonly record struct PictureOptions(int Width, bool Dark)
{
    /// <summary>px.</summary>
    public const int Least = 340,
        Usual = 1000,
        Most = 4000;

    /// <summary>As they are asked for; null for what is none.</summary>
    /// <param name="width">px; null for as usual.</param>
    /// <param name="theme">light or dark; null for light.</param>
    public static PictureOptions? Read(string? width, string? theme) =>
        theme is null or "light" or "dark"
        && int.TryParse(width ?? $"{Usual}", NumberStyles.None, CultureInfo.InvariantCulture, out int room)
        && room is >= Least and <= Most
            ? new(room, theme == "dark")
            : null;
}

/// <summary>
/// A run's diagram as a picture that needs nothing else: drawn by the component that draws it on the page, with the rules of its stylesheets and the theme's
/// colours.
/// </summary>
internal sealed partial class DiagramPicture(IServiceProvider services, ILoggerFactory logs, IWebHostEnvironment web)
{
    public const string MediaType = "image/svg+xml";

    private const string Id = "diagram";

    /// <summary>Room for the headings above the picture, px.</summary>
    private const double Top = 54;

    private static readonly (string Family, string File, string Weights)[] Fonts =
    [
        ("Inter", "inter.woff2", "100 900"),
        ("JetBrains Mono", "jetbrains-mono.woff2", "100 800"),
    ];

    private static readonly Lazy<string> Rules = new(Read);

    /// <summary>The picture as SVG, with its fonts.</summary>
    /// <param name="run">The run, up to the moment that is drawn.</param>
    /// <param name="texts">In which language.</param>
    /// <param name="options">How.</param>
    public async Task<string> Svg(Timeline run, TextCatalog texts, PictureOptions options) => await Draw(run, texts, options, await Faces());

    private async Task<string> Draw(Timeline run, TextCatalog texts, PictureOptions options, string faces)
    {
        Scene scene = DiagramLayout.Draw(run, options.Width, texts);
        IReadOnlyList<Head> heads = Head.Place(run.Lanes, scene.Frame);
        var words = new DiagramText(new PageTexts(texts));
        await using var renderer = new HtmlRenderer(services, logs);
        string drawn = await renderer.Dispatcher.InvokeAsync(async () =>
            (
                await renderer.RenderComponentAsync<DiagramDrawing>(
                    ParameterView.FromDictionary(
                        new Dictionary<string, object?>
                        {
                            [nameof(DiagramDrawing.Of)] = scene,
                            [nameof(DiagramDrawing.Id)] = Id,
                            [nameof(DiagramDrawing.Words)] = words,
                            [nameof(DiagramDrawing.Live)] = false,
                        }
                    )
                )
            ).ToHtmlString()
        );
        IReadOnlyDictionary<string, string> colours = options.Dark ? PictureColours.Dark : PictureColours.Light;
        string inside = drawn[(drawn.IndexOf('>', drawn.IndexOf("<svg", StringComparison.Ordinal)) + 1)..drawn.LastIndexOf("</svg>", StringComparison.Ordinal)];
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sequence\" width=\"{scene.Width:0}\" height=\"{scene.Height + Top:0}\" viewBox=\"0 {-Top:0} {scene.Width:0.#} {scene.Height + Top:0.#}\" font-size=\"{scene.Text.Size:0.#}px\">\n"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<title>{WebUtility.HtmlEncode(run.Header.Script.Title.In(texts.Language))}</title>\n<style>{faces}{Styles(colours)}</style>\n"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"0\" y=\"{-Top:0}\" width=\"{scene.Width:0.#}\" height=\"{scene.Height + Top:0.#}\" fill=\"{colours["card"]}\"/>\n"
        );
        foreach (Head head in heads)
        {
            double x = head.Left + head.Width / 2;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"head\" x=\"{x:0.#}\" y=\"{-Top + 22:0.#}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(head.Lane.Host)}</text>"
            );
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"address\" x=\"{x:0.#}\" y=\"{-Top + 40:0.#}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(head.Lane.Address)}</text>\n"
            );
        }
        return svg.Append(ScopeOrMark().Replace(inside, "")).Append("</svg>\n").ToString();
    }

    // What a browser finds out by itself: every value in its place.
    private static string Styles(IReadOnlyDictionary<string, string> colours)
    {
        var rules = new StringBuilder(Rules.Value);
        foreach (string state in PictureColours.States)
            rules.Append(CultureInfo.InvariantCulture, $".s-{state} {{ color: var(--{state}); }}\n");
        rules.Append(".head { font-size: 15px; font-weight: 700; } .sequence .address { font-size: 12.5px; fill: var(--mute); }\n");
        return Variable().Replace(rules.ToString(), v => colours[v.Groups[1].Value]);
    }

    private static string Read()
    {
        var rules = new StringBuilder();
        foreach (string sheet in (string[])["DiagramDrawing", "TimeWaitDrawing"])
        {
            using var reader = new StreamReader(
                typeof(DiagramPicture).Assembly.GetManifestResourceStream($"Picture.{sheet}.css")
                    ?? throw new InvalidOperationException($"{sheet} is not there.")
            );
            rules.Append(reader.ReadToEnd());
        }
        // The rules of a hand, of a room and of scoping are the page's own.
        return PageOnly().Replace(rules.ToString(), "").Replace("::deep ", "", StringComparison.Ordinal);
    }

    private async Task<string> Faces()
    {
        var faces = new StringBuilder();
        foreach ((string family, string file, string weights) in Fonts)
        {
            if (web.WebRootFileProvider.GetFileInfo($"fonts/{file}") is not { Exists: true } font)
                continue;
            using var octets = new MemoryStream();
            await using (Stream stream = font.CreateReadStream())
                await stream.CopyToAsync(octets);
            faces.Append(
                CultureInfo.InvariantCulture,
                $"@font-face{{font-family:\"{family}\";src:url(data:font/woff2;base64,{Convert.ToBase64String(octets.GetBuffer(), 0, (int)octets.Length)}) format(\"woff2\");font-weight:{weights}}}\n"
            );
        }
        return faces.ToString();
    }

    [GeneratedRegex(@"@media[^{]*\{\s*([^{}]*\{[^{}]*\}\s*)*\}|^[^\n]*(\.presenter|cursor: pointer|--state)[^\n]*\n", RegexOptions.Multiline, 1000)]
    private static partial Regex PageOnly();

    [GeneratedRegex(@"var\(--([a-z-]+)\)", RegexOptions.None, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@" b-[a-z0-9]{10}(?:="""")?| data-[a-z0-9]+(?:=""[^""]*"")?", RegexOptions.None, 1000)]
    private static partial Regex ScopeOrMark();
}
