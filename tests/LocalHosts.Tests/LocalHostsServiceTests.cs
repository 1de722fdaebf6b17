using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.LocalHosts.Tests;

/// <summary>The Server's side: which way it takes, what it says of it, and that it keeps the hosts up.</summary>
public sealed class LocalHostsServiceTests : IAsyncDisposable
{
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("local-hosts-");
    private readonly PrivateDirectory _directory;
    private readonly LocalHostsStatus _status = new();
    private LocalHostsService? _service;

    public LocalHostsServiceTests() => _directory = PrivateDirectory.Create([_place.FullName]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.StopAsync(CancellationToken.None);
            _service.Dispose();
        }

        _directory.Dispose();
        _place.Delete(recursive: true);
    }

    [Fact(Timeout = 60_000)]
    public async Task Takes_namespaces_where_they_are_allowed_and_has_nothing_to_say_then()
    {
        await Start(LocalHostsMode.Auto);
        await Until(() => _status.Ready);
        Assert.Equal((HostsMode.Namespaces, null), (_status.Mode, _status.Reason));
    }

    [Fact(Timeout = 60_000)]
    public async Task Takes_a_user_namespace_when_it_is_not_root()
    {
        await Start(LocalHostsMode.Namespaces, root: false);
        await Until(() => _status.Ready);
        Assert.Equal((HostsMode.Namespaces, null), (_status.Mode, _status.Reason));
    }

    [Fact(Timeout = 60_000)]
    public async Task Falls_back_to_loopback_and_says_why()
    {
        await Start(LocalHostsMode.Auto, root: false, unshare: RefusingUnshare());
        await Until(() => _status.Ready);
        Assert.Equal(HostsMode.Loopback, _status.Mode);
        Assert.Equal("unshare: unshare failed: Operation not permitted", _status.Reason!["why"]);
        Assert.StartsWith(
            "Network namespaces are not allowed here: unshare: unshare failed: Operation not permitted.",
            TextCatalog.English[_status.Reason],
            StringComparison.Ordinal
        );
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_unshare_it_falls_back_and_names_the_package()
    {
        await Start(LocalHostsMode.Auto, root: false, unshare: null);
        await Until(() => _status.Ready);
        Assert.Equal(HostsMode.Loopback, _status.Mode);
        Assert.Contains("util-linux", TextCatalog.English[_status.Reason!], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Told_to_take_namespaces_it_takes_nothing_else()
    {
        await Start(LocalHostsMode.Namespaces, root: false, unshare: RefusingUnshare());
        await _service!.ExecuteTask!.WaitAsync(Cancel);
        Assert.Equal((HostsMode.Namespaces, false), (_status.Mode, _status.Ready));
        Assert.Contains("Operation not permitted", _status.Reason!["why"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Told_to_take_loopback_it_does_not_try_namespaces()
    {
        await Start(LocalHostsMode.Loopback, unshare: "/nowhere/unshare");
        await Until(() => _status.Ready);
        Assert.Equal((HostsMode.Loopback, null), (_status.Mode, _status.Reason));
    }

    [Fact(Timeout = 60_000)]
    public async Task Told_to_take_none_it_starts_nothing_and_says_how_hosts_join()
    {
        await Start(LocalHostsMode.None);
        await _service!.ExecuteTask!.WaitAsync(Cancel);
        Assert.Equal((HostsMode.Remote, false), (_status.Mode, _status.Ready));
        Assert.Contains(
            "start reuseaddr-agent --dashboard URL --name server, and --name client",
            TextCatalog.English[_status.Reason!],
            StringComparison.Ordinal
        );
        Assert.Empty(Children());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_missing_agent_is_named_with_its_place()
    {
        await Start(LocalHostsMode.Auto, baseDirectory: _place.FullName);
        await _service!.ExecuteTask!.WaitAsync(Cancel);
        Assert.False(_status.Ready);
        Assert.Equal(("hosts.no-agent", Path.Combine(_place.FullName, "agent", "reuseaddr-agent")), (_status.Reason!.Code, _status.Reason["path"]));
    }

    [Fact(Timeout = 60_000)]
    public async Task Hosts_that_are_killed_are_started_again()
    {
        await Start(LocalHostsMode.Loopback);
        await Until(() => _status.Ready);
        int first = Assert.Single(Children());
        using (var end = new Ends(first))
        {
            end.Kill();
            await Until(() => !_status.Ready);
            Assert.Equal("hosts.restarting", _status.Reason!.Code);
        }

        await Until(() => _status.Ready);
        Assert.NotEqual(first, Assert.Single(Children()));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(LocalHostsMode.Auto)]
    [InlineData(LocalHostsMode.Loopback)]
    public async Task Stopping_ends_the_hosts(LocalHostsMode mode)
    {
        await Start(mode);
        await Until(() => _status.Ready);
        using var program = new Ends(Assert.Single(Children()));

        await _service!.StopAsync(Cancel);
        Assert.True(program.Within(TimeSpan.Zero));
        Assert.False(Directory.Exists(_directory.FullPath));
    }

    private async Task Start(LocalHostsMode mode, bool? root = null, string? unshare = "/usr/bin/unshare", string? baseDirectory = null)
    {
        IOptions<DashboardOptions> options = Options.Create(new DashboardOptions { Data = "", Hosts = mode });
        _service = new LocalHostsService(options, _directory, _status, TimeProvider.System, NullLogger<LocalHostsService>.Instance)
        {
            Root = root ?? Environment.IsPrivilegedProcess,
            Unshare = unshare,
            BaseDirectory = baseDirectory ?? AppContext.BaseDirectory,
        };
        await _service.StartAsync(Cancel);
    }

    /// <summary>What unshare says where the kernel refuses: this machine's may not.</summary>
    private string RefusingUnshare()
    {
        string path = Path.Combine(_place.FullName, "unshare");
        File.WriteAllText(path, "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Waits for the status to say so.</summary>
    private async Task Until(Func<bool> reached)
    {
        var changed = new TaskCompletionSource();
        void Look()
        {
            if (reached())
            {
                changed.TrySetResult();
            }
        }

        _status.Changed += Look;
        Look();
        await changed.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        _status.Changed -= Look;
    }

    /// <summary>The programs that this test has started.</summary>
    private IEnumerable<int> Children() =>
        from directory in Directory.EnumerateDirectories("/proc")
        let process = int.TryParse(Path.GetFileName(directory), out int id) ? Agent.Of(id) : null
        where process is not null && process.Has(LocalHostsContract.Command) && process.Has(_directory.FullPath)
        select process.Process;
}
