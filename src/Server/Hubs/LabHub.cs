using System.Threading.RateLimiting;
using Microsoft.AspNetCore.SignalR;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>Translates between a browser's connection and a lab; decides nothing.</summary>
internal sealed class LabHub(IGrainFactory grains, LabSetups setups, LabRelay relay, TimeProvider time) : Hub<ILabClient>, ILabHub
{
    private const string LabKey = "lab",
        PaceKey = "pace";

    // Far beyond what a person presses, far below what holds a lab up.
    private static readonly TokenBucketRateLimiterOptions Pace = new()
    {
        TokenLimit = 100,
        TokensPerPeriod = 50,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        AutoReplenishment = false,
    };

    // Calls of one connection are taken in turn: one that floods waits for its own answers, and its messages stay with it.
    private static readonly TimeSpan Refusing = TimeSpan.FromMilliseconds(50);

    public async Task<Message?> Join(string lab, IReadOnlyDictionary<string, long>? has, string? server)
    {
        if (!await KeepsPace())
            return new(LabRefusals.TooFast);
        if (lab is "")
            lab = setups.All[0].Id;
        if (lab is null || setups.Find(lab) is null)
            return Message.Of(LabRefusals.NoSuchLab, ("lab", LabRefusals.Short(lab ?? "")), ("known", string.Join(", ", setups.All.Select(l => l.Id))));
        Context.Items[LabKey] = lab;
        // What came from another process need not be what this one has.
        bool same = server == DashboardInstance.Id && has is { Count: <= LabLimits.Runs } && has.All(h => h.Value >= 0);
        return await relay.Show(Context.ConnectionId, lab, same ? has! : new Dictionary<string, long>(), Context.ConnectionAborted, Context.Abort)
            ? null
            : Message.Of(LabRefusals.TooManyViewers, ("most", LabRelay.MaxViewers));
    }

    public async Task<LabReply> Ask(LabCommand command)
    {
        if (!await KeepsPace())
            return new LabReply(new Message(LabRefusals.TooFast));
        if (!IsWhole(command))
            return new LabReply(new Message(LabRefusals.Incomplete));
        return Context.Items[LabKey] is string lab
            ? await grains.GetGrain<ILabGrain>(lab).Ask(command, wait: false)
            : new LabReply(new Message(LabRefusals.NotJoined));
    }

    // JSON may leave out, or say null, where the record has something.
    private static bool IsWhole(LabCommand? command) =>
        command switch
        {
            null => false,
            RunStep { Run: null }
            or RunStep { Step: null }
            or NextAction { Run: null }
            or PlayRun { Run: null }
            or PauseRun { Run: null }
            or PredictRun { Run: null }
            or PredictRun { Choice: null }
            or SkipWait { Run: null }
            or RepeatStep { Run: null }
            or StopRepeating { Run: null }
            or ChangePace { Run: null }
            or AddAction { Run: null }
            or AddAction { Action: null }
            or WatchPorts { Ports: null } => false,
            _ => true,
        };

    private async Task<bool> KeepsPace()
    {
        if (Context.Items[PaceKey] is not TokenBucketRateLimiter pace)
            Context.Items[PaceKey] = pace = new(Pace);
        pace.TryReplenish();
        using RateLimitLease lease = pace.AttemptAcquire();
        if (!lease.IsAcquired)
            await Task.Delay(Refusing, time, Context.ConnectionAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return lease.IsAcquired;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        (Context.Items[PaceKey] as TokenBucketRateLimiter)?.Dispose();
        return Task.CompletedTask;
    }
}
