using System.Diagnostics;
using System.Threading.Channels;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Metrics;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>
/// The one that writes to the store: one thing after the other, on no thread of the lab's. Tells how the store is; writes a deleted database anew and puts a
/// damaged one aside.
/// </summary>
internal sealed partial class StoreWriter : IAsyncDisposable
{
    // The lab gives one batch of each run at a time: full means that something is wrong.
    private const int Capacity = 1024;
    private static readonly TimeSpan LookApart = TimeSpan.FromSeconds(1),
        Patience = TimeSpan.FromSeconds(1),
        EndPatience = TimeSpan.FromSeconds(5);

    private readonly RunStore _store;
    private readonly StoreFile _file;
    private readonly DataDirectory _data;
    private readonly DashboardMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<StoreWriter> _logger;
    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly ITimer _looks;
    private Task _loop = Task.CompletedTask;
    private StoreState _last;

    // A damaged database was put aside, and none has taken its place yet: what to tell once one has.
    private Message? _aside;
    private long _busySince;

    public StoreWriter(RunStore store, StoreFile file, DataDirectory data, DashboardMetrics metrics, TimeProvider time, ILogger<StoreWriter> logger)
    {
        (_store, _file, _data, _metrics, _time, _logger) = (store, file, data, metrics, time, logger);
        metrics.StoreQueue(() => _queue.Reader.Count);
        _looks = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// The store was written anew. True: nothing that was stored before is in it. Told on the writer's thread, before anything else is written.
    /// </summary>
    public event Action<Message, bool>? Renewed;

    /// <summary>What is to be told of the start: a damaged database was put aside; null for nothing.</summary>
    public Message? StartNotice { get; private set; }

    /// <summary>How the store is now.</summary>
    public StoreState State =>
        Volatile.Read(ref _busySince) is var since and not 0 && _time.GetElapsedTime(since) > Patience && _last == StoreState.Works ? StoreState.Slow : _last;

    /// <summary>Makes the store ready; one that is damaged is put aside.</summary>
    /// <exception cref="InvalidDataException">The data directory cannot be used; the message says what to do.</exception>
    public async Task Start(CancellationToken cancel)
    {
        try
        {
            try
            {
                await Open(cancel);
            }
            catch (Exception e) when (StoreFaults.StateAfter(e) == StoreState.Damaged)
            {
                LogDamaged(e);
                PutAside();
                await Open(cancel);
                (StartNotice, _aside) = (_aside, null);
            }
        }
        catch (Exception e) when (e is Microsoft.Data.Sqlite.SqliteException or Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            throw new InvalidDataException(
                $"{TextCatalog.English[StoreFaults.Message(StoreFaults.StateAfter(e), _data.Path)]} Then start the dashboard again.",
                e
            );
        }
        _loop = Task.Run(Run, CancellationToken.None);
        _looks.Change(LookApart, LookApart);
    }

    /// <summary>Has something written; the task fails with what it failed with.</summary>
    public Task Write(Func<RunStore, Task> write)
    {
        var work = new Work(write, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), Activity.Current?.Context ?? default);
        return _queue.Writer.TryWrite(work) ? work.Done.Task : Task.FromException(new StoreBehindException());
    }

    public async ValueTask DisposeAsync()
    {
        await _looks.DisposeAsync();
        _queue.Writer.TryComplete();
        await Task.WhenAny(_loop, Task.Delay(EndPatience, _time));
        if (!_loop.IsCompleted)
            LogNotWritten(_queue.Reader.Count);
        _file.Dispose();
    }

    private void Look()
    {
        if (_queue.Reader.Count == 0)
            _queue.Writer.TryWrite(new Work(null, new TaskCompletionSource(), default));
    }

    private async Task Run()
    {
        await foreach (Work work in _queue.Reader.ReadAllAsync())
        {
            long began = _time.GetTimestamp();
            using Activity? span = work.Write is null ? null : DashboardMetrics.Traces.StartActivity("store.write", ActivityKind.Internal, work.Caller);
            try
            {
                Volatile.Write(ref _busySince, began);
                if (_aside is not null)
                {
                    await Renew();
                    throw new StoreReplacedException();
                }
                LookAtFile();
                if (work.Write is { } write)
                    await write(_store);
                if (work.Write is not null || _last is StoreState.Gone or StoreState.Damaged)
                    Is(StoreState.Works);
                work.Done.TrySetResult();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Exception fault = StoreFaults.StateAfter(e) == StoreState.Damaged ? await Replace(e) : e;
                if (fault is StoreReplacedException)
                    Is(StoreState.Works);
                else
                    Is(StoreFaults.StateAfter(fault), fault);
                span?.SetStatus(ActivityStatusCode.Error, fault.GetType().Name);
                work.Done.TrySetException(fault);
            }
            finally
            {
                if (work.Write is not null)
                    _metrics.Written(_time.GetElapsedTime(began), work.Done.Task.IsFaulted);
                Volatile.Write(ref _busySince, 0);
            }
        }
    }

    // Before each write: what goes to a file without a name is stored nowhere.
    private void LookAtFile()
    {
        if (!_file.IsInPlace())
        {
            _file.WriteAnew();
            Renewed?.Invoke(Message.Of("store.written-anew", ("directory", _data.Path)), false);
        }
        else if (!_file.IsWhole() && !_file.ChecksOut())
        {
            throw new StoreDamagedException();
        }
    }

    /// <returns>What the store's state is to be told by.</returns>
    private async Task<Exception> Replace(Exception damage)
    {
        LogDamaged(damage);
        try
        {
            PutAside();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return damage;
        }
        try
        {
            await Renew();
            return new StoreReplacedException();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // No room for another, perhaps: tried again with what is written next.
            return e;
        }
    }

    private void PutAside()
    {
        _file.Release();
        string? aside = _file.PutAside("damaged");
        _aside = Message.Of("store.put-aside", ("file", aside ?? _data.Database));
    }

    private async Task Renew()
    {
        await Open(CancellationToken.None);
        (Message told, _aside) = (_aside!, null);
        Renewed?.Invoke(told, true);
    }

    private async Task Open(CancellationToken cancel)
    {
        DataDirectory.MakeFile(_data.Database);
        await _store.Prepare(cancel);
        _file.Hold();
    }

    private void Is(StoreState state, Exception? fault = null)
    {
        if (_last == state)
            return;
        _last = state;
        if (fault is not null)
            LogState(state, fault);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The store cannot be written ({State}); what is to be stored is kept in memory and tried again")]
    private partial void LogState(StoreState state, Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "The database is damaged")]
    private partial void LogDamaged(Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "The dashboard ends although the store did not take everything: {Count} writes are lost")]
    private partial void LogNotWritten(int count);

    /// <param name="Write">What to do; null to look at the file only.</param>
    /// <param name="Done">Told when it is done or has failed.</param>
    /// <param name="Caller">What it is part of, for traces.</param>
    private sealed record Work(Func<RunStore, Task>? Write, TaskCompletionSource Done, ActivityContext Caller);
}
