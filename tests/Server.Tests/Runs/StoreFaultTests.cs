using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Runs;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>
/// What becomes of runs while their database is locked, full, deleted or damaged: every event that was shown is in the file once the store works again.
/// </summary>
public sealed class StoreFaultTests : IDisposable
{
    private static readonly object Quick = new
    {
        scenario = "without-reuseaddr",
        ports = new { main = 22222 },
        pauseMs = 0,
    };
    private readonly TemporaryDirectory _data = new();

    private string Database => Path.Combine(_data.Path, "runs.db");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_database_that_another_program_locks_holds_nobody_up()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(_data.Path);
        string id;
        await using (dashboard)
        {
            id = await dashboard.StartRun(Quick);
            using (var other = new SqliteConnection($"Data Source={Database};Pooling=False"))
            {
                other.Open();
                using SqliteTransaction transaction = other.BeginTransaction();
                await Step(dashboard, id, "start-listener");
                await Until(dashboard, "locked");
                await Step(dashboard, id, "connect");
                Assert.Equal("store.locked", (await dashboard.Lab.State()).Value.Problem!.Code);
            }
            await Until(dashboard, "works");
            await EndsAsShown(dashboard, id);
        }
    }

    [Fact]
    public async Task A_run_whose_row_somebody_deleted_is_finished_all_the_same()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(_data.Path);
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        EarlierData.Execute(_data.Path, "DELETE FROM runs");
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        await Until(() => Task.FromResult(EarlierData.Query(_data.Path, $"SELECT Finished FROM runs WHERE Id = '{id}'") is ["1"]));
        Assert.Equal(Outcome.Reset, (await dashboard.Run(id)).Outcome);
    }

    [Fact]
    public async Task Its_looks_at_the_file_leave_the_databases_locks_and_a_log_that_somebody_deletes_is_written_anew()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(_data.Path);
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        await Step(dashboard, id, "start-listener");
        // Without this process's lock the next program that closes the database would take itself for the last one, and delete the log (proc_locks(5)).
        string file = $":{FileIdentity.At(Database)!.Value.Inode} ";
        Assert.Contains(
            File.ReadLines("/proc/locks"),
            l =>
                l.Contains(" POSIX ", StringComparison.Ordinal)
                && l.Contains($" {Environment.ProcessId} ", StringComparison.Ordinal)
                && l.Contains(file, StringComparison.Ordinal)
        );
        File.Delete(Database + "-wal");
        await Step(dashboard, id, "connect");
        int shown = (await dashboard.Run(id)).Events.Count;
        File.Copy(Database, Database + ".seen");
        File.Copy(Database + "-wal", Database + ".seen-wal");
        Assert.InRange(
            int.Parse(
                Assert.Single(EarlierData.Query(_data.Path, $"SELECT count(*) FROM events WHERE Run = '{id}'", "runs.db.seen")),
                CultureInfo.InvariantCulture
            ),
            shown,
            int.MaxValue
        );
    }

    [Fact]
    public async Task A_full_disk_loses_nothing() =>
        await OnFullDisk(
            async (dashboard, id, fill) =>
            {
                await Step(dashboard, id, "connect");
                await Until(dashboard, "full");
                Checkpoint();
                await Step(dashboard, id, "close");
                Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
                // Another run is possible meanwhile.
                string second = await dashboard.StartRun(Quick);
                await Step(dashboard, second, "start-listener");
                RunFile[] shown = [await dashboard.Run(id), await dashboard.Run(second)];
                File.Delete(fill);
                await Until(dashboard, "works");
                await UntilStored(shown[0]);
                Assert.Equal(Outcome.Reset, (await dashboard.Run(id)).Outcome);
                await EndsAsShown(dashboard, second);
                // What a checkpoint could write only in part is in the write-ahead log: nothing is damaged.
                Assert.Empty(Directory.EnumerateFiles(_data.Path, "runs.db.damaged-*"));
            }
        );

    [Fact]
    public async Task A_deleted_database_that_has_no_room_to_be_written_anew_takes_nothing() =>
        await OnFullDisk(
            async (dashboard, id, fill) =>
            {
                Directory.EnumerateFiles(_data.Path, "runs.db*").ToList().ForEach(File.Delete);
                await Step(dashboard, id, "connect");
                await Until(dashboard, "full");
                Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
                string second = await dashboard.StartRun(Quick);
                foreach (string step in (string[])["start-listener", "connect", "close"])
                {
                    await Step(dashboard, second, step);
                    // Asked again and again, as a write that went to the file without a name is told of a moment later.
                    for (int i = 0; i < 20; i++)
                    {
                        using HttpResponseMessage ready = await dashboard.Http.GetAsync("/readyz", TestContext.Current.CancellationToken);
                        Assert.False(ready.IsSuccessStatusCode && !File.Exists(Database), "It says that it works, and has no file.");
                    }
                }
                File.Delete(fill);
                await Until(dashboard, "works");
                await EndsAsShown(dashboard, second);
            }
        );

    [Fact]
    public async Task A_damaged_database_that_has_no_room_for_another_gets_one_once_there_is_room() =>
        await OnFullDisk(
            async (dashboard, id, fill) =>
            {
                Damage();
                await Step(dashboard, id, "connect");
                await Until(dashboard, "full");
                File.Delete(fill);
                await Until(dashboard, "works");
                Assert.Equal("store.put-aside", (await dashboard.Lab.State()).Value.Notice?.Code);
                Assert.NotEmpty(Directory.EnumerateFiles(_data.Path, "runs.db.damaged-*"));
                await EndsAsShown(dashboard, id);
            }
        );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_database_that_is_deleted_while_in_use_is_written_anew_with_every_run(bool whole)
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(_data.Path);
        await using TestDashboard running = dashboard;
        string ended = await dashboard.StartRun(Quick);
        await Step(dashboard, ended, "start-listener");
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        string id = await dashboard.StartRun(Quick);
        await Step(dashboard, id, "start-listener");
        if (whole)
            Directory.Delete(_data.Path, recursive: true);
        else
            Directory.EnumerateFiles(_data.Path, "runs.db*").ToList().ForEach(File.Delete);
        await Step(dashboard, id, "connect");
        // What is shown after it is in the file, and not in the one without a name: a kill would take that.
        Assert.True(File.Exists(Database));
        int shown = (await dashboard.Run(id)).Events.Count;
        Assert.InRange(
            int.Parse(Assert.Single(EarlierData.Query(_data.Path, $"SELECT count(*) FROM events WHERE Run = '{id}'")), CultureInfo.InvariantCulture),
            shown,
            int.MaxValue
        );
        await Until(() =>
            File.Exists(Database)
                ? dashboard.Lab.State().ContinueWith(t => t.Result.Value.Notice?.Code == "store.written-anew", TaskScheduler.Default)
                : Task.FromResult(false)
        );
        Assert.Contains(EarlierData.Query(_data.Path, "SELECT Id FROM runs"), r => r == ended);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Database));
        await EndsAsShown(dashboard, id);
    }

    [Fact]
    public async Task A_database_that_becomes_damaged_is_put_aside_and_open_runs_are_in_the_new_one()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(_data.Path);
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        await Step(dashboard, id, "start-listener");
        Damage();
        await Step(dashboard, id, "connect");
        await Until(async () => (await dashboard.Lab.State()).Value.Notice?.Code == "store.put-aside");
        await Until(dashboard, "works");
        Assert.NotEmpty(Directory.EnumerateFiles(_data.Path, "runs.db.damaged-*"));
        await EndsAsShown(dashboard, id);
    }

    [Theory]
    [InlineData("This is no database, but a text that somebody put here.")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_damaged_database_is_put_aside_at_the_start_and_told_of_once(string? text)
    {
        if (text is null)
        {
            EarlierData.Make(_data.Path);
            using FileStream cut = new(Database, FileMode.Open);
            cut.SetLength(cut.Length / 2);
        }
        else
        {
            await File.WriteAllTextAsync(Database, text, TestContext.Current.CancellationToken);
        }

        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(_data.Path);
        await using TestDashboard running = dashboard;
        string? notice = (await dashboard.Lab.State()).Value.Notice?.Code;
        Assert.Equal(text == "" ? null : "store.put-aside", notice);
        Assert.Equal(
            text == "" ? 0 : 1,
            Directory
                .EnumerateFiles(_data.Path, "runs.db.damaged-*")
                .Count(f => !f.EndsWith("-wal", StringComparison.Ordinal) && !f.EndsWith("-shm", StringComparison.Ordinal))
        );
        await EndsAsShown(dashboard, await dashboard.StartRun(Quick));
        Assert.Null((await dashboard.Lab.State()).Value.Notice);
    }

    [Theory]
    [InlineData("UPDATE events SET Json = 'xx' WHERE Run = '{0}' AND Seq = 3", 200)]
    [InlineData("UPDATE runs SET Header = 'xx' WHERE Id = '{0}'", 422)]
    public async Task One_unreadable_event_or_run_costs_no_other(string damage, int status)
    {
        EarlierData.Make(_data.Path);
        foreach (string id in (string[])[EarlierData.Completed, EarlierData.Open])
            EarlierData.Execute(_data.Path, string.Format(CultureInfo.InvariantCulture, damage, id));
        await using TestDashboard dashboard = await TestDashboard.Start(_data.Path);
        foreach (string id in (string[])[EarlierData.Completed, EarlierData.Open])
        {
            HttpResponseMessage answer = await dashboard.Http.GetAsync($"/api/runs/{id}", TestContext.Current.CancellationToken);
            Assert.Equal(status, (int)answer.StatusCode);
            if (status == 200)
                Assert.Equal("gap.unreadable", Assert.IsType<GapEvent>((await dashboard.Run(id)).Events[2]).Reason.Code);
        }
        Assert.Equal(
            3,
            JsonDocument.Parse(await dashboard.Http.GetStringAsync("/api/runs", TestContext.Current.CancellationToken)).RootElement.GetArrayLength()
        );
        Assert.Single((await dashboard.Run(EarlierData.Reset)).Events);
    }

    [Fact]
    public async Task The_directory_and_its_files_are_their_owners_alone_also_where_an_earlier_version_left_them_open()
    {
        EarlierData.Make(_data.Path);
        File.SetUnixFileMode(_data.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Database, (UnixFileMode)0b110_100_100);
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(_data.Path);
        await using TestDashboard running = dashboard;
        await Step(dashboard, await dashboard.StartRun(Quick), "start-listener");
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(_data.Path));
        Assert.All(Directory.EnumerateFiles(_data.Path), f => Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(f)));
        Assert.InRange(Directory.EnumerateFiles(_data.Path).Count(), 4, 5);
    }

    private static async Task Step(TestDashboard dashboard, string run, string step)
    {
        using HttpResponseMessage answer = await dashboard.Post($"/api/runs/{run}/steps/{step}");
        Assert.True(answer.IsSuccessStatusCode, $"{step}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
    }

    /// <summary>Every event of the run is in the file as it was shown, and after Reset the run is finished there.</summary>
    private async Task EndsAsShown(TestDashboard dashboard, string id)
    {
        await UntilStored(await dashboard.Run(id));
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        await Until(() => Task.FromResult(EarlierData.Query(_data.Path, $"SELECT Finished FROM runs WHERE Id = '{id}'") is ["1"]));
        Assert.IsType<EndEvent>((await dashboard.Run(id)).Events[^1]);
    }

    /// <summary>On a small file system that something filled after the first step of a run, and that is full until the file is deleted.</summary>
    private async Task OnFullDisk(Func<TestDashboard, string, string, Task> test)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "A small file system needs root to be mounted: start the tests with sudo.");
        Run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", _data.Path);
        try
        {
            (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(_data.Path);
            await using TestDashboard running = dashboard;
            string id = await dashboard.StartRun(Quick),
                fill = Path.Combine(_data.Path, "fill");
            await Step(dashboard, id, "start-listener");
            await Fill(fill);
            await test(dashboard, id, fill);
        }
        finally
        {
            Run("umount", "-l", _data.Path);
        }
    }

    private void Damage()
    {
        foreach (string file in Directory.EnumerateFiles(_data.Path, "runs.db*"))
        {
            using FileStream database = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            byte[] garbage = new byte[Math.Min(database.Length, 200_000)];
            new Random(1).NextBytes(garbage);
            if (!file.EndsWith("-shm", StringComparison.Ordinal))
                database.Write(garbage);
        }
    }

    private async Task UntilStored(RunFile shown)
    {
        string[] events = [.. shown.Events.Select(e => JsonSerializer.Serialize(e, WireJson.Default.RunEvent))];
        await Until(() =>
            Task.FromResult(
                EarlierData.Query(_data.Path, $"SELECT Json FROM events WHERE Run = '{shown.Id}' ORDER BY Seq").Take(events.Length).SequenceEqual(events)
            )
        );
    }

    private static async Task Until(TestDashboard dashboard, string store) =>
        await Until(async () =>
        {
            using HttpResponseMessage answer = await dashboard.Http.GetAsync("/readyz", TestContext.Current.CancellationToken);
            string body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            JsonElement root = JsonDocument.Parse(body).RootElement;
            string now = answer.IsSuccessStatusCode ? root.GetProperty("store").GetString()! : root.GetProperty("code").GetString()!.Split('.')[1];
            Assert.Equal(now == "works" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            return now == store && (store == "works") == ((await dashboard.Lab.State()).Value.Problem is null);
        });

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
            await tick.WaitForNextTickAsync(limit.Token);
    }

    /// <summary>Has SQLite write its log into the database's file, as it does now and then; on a full disk it ends half-way.</summary>
    private void Checkpoint()
    {
        using var other = new SqliteConnection($"Data Source={Database};Pooling=False");
        other.Open();
        using SqliteCommand command = other.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(FULL)";
        Assert.Equal(13, Assert.Throws<SqliteException>(() => command.ExecuteNonQuery()).SqliteErrorCode);
    }

    private static async Task Fill(string path)
    {
        byte[] octets = new byte[4096];
        await using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                file.Write(octets);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments)!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
