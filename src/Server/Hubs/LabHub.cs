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

    public Task<LabReply> StartRun(StartRun request) => Order(lab => lab.StartRun(request));

    public Task<LabReply> RunStep(string run, string step) => Order(lab => lab.RunStep(run, step, wait: false));

    public Task<LabReply> Play(string run) => Order(lab => lab.Play(run));

    public Task<LabReply> NextCall(string run) => Order(lab => lab.NextCall(run, wait: false));

    public Task<LabReply> SkipWait(string run) => Order(lab => lab.SkipWait(run, wait: false));

    public Task<LabReply> WaitAndBind(string run) => Order(lab => lab.WaitAndBind(run));

    public Task<LabReply> StopWaiting(string run) => Order(lab => lab.StopWaiting(run));

    public Task<LabReply> Reset() => Order(lab => lab.Reset());

    public Task<LabReply> Pace(string run, int pauseMs) => Order(lab => lab.Pace(run, pauseMs));

    public Task<LabReply> Check() => Order(async lab =>
    {
        await lab.Check();
        return LabReply.Done(null);
    });

    public Task<LabReply> WatchPort(int port) => Order(lab => lab.WatchPort(port));

    public async Task<IReadOnlyList<RunEvent>> Since(string run, long seq) => BrowserEvents.Of((await Lab.Since(run, seq)).Value);

    private async Task<LabReply> Order(Func<ILabGrain, Task<LabReply>> order)
    {
        ILabGrain lab = Lab;
        LabReply reply = await order(lab);
        return reply with { Version = await lab.Version() };
    }

    private ILabGrain Lab => Context.Items[LabKey] is string lab ? grains.GetGrain<ILabGrain>(lab) : throw new HubException("Join a lab first.");
}
