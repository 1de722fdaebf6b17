using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>How the store is.</summary>
[JsonConverter(typeof(StoreStateJson))]
internal enum StoreState : byte
{
    /// <summary>What it was given last is stored.</summary>
    Works,

    /// <summary>A write takes longer than it should.</summary>
    Slow,

    /// <summary>The file system has no room (SQLITE_FULL).</summary>
    Full,

    /// <summary>Another program holds a lock on the database (SQLITE_BUSY, SQLITE_LOCKED).</summary>
    Locked,

    /// <summary>The database may not be written, or not be opened (SQLITE_READONLY, SQLITE_CANTOPEN).</summary>
    ReadOnly,

    /// <summary>The database was deleted or moved, and cannot be made anew.</summary>
    Gone,

    /// <summary>The database is damaged, or is none (SQLITE_CORRUPT, SQLITE_NOTADB), and cannot be put aside.</summary>
    Damaged,

    /// <summary>Something else.</summary>
    Fails,
}

internal sealed class StoreStateJson() : JsonStringEnumConverter<StoreState>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

/// <summary>What an exception of the store comes to.</summary>
internal static class StoreFaults
{
    // https://www.sqlite.org/rescode.html
    private const int Busy = 5,
        Locked = 6,
        ReadOnly = 8,
        Corrupt = 11,
        Full = 13,
        CannotOpen = 14,
        NotADatabase = 26;

    public static StoreState StateAfter(Exception fault) =>
        fault.GetBaseException() switch
        {
            SqliteException { SqliteErrorCode: Full } => StoreState.Full,
            SqliteException { SqliteErrorCode: Busy or Locked } => StoreState.Locked,
            SqliteException { SqliteErrorCode: ReadOnly or CannotOpen } => StoreState.ReadOnly,
            SqliteException { SqliteErrorCode: Corrupt or NotADatabase } => StoreState.Damaged,
            StoreGoneException => StoreState.Gone,
            StoreDamagedException => StoreState.Damaged,
            StoreBehindException or StoreReplacedException => StoreState.Slow,
            _ => StoreState.Fails,
        };

    /// <summary>What to tell of it.</summary>
    /// <param name="state">Any but <see cref="StoreState.Works"/>.</param>
    /// <param name="directory">The data directory.</param>
    public static Message Message(StoreState state, string directory) =>
        Core.Texts.Message.Of(
            state switch
            {
                StoreState.Slow => "store.slow",
                StoreState.Full => "store.full",
                StoreState.Locked => "store.locked",
                StoreState.ReadOnly => "store.read-only",
                StoreState.Gone => "store.gone",
                StoreState.Damaged => "store.damaged",
                _ => "store.fails",
            },
            ("directory", directory)
        );
}

/// <summary>The database is not where it was, and cannot be written there anew.</summary>
internal sealed class StoreGoneException(Exception cause) : IOException("The database was deleted or moved.", cause);

/// <summary>The database's file is none any more: its beginning was overwritten, or it was cut.</summary>
internal sealed class StoreDamagedException() : IOException("The database is damaged.");

/// <summary>The database was damaged, and another is in its place: what was to be written is to be given once more.</summary>
internal sealed class StoreReplacedException() : IOException("The database was replaced.");

/// <summary>More waits to be written than is kept in the queue.</summary>
internal sealed class StoreBehindException() : IOException("Too much waits to be written.");
