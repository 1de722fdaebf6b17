using ReuseAddrDashboard.Server.LocalHosts;

namespace ReuseAddrDashboard.LocalHosts.Tests;

public sealed class PrivateDirectoryTests : IDisposable
{
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("private-");

    public void Dispose() => _place.Delete(recursive: true);

    [Fact]
    public void Is_for_its_user_alone_and_goes_with_its_owner()
    {
        using PrivateDirectory directory = PrivateDirectory.Create([_place.FullName]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory.FullPath));
        Assert.Equal(_place.FullName, Path.GetDirectoryName(directory.FullPath));
        Assert.StartsWith($"reuseaddr-dashboard-{Environment.ProcessId}-", Path.GetFileName(directory.FullPath), StringComparison.Ordinal);
        File.WriteAllText(directory.SocketPath, "");

        directory.Dispose();
        Assert.Empty(_place.GetFileSystemInfos());
    }

    [Fact]
    public void Removes_what_a_dead_server_left_and_nothing_of_a_living_one()
    {
        using PrivateDirectory living = PrivateDirectory.Create([_place.FullName]);
        string dead = Left("reuseaddr-dashboard-1-dead", locked: true);
        string early = Left("reuseaddr-dashboard-999999999-early", locked: false);
        string other = Left("somebody-elses", locked: true);

        using PrivateDirectory next = PrivateDirectory.Create([_place.FullName]);
        Assert.False(Directory.Exists(dead));
        Assert.False(Directory.Exists(early));
        Assert.True(Directory.Exists(other));
        Assert.True(Directory.Exists(living.FullPath));
    }

    [Fact]
    public void Does_not_follow_a_link_nor_remove_files_that_are_not_its_own()
    {
        string target = Left("target", locked: true);
        Directory.CreateSymbolicLink(Path.Combine(_place.FullName, "reuseaddr-dashboard-1-link"), target);
        string strange = Left("reuseaddr-dashboard-1-strange", locked: true);
        File.WriteAllText(Path.Combine(strange, "thesis.txt"), "");

        using PrivateDirectory next = PrivateDirectory.Create([_place.FullName]);
        Assert.Equal(2, Directory.GetFiles(target).Length);
        Assert.Equal(["thesis.txt"], Directory.GetFiles(strange).Select(Path.GetFileName));
    }

    [Fact]
    public void Passes_over_places_that_are_missing_or_too_long_for_a_socket()
    {
        string deep = Directory.CreateDirectory(Path.Combine(_place.FullName, new string('d', 80))).FullName;
        using PrivateDirectory directory = PrivateDirectory.Create([null, "", "relative", Path.Combine(_place.FullName, "missing"), deep, _place.FullName]);
        Assert.Equal(_place.FullName, Path.GetDirectoryName(directory.FullPath));
    }

    [Fact]
    public void Says_what_is_wrong_with_each_place_and_what_to_do()
    {
        string missing = Path.Combine(_place.FullName, "missing");
        IOException error = Assert.Throws<IOException>(() => PrivateDirectory.Create([missing]));
        Assert.Contains($"{missing} does not exist", error.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", error.Message, StringComparison.Ordinal);
    }

    private string Left(string name, bool locked)
    {
        string directory = _place.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(directory, "agents.sock"), "");
        if (locked)
        {
            File.WriteAllText(Path.Combine(directory, "owner.lock"), "");
        }

        return directory;
    }
}
