using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Server.Scenarios;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

public sealed class ScenarioCatalogTests : IDisposable
{
    private readonly TemporaryDirectory _own = new(),
        _mine = new();

    public void Dispose()
    {
        _own.Dispose();
        _mine.Dispose();
    }

    [Fact]
    public void The_shipped_lessons_are_without_fault_and_in_the_order_of_the_topics()
    {
        ScenarioCatalog catalog = ScenarioCatalog.Load(Lessons.Directory);
        Assert.Empty(catalog.Faults);
        Assert.Equal(
            catalog.All.OrderBy(s => Topics.All.ToList().IndexOf(s.Topic)).ThenBy(s => s.Order).ThenBy(s => s.Id, StringComparer.Ordinal),
            catalog.All
        );
        Assert.Equal(["without-reuseaddr", "with-reuseaddr"], catalog.All.Take(2).Select(s => s.Id));
        Assert.All(catalog.All.Where(s => !s.Free), s => Assert.NotEmpty(s.Expect ?? []));
        Assert.Equal([FreePlay.Id], catalog.All.Where(s => s.Free).Select(s => s.Id));
        foreach (Scenario scenario in catalog.All.Take(2))
        {
            Assert.Equal(["start-listener", "connect", "close", "rebind"], scenario.Steps.Select(s => s.Id));
            // The server closes the accepted socket first: that makes it the active closer.
            Assert.Equal((ActionKind.Close, "afd"), scenario.Steps[2].Actions[0] is var first ? (first.Do, first.Socket) : default);
        }
    }

    [Fact]
    public void A_faulty_file_of_the_products_own_stops_the_start_with_everything_named()
    {
        Write(_own, "a", Lesson("a").Replace("address: any", "address: ayn"));
        Write(_own, "b", "id: b\n");
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => ScenarioCatalog.Load(_own.Path));
        Assert.Contains($"{_own.Path}/a.yaml:", refused.Message);
        Assert.Contains("ayn is not an address", refused.Message);
        Assert.Contains($"{_own.Path}/b.yaml:1:1: title is missing", refused.Message);
        using var empty = new TemporaryDirectory();
        Assert.Contains("There is no *.yaml file", Assert.Throws<InvalidDataException>(() => ScenarioCatalog.Load(empty.Path)).Message);
        Assert.Contains("cannot be read", Assert.Throws<InvalidDataException>(() => ScenarioCatalog.Load(Path.Combine(empty.Path, "none"))).Message);
    }

    [Fact]
    public void A_faulty_file_of_a_trainer_is_told_and_left_out()
    {
        Write(_own, "a", Lesson("a"));
        Write(_mine, "mine", Lesson("mine"));
        Write(_mine, "broken", Lesson("broken").Replace("do: bind", "do: bnid"));
        Write(_mine, "other-name", Lesson("another"));
        Write(_mine, "a", Lesson("a"));
        string byNumber = "decides: true }\n      - { do: setsockopt, program: sv, socket: lfd, option: 15, value: 1 }";
        Write(_mine, "numbered", Lesson("numbered").Replace("decides: true }", byNumber));
        Write(_own, "own-numbered", Lesson("own-numbered").Replace("decides: true }", byNumber));
        ScenarioCatalog catalog = ScenarioCatalog.Load(_own.Path, [_mine.Path]);
        Assert.Equal(["a", "mine", "numbered", "own-numbered"], catalog.All.Select(s => s.Id));
        Assert.Equal(
            [
                ("a.yaml", FaultCodes.DuplicateScenario),
                ("broken.yaml", FaultCodes.NotWord),
                ("numbered.yaml", FaultCodes.OptionByNumber),
                ("other-name.yaml", FaultCodes.FileName),
            ],
            catalog.Faults.Select(f => (Path.GetFileName(f.File)!, f.Problem.Code)).Distinct().OrderBy(f => f.Item1)
        );
        Assert.Equal($"{_own.Path}/a.yaml", catalog.Faults.Single(f => f.Problem.Code == FaultCodes.DuplicateScenario).Problem["file"]);
    }

    [Fact]
    public void A_file_that_has_become_faulty_keeps_its_last_good_version_until_it_is_right_again_or_gone()
    {
        Write(_own, "a", Lesson("a"));
        Write(_mine, "mine", Lesson("mine"));
        ScenarioCatalog catalog = ScenarioCatalog.Load(_own.Path, [_mine.Path]);
        Scenario good = catalog.Find("mine")!;
        int told = 0;
        catalog.Changed += () => told++;

        Write(_mine, "mine", Lesson("mine").Replace("do: bind", "do: bnid"));
        Assert.True(Settle(catalog));
        Assert.Same(good, catalog.Find("mine"));
        Assert.NotEmpty(catalog.Faults);
        Assert.False(Settle(catalog));

        Write(_mine, "mine", Lesson("mine").Replace("title: T", "title: Better"));
        Assert.True(Settle(catalog));
        Assert.Equal("Better", catalog.Find("mine")!.Title.In("en"));
        Assert.Empty(catalog.Faults);

        File.Delete(Path.Combine(_mine.Path, "mine.yaml"));
        Assert.True(Settle(catalog));
        Assert.Null(catalog.Find("mine"));
        Assert.Equal(3, told);
    }

    [Fact]
    public void A_file_is_read_once_it_has_stopped_changing()
    {
        Write(_own, "a", Lesson("a"));
        Write(_mine, "mine", Lesson("mine"));
        ScenarioCatalog catalog = ScenarioCatalog.Load(_own.Path, [_mine.Path]);
        string text = Lesson("mine").Replace("title: T", "title: Longer than before");
        // An editor that writes in pieces: none of the halves is told of.
        foreach (int length in (int[])[text.Length / 3, text.Length / 2, text.Length])
        {
            Write(_mine, "mine", text[..length]);
            Assert.False(catalog.Reload());
        }
        Assert.True(catalog.Reload());
        Assert.Equal("Longer than before", catalog.Find("mine")!.Title.In("en"));
        Assert.Empty(catalog.Faults);
    }

    [Fact]
    public async Task A_new_file_is_noticed_by_the_clock()
    {
        Write(_own, "a", Lesson("a"));
        ScenarioCatalog catalog = ScenarioCatalog.Load(_own.Path, [_mine.Path]);
        var time = new FakeTimeProvider();
        using var watch = new ScenarioWatch(catalog, time, NullLogger<ScenarioWatch>.Instance);
        await watch.StartAsync(TestContext.Current.CancellationToken);
        Write(_mine, "mine", Lesson("mine"));
        while (catalog.Find("mine") is null)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            time.Advance(ScenarioWatch.Pause);
            await Task.Yield();
        }
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    // The first look sees that a file has changed, the second that it has stayed the same.
    private static bool Settle(ScenarioCatalog catalog) => catalog.Reload() | catalog.Reload();

    private static string Lesson(string id) =>
        $$"""
            id: {{id}}
            title: T
            summary: S.
            topic: own
            ports: [{ id: main, default: 11111 }]
            programs: [{ id: sv, host: server, command: ./sv }]
            steps:
              - id: bind
                title: Bind
                does: Binds.
                actions:
                  - { do: start, program: sv }
                  - { do: socket, program: sv, socket: lfd }
                  - { do: bind, program: sv, socket: lfd, address: any, decides: true }
            """;

    private static int _written;

    // Two writes within one tick of the file system's clock, of equal length, look the same: each gets a time of its own.
    private static void Write(TemporaryDirectory directory, string name, string text)
    {
        string path = Path.Combine(directory.Path, name + ".yaml");
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddDays(20_000).AddSeconds(Interlocked.Increment(ref _written)));
    }
}
