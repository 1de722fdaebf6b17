using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Tests.Hosting;
using Serilog.Events;

namespace ReuseAddrDashboard.Server.Tests.Edge;

/// <summary>The log as the configuration has it.</summary>
public sealed partial class LogsTests
{
    [Fact]
    public async Task A_request_is_one_line_of_the_file_without_query_key_and_line_breaks()
    {
        using var directory = new TemporaryDirectory();
        await using (
            TestDashboard dashboard = await TestDashboard.Start(
                settings: InFile(directory.Path, ("Args:outputTemplate", "{Timestamp:HH:mm:ss} [{Level:u3}] {Message:lj} {Lab}{NewLine}"))
            )
        )
        {
            await using ScriptedAgent agent = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client);
            using HttpResponseMessage answer = await dashboard.Http.GetAsync(
                new Uri("/api/nothing%0a00:00:00%20[ERR]%20forged?key=hunter2", UriKind.Relative),
                TestContext.Current.CancellationToken
            );
        }
        string[] lines = Lines(directory.Path);
        Assert.Contains(
            lines,
            l =>
                l.EndsWith(
                    "HTTP GET /api/nothing\\u000a00:00:00 [ERR] forged responded 404 in " + Elapsed().Match(l).Value + " ms hall 7",
                    StringComparison.Ordinal
                )
        );
        Assert.All(lines, l => Assert.Matches(@"^\d\d:\d\d:\d\d \[(VRB|DBG|INF|WRN)\] ", l));
        string key = File.ReadAllText(Path.Combine(TestDashboard.AgentKeys, TestHosts.Client)).Trim();
        Assert.All(lines, l => Assert.False(l.Contains("hunter2", StringComparison.Ordinal) || l.Contains(key, StringComparison.Ordinal), l));
    }

    [Fact]
    public async Task A_file_is_rolled_by_its_size_and_only_so_many_are_kept()
    {
        using var directory = new TemporaryDirectory();
        await using (
            TestDashboard dashboard = await TestDashboard.Start(
                settings: InFile(
                    directory.Path,
                    ("Args:fileSizeLimitBytes", "2000"),
                    ("Args:rollOnFileSizeLimit", "true"),
                    ("Args:retainedFileCountLimit", "3")
                )
            )
        )
        {
            for (int i = 0; i < 100; i++)
                _ = await dashboard.Http.GetStringAsync("/healthz", TestContext.Current.CancellationToken);
        }
        FileInfo[] files = new DirectoryInfo(directory.Path).GetFiles();
        Assert.Equal(3, files.Length);
        Assert.All(files, f => Assert.InRange(f.Length, 1, 3000));
    }

    [Fact]
    public void What_an_exception_or_a_structure_quotes_begins_no_line_and_moves_no_cursor()
    {
        using var text = new StringWriter();
        using (Serilog.Core.Logger log = new Serilog.LoggerConfiguration().Enrich.With<PlainLogs>().WriteTo.Sink(new TextSink(text)).CreateLogger())
            log.Error(new IOException("bad\n00:00:00 INF forged\u001b[2J"), "Read {@What} {Names}", new { Path = "a\nb" }, new[] { "c\u202ed" });
        Assert.Equal(
            ["Read {\"Path\":\"a\\u000ab\"} [\"c\\u202ed\"]", "  System.IO.IOException: bad", "  00:00:00 INF forged\\u001b[2J"],
            text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(l => l.Replace(@"\\u", @"\u", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("/api/labs", 200, LogEventLevel.Debug)]
    [InlineData("/api/labs", 404, LogEventLevel.Debug)]
    [InlineData("/api/labs", 500, LogEventLevel.Error)]
    [InlineData("/healthz", 200, LogEventLevel.Verbose)]
    [InlineData("/readyz", 503, LogEventLevel.Verbose)]
    [InlineData("/metrics", 200, LogEventLevel.Verbose)]
    public void A_failure_stands_out_and_what_asks_all_the_time_does_not(string path, int status, LogEventLevel level) =>
        Assert.Equal(level, Logs.Level(new PathString(path), status, null));

    private sealed class TextSink(TextWriter text) : Serilog.Core.ILogEventSink
    {
        private readonly Serilog.Formatting.Display.MessageTemplateTextFormatter _formatter = new("{Message:lj}{NewLine}{Fault}");

        public void Emit(LogEvent logEvent) => _formatter.Format(logEvent, text);
    }

    private static Dictionary<string, string?> InFile(string directory, params (string Key, string Value)[] more) =>
        new(more.Select(m => KeyValuePair.Create("Serilog:WriteTo:File:" + m.Key, (string?)m.Value)))
        {
            ["Serilog:MinimumLevel"] = "Verbose",
            ["Serilog:WriteTo:Console:Args:restrictedToMinimumLevel"] = "Fatal",
            ["Serilog:WriteTo:File:Name"] = "File",
            ["Serilog:WriteTo:File:Args:path"] = Path.Combine(directory, "lab.log"),
            // An enricher of the configuration: what it brings is made plain as well.
            ["Serilog:Properties:Lab"] = "hall 7",
        };

    private static string[] Lines(string directory) => [.. Directory.GetFiles(directory).SelectMany(File.ReadAllLines)];

    [GeneratedRegex(@"\d+\.\d+(?= ms)")]
    private static partial Regex Elapsed();
}
