using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Captures;

/// <summary>What came of a file that somebody sent.</summary>
/// <param name="Entry">The capture; null where the file was not taken.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Fault">What is wrong with the file, where that is why.</param>
internal sealed record CaptureAnswer(CaptureEntry? Entry, CaptureRefusal Refusal = CaptureRefusal.None, CaptureFault? Fault = null);

/// <summary>Why a file was not taken.</summary>
internal enum CaptureRefusal : byte
{
    None,
    Empty,
    TooLarge,
    NoRoom,
    Unreadable,
    Busy,
}

/// <summary>
/// Holds capture files that people opened, for a while: at most <see cref="MaxHeld"/>, for <see cref="Longest"/> since somebody asked for one last; the one
/// that nobody asked for longest goes first. They are in the temporary directory, without
/// names, in no store, and gone with the program.
/// </summary>
internal sealed class CaptureShelf : IDisposable
{
    /// <summary>Files that are held at once.</summary>
    public const int MaxHeld = 8;

    /// <summary>Files that are read through at once, each of which takes a processor for its time, and those that are taken in.</summary>
    private const int Reading = 2,
        Arriving = 4;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1),
        Wait = TimeSpan.FromSeconds(20),
        Looks = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, HeldCapture> _held = [];
    private readonly SemaphoreSlim _turns = new(Reading),
        _arrivals = new(Arriving);
    private readonly Lock _lock = new();
    private readonly IOptions<CaptureOptions> _options;
    private readonly TimeProvider _time;
    private readonly ITimer _looks;

    public CaptureShelf(IOptions<CaptureOptions> options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _looks = time.CreateTimer(_ => Clean(), null, Looks, Looks);
    }

    /// <summary>Takes a file in.</summary>
    /// <param name="body">Its octets.</param>
    /// <param name="name">What it is called, for people.</param>
    /// <param name="cancel">Ends the taking.</param>
    /// <exception cref="IOException">The stream broke.</exception>
    public async Task<CaptureAnswer> Take(Stream body, string name, CancellationToken cancel)
    {
        if (!await _arrivals.WaitAsync(Wait, cancel))
            return new(null, CaptureRefusal.Busy);
        FileStream? file = null;
        try
        {
            (file, CaptureRefusal refusal) = await Copy(body, cancel);
            if (file is null)
                return new(null, refusal);
            if (await InTurn(() => Read(file, f => CaptureReading.List(f, cancel)), cancel) is not { } contents)
                return new(null, CaptureRefusal.Busy);
            if (contents is { Packets: 0, Fault: { } fault })
                return new(null, CaptureRefusal.Unreadable, fault);
            CaptureEntry entry = new()
            {
                Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                Name = name,
                Format = contents.Format,
                Size = file.Length,
                Packets = contents.Packets,
                Segments = contents.Segments,
                Connections = contents.Connections.Count,
                StartedAt = contents.StartedAt,
                Duration = contents.Duration,
                Remarks = contents.Remarks,
                Fault = contents.Fault,
            };
            Put(new(entry, contents.Connections, file));
            file = null;
            return new(entry);
        }
        finally
        {
            if (file is not null)
                await file.DisposeAsync();
            _arrivals.Release();
        }
    }

    /// <summary>A capture by its id; null where none is held.</summary>
    public HeldCapture? Find(string id)
    {
        lock (_lock)
        {
            if (!_held.TryGetValue(id, out HeldCapture? held))
                return null;
            if (IsOver(held))
            {
                Remove(id);
                return null;
            }
            held.Used = _time.GetUtcNow();
            return held;
        }
    }

    /// <summary>A connection of a capture, read from its file; null where the reading would have to wait too long.</summary>
    /// <exception cref="IOException">The capture is held no more.</exception>
    public Task<FileConnectionDetail?> Connection(HeldCapture capture, int number, CancellationToken cancel) =>
        InTurn(
            () =>
            {
                using FileStream file = capture.Open();
                return CaptureReading.Connection(file, number, cancel);
            },
            cancel
        );

    /// <summary>Lets a capture go; false where none of that id is held.</summary>
    public bool Remove(string id)
    {
        lock (_lock)
        {
            if (!_held.Remove(id, out HeldCapture? held))
                return false;
            held.Dispose();
            return true;
        }
    }

    public void Dispose()
    {
        _looks.Dispose();
        lock (_lock)
        {
            foreach (HeldCapture held in _held.Values)
                held.Dispose();
            _held.Clear();
        }
        _turns.Dispose();
        _arrivals.Dispose();
    }

    // Null where the turn did not come in time.
    private async Task<T?> InTurn<T>(Func<T?> read, CancellationToken cancel)
        where T : class
    {
        if (!await _turns.WaitAsync(Wait, cancel))
            return null;
        try
        {
            return await Task.Run(read, cancel);
        }
        finally
        {
            _turns.Release();
        }
    }

    private void Put(HeldCapture capture)
    {
        lock (_lock)
        {
            capture.Used = _time.GetUtcNow();
            _held[capture.Entry.Id] = capture;
            while (_held.Count > MaxHeld)
                Remove(_held.MinBy(h => h.Value.Used).Key);
        }
    }

    private void Clean()
    {
        lock (_lock)
        {
            foreach (string id in _held.Where(h => IsOver(h.Value)).Select(h => h.Key).ToArray())
                Remove(id);
        }
    }

    private bool IsOver(HeldCapture held) => held.Used < _time.GetUtcNow() - Longest;

    // Null where the temporary directory takes none.
    private static FileStream? TryCreate()
    {
        string path = Path.Combine(Path.GetTempPath(), $"reuseaddr-capture-{Guid.NewGuid():N}");
        try
        {
            FileStream file = new(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.ReadWrite | FileShare.Delete,
                    Options = FileOptions.Asynchronous,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
            File.Delete(path);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task<(FileStream? File, CaptureRefusal Refusal)> Copy(Stream body, CancellationToken cancel)
    {
        if (TryCreate() is not { } file)
            return (null, CaptureRefusal.NoRoom);
        try
        {
            byte[] chunk = new byte[64 * 1024];
            long length = 0;
            for (int n; (n = await body.ReadAsync(chunk, cancel)) > 0; )
            {
                length += n;
                if (length > _options.Value.MaxOctets)
                    return await Refuse(file, CaptureRefusal.TooLarge);
                if (!await TryWrite(file, chunk.AsMemory(0, n), cancel))
                    return await Refuse(file, CaptureRefusal.NoRoom);
            }
            if (length == 0)
                return await Refuse(file, CaptureRefusal.Empty);
            return await TryWrite(file, null, cancel) ? (file, CaptureRefusal.None) : await Refuse(file, CaptureRefusal.NoRoom);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    // The temporary directory may be full; what breaks of the body is the sender's.
    private static async Task<bool> TryWrite(FileStream file, ReadOnlyMemory<byte>? octets, CancellationToken cancel)
    {
        try
        {
            if (octets is { } some)
                await file.WriteAsync(some, cancel);
            else
                await file.FlushAsync(cancel);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<(FileStream?, CaptureRefusal)> Refuse(FileStream file, CaptureRefusal why)
    {
        try
        {
            await file.DisposeAsync();
        }
        catch (IOException)
        {
            // What was still to be written has no room either.
        }
        return (null, why);
    }

    private static T Read<T>(FileStream file, Func<Stream, T> read)
    {
        using FileStream again = HeldCapture.Open(file);
        return read(again);
    }
}
