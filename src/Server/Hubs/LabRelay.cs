using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>Takes what is new in a lab once for this server and hands it to all its browsers.</summary>
internal sealed class LabRelay(IGrainFactory grains, IHubContext<LabHub, ILabClient> browsers, TimeProvider time) : BackgroundService, ILabOnlooker
{
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, bool> _labs = [];
    private ILabOnlooker? _self;

    public Task Follow(string lab)
    {
        _labs[lab] = true;
        return Subscribe(lab);
    }

    public Task Events(string lab, RunBatch batch) => browsers.Clients.Group(lab).Events(batch with { Events = BrowserEvents.Of(batch.Events) });

    public Task Lab(LabState state) => browsers.Clients.Group(state.Id).Lab(state);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Renewal, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await Task.WhenAll(_labs.Keys.Select(Subscribe));
    }

    private Task Subscribe(string lab) => grains.GetGrain<ILabGrain>(lab).Subscribe(_self ??= grains.CreateObjectReference<ILabOnlooker>(this));
}
