using ReuseAddrDashboard.Agent.EnvironmentChanges;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.EnvironmentChanges;

public sealed class JournalTests : IDisposable
{
    private static readonly JournalEntry First = new("r1", ChangeKind.Sysctl, "net.ipv4.tcp_fin_timeout", "60"),
        Second = new("r2", ChangeKind.Table, "reuseaddr_1", null);

    private readonly string _directory = Directory.CreateTempSubdirectory("reuseaddr-journal-").FullName;

    private JournalPlace Place => new("test", [null, "/proc/none", _directory]);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Journal Open(string boot = "boot") => new(Place, boot);

    [Fact]
    public void Who_comes_after_finds_what_was_entered_in_order()
    {
        Journal journal = Open();
        journal.Add(First);
        journal.Add(Second);
        Assert.Equal([First, Second], Open().Entries);
        Open().Remove(First);
        Assert.Equal([Second], Open().Entries);
    }

    [Fact]
    public void Without_changes_there_is_nothing_on_disk()
    {
        Journal journal = Open();
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
        journal.Add(First);
        Assert.Single(Directory.GetFileSystemEntries(_directory));
        journal.Remove(First);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
        journal.Add(Second);
        Assert.Equal([Second], Open().Entries);
    }

    [Fact]
    public void After_a_reboot_there_is_nothing_to_undo()
    {
        Open().Add(First);
        Assert.Empty(Open("another").Entries);
    }

    [Fact]
    public void Who_comes_after_removes_the_journals_of_namespaces_that_went_with_their_keeper()
    {
        const int nobody = int.MaxValue;
        Journal Of(string owner, string boot, int keeper) => new(new JournalPlace(owner, [_directory]), boot, keeper);
        Of("killed", "boot", nobody).Add(First);
        Of("lives", "boot", Environment.ProcessId).Add(First);
        Of("by-hand", "boot", 0).Add(First);
        Of("before-reboot", "another", Environment.ProcessId).Add(First);
        string foreign = Directory.CreateDirectory(Path.Combine(_directory, "foreign")).FullName;

        Open().RemoveThoseOfTheDead();
        Assert.Equal(
            [foreign, new JournalPlace("by-hand", [_directory]).Find()!, new JournalPlace("lives", [_directory]).Find()!],
            Directory.GetDirectories(_directory).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"bootId\":\"boot\",\"entries\":[{\"run\":")]
    [InlineData("null")]
    public void A_file_that_is_none_is_as_good_as_missing(string text)
    {
        File.WriteAllText(Path.Combine(Place.Make(), "journal"), text);
        Assert.Empty(Open().Entries);
    }

    [Fact]
    public void What_cannot_be_written_down_is_not_entered()
    {
        var journal = new Journal(new JournalPlace("test", [Path.Combine("/proc", "none")]), "boot");
        Assert.ThrowsAny<IOException>(() => journal.Add(First));
        Assert.Empty(journal.Entries);
    }

    [Fact]
    public void It_lies_where_only_its_user_may_write_and_no_link_leads_elsewhere()
    {
        string place = Place.Make(),
            elsewhere = Directory.CreateDirectory(Path.Combine(_directory, "elsewhere")).FullName;
        Assert.Equal(place, Place.Find());
        Directory.Delete(place);
        File.CreateSymbolicLink(place, elsewhere);
        Assert.Null(Place.Find());
        Assert.ThrowsAny<IOException>(() => Place.Make());
    }
}
