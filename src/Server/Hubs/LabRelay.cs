using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Metrics;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>Takes what is new in a lab once for this server; each of its browsers is a <see cref="Viewer"/> of its own.</summary>
internal sealed class LabRelay(
    IGrainFactory grains,
    IHubContext<LabHub, ILabClient> browsers,
    DashboardMetrics metrics,
    TimeProvider time,
    ILogger<LabRelay> logger
) : BackgroundService, ILabOnlooker
{
    /// <summary>Browsers at once. A class of thirty with a few tabs each is far below.</summary>
    public const int MaxViewers = 500;

    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, LabMirror> _mirrors = [];
    private readonly ConcurrentDictionary<string, (string Lab, Viewer Viewer, CancellationTokenSource End)> _viewers = [];
    private ILabOnlooker? _self;

    /// <summary>Sends a browser all it lacks from now on.</summary>
    /// <param name="connection">Its connection; one that looks on already begins anew.</param>
    /// <param name="lab">The lab.</param>
    /// <param name="has">How many events of each run it has.</param>
    /// <param name="gone">When the connection ends.</param>
    /// <param name="abort">Ends the connection: one that is not served any more begins anew.</param>
    /// <returns>False when there are too many.</returns>
    public async Task<bool> Show(string connection, string lab, IReadOnlyDictionary<string, long> has, CancellationToken gone, Action abort)
    {
        if (_viewers.Count >= MaxViewers && !_viewers.ContainsKey(connection))
            return false;
        if (!_mirrors.TryGetValue(lab, out LabMirror? mirror))
        {
            mirror = _mirrors.GetOrAdd(lab, _ => new());
            try
            {
                await Fill(lab, mirror);
            }
            catch
            {
                // The next that comes has it filled.
                _mirrors.TryRemove(new(lab, mirror));
                throw;
            }
        }
        var end = CancellationTokenSource.CreateLinkedTokenSource(gone);
        var viewer = new Viewer(
            browsers.Clients.Client(connection),
            mirror,
            async () => (await grains.GetGrain<ILabGrain>(lab).State()).Value,
            has,
            metrics,
            time
        );
        if (_viewers.TryRemove(connection, out var before))
            await before.End.CancelAsync();
        _viewers[connection] = (lab, viewer, end);
        metrics.ViewerCame();
        _ = Task.Run(
            async () =>
            {
                try
                {
                    await viewer.Run(end.Token);
                }
                catch (Exception e)
                {
                    LabRelayLog.Failed(logger, e);
                    abort();
                }
                finally
                {
                    _viewers.TryRemove(new(connection, (lab, viewer, end)));
                    metrics.ViewerWent();
                    end.Dispose();
                }
            },
            CancellationToken.None
        );
        return true;
    }

    public Task Events(string lab, RunBatch batch)
    {
        if (!_mirrors.TryGetValue(lab, out LabMirror? mirror))
            return Task.CompletedTask;
        bool whole = mirror.Take(batch);
        Wake(lab);
        // Something was told while nobody took it: all of it comes with the snapshot.
        return whole ? Task.CompletedTask : Fill(lab, mirror);
    }

    public Task Lab(LabState state)
    {
        if (_mirrors.TryGetValue(state.Id, out LabMirror? mirror))
            mirror.Take(state);
        Wake(state.Id);
        return Task.CompletedTask;
    }

    public Task Scenarios(string lab, IReadOnlyList<Scenario> scenarios)
    {
        if (_mirrors.TryGetValue(lab, out LabMirror? mirror))
            mirror.Take(scenarios);
        Wake(lab);
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ViewerQueue(() => _viewers.Values.Sum(v => v.Viewer.Behind));
        using var timer = new PeriodicTimer(Renewal, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await Task.WhenAll(_mirrors.Keys.Select(Subscribe));
    }

    private void Wake(string lab)
    {
        foreach ((string of, Viewer viewer, _) in _viewers.Values)
        {
            if (of == lab)
                viewer.Wake();
        }
    }

    // Subscribed before the snapshot: what happens in between comes twice, with the same seq, and nothing is missed.
    private async Task Fill(string lab, LabMirror mirror)
    {
        await Subscribe(lab);
        mirror.Take((await grains.GetGrain<ILabGrain>(lab).Snapshot()).Value);
        Wake(lab);
    }

    private Task Subscribe(string lab) => grains.GetGrain<ILabGrain>(lab).Subscribe(_self ??= grains.CreateObjectReference<ILabOnlooker>(this));
}

internal static partial class LabRelayLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A page could not be sent what it lacks; it has to join again.")]
    public static partial void Failed(ILogger logger, Exception fault);
}
