using System.Text.Json;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

public sealed class DiagramZoomTests
{
    /// <summary>What presenter mode leaves the diagram of a window of 1280 x 720, px.</summary>
    private const double Width = 980,
        Height = 672;

    [Theory]
    [InlineData("without-reuseaddr"), InlineData("with-reuseaddr")]
    public void A_whole_run_of_the_article_s_lesson_is_in_the_presenter_s_window_in_letters_of_20_px(string lesson)
    {
        var zoom = new DiagramZoom();
        zoom.Present(true);
        RunFile file = JsonSerializer.Deserialize(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Diagram", "Runs", lesson + ".json")),
            WireJson.Default.RunFile
        )!;
        Timeline run = Timeline.Fold(RunFiles.HeaderOf(file), file.Events);
        Scene scene = zoom.Lay(run, Width, Height, TextCatalog.English);
        Assert.True(
            scene.Height * zoom.Now <= Height,
            $"{scene.Height * zoom.Now} px high\n{string.Join('\n', scene.Labels.OrderBy(l => l.Y).Select(l => $"{l.Y:0} {l.X:0} {l.Text}"))}"
        );
        Assert.True(scene.Text.Size * zoom.Now >= 19.99);
        Assert.Equal(run.Calls.Count, scene.Calls.Count + scene.Attempts.Count);
        Assert.All(scene.Bands, b => Assert.NotEqual("", b.Label.Text));
    }

    [Fact]
    public void While_the_window_decides_letters_get_smaller_as_the_run_grows_and_never_larger_before_the_next()
    {
        var zoom = new DiagramZoom();
        zoom.Present(true);
        RunScript script = new RunScript().StartListener();
        double first = Zoom();
        script.Connect().Close().Rebind(errno: "EADDRINUSE");
        double last = Zoom();
        Assert.True(first > last && last >= DiagramZoom.Legible, $"{first}, {last}");

        double Zoom()
        {
            _ = zoom.Lay(Fold(script), Width, Height, TextCatalog.English);
            return zoom.Now;
        }
    }

    [Fact]
    public void Keys_change_the_size_until_they_give_it_back_to_the_window()
    {
        var zoom = new DiagramZoom();
        zoom.Press("+");
        Assert.Equal((DiagramZoom.Step, false), (zoom.Now, zoom.Fits));
        for (int i = 0; i < 20; i++)
            zoom.Press("-");
        Assert.Equal(DiagramZoom.Least, zoom.Now);
        zoom.Press("0");
        Assert.True(zoom.Fits);
        zoom.Press("0");
        Assert.Equal((1, false), (zoom.Now, zoom.Fits));
    }

    private static Timeline Fold(RunScript script) => Timeline.Fold(script.Header, script.Events);
}
