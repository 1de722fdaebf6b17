using Microsoft.AspNetCore.SignalR;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>Translates between a browser's connection and a lab; decides nothing.</summary>
internal sealed class LabHub(IGrainFactory grains, LabRelay relay) : Hub<ILabClient>, ILabHub
{
    private const string LabKey = "lab";

    public async Task<LabSnapshot> Join(string lab)
    {
        if (lab != HubRoutes.LocalLab)
            throw new HubException($"There is no such lab. Open the lab '{HubRoutes.LocalLab}'.");
        // Subscribed before the snapshot: what happens in between comes twice, with the same seq, and nothing is missed.
        await relay.Follow(lab);
        await Groups.AddToGroupAsync(Context.ConnectionId, lab);
        Context.Items[LabKey] = lab;
        LabSnapshot snapshot = (await grains.GetGrain<ILabGrain>(lab).Snapshot()).Value;
        return snapshot with { Events = BrowserEvents.Of(snapshot.Events) };
    }

    public Task<LabReply> StartRun(StartRun request) => Lab.StartRun(request);

    public Task<LabReply> RunStep(string run, string step) => Lab.RunStep(run, step, wait: false);

    public Task<LabReply> Play(string run) => Lab.Play(run);

    public Task<LabReply> NextCall(string run) => Lab.NextCall(run, wait: false);

    public Task<LabReply> SkipWait(string run) => Lab.SkipWait(run, wait: false);

    public Task<LabReply> WaitAndBind(string run) => Lab.WaitAndBind(run);

    public Task<LabReply> StopWaiting(string run) => Lab.StopWaiting(run);

    public Task<LabReply> Reset() => Lab.Reset();

    public Task<LabReply> Pace(string run, int pauseMs) => Lab.Pace(run, pauseMs);

    public async Task<LabReply> Check()
    {
        await Lab.Check();
        return LabReply.Done(null);
    }

    public Task<LabReply> WatchPort(int port) => Lab.WatchPort(port);

    public async Task<IReadOnlyList<RunEvent>> Since(string run, long seq) => BrowserEvents.Of((await Lab.Since(run, seq)).Value);

    private ILabGrain Lab => Context.Items[LabKey] is string lab ? grains.GetGrain<ILabGrain>(lab) : throw new HubException("Join a lab first.");
}
