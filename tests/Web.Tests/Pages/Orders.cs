using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Lab;

namespace ReuseAddrDashboard.Web.Tests.Pages;

/// <summary>Stands in for the link: keeps what was asked and gives the reply that a test wants.</summary>
internal sealed class Orders : ILabOrders
{
    public List<string> Asked { get; } = [];

    public StartRun? Started { get; private set; }

    public LabReply Reply { get; set; } = LabReply.Done("r");

    public Task Run(CancellationToken end) => Task.CompletedTask;

    public Task<LabReply> Start(StartRun request, string? firstStep)
    {
        Started = request;
        return Ask($"start {firstStep}");
    }

    public Task<LabReply> Step(string run, string step) => Ask($"step {step}");

    public Task<LabReply> Play(string run) => Ask("play");

    public Task<LabReply> Next(string run) => Ask("next");

    public Task<LabReply> SkipWait(string run) => Ask("skip-wait");

    public Task<LabReply> WaitAndBind(string run) => Ask("wait-and-bind");

    public Task<LabReply> StopWaiting(string run) => Ask("stop-waiting");

    public Task<LabReply> Reset() => Ask("reset");

    public Task<LabReply> Pace(string run, int pauseMs) => Ask($"pace {pauseMs}");

    public Task<LabReply> Check() => Ask("check");

    public Task<LabReply> WatchPort(int port) => Ask($"watch {port}");

    private Task<LabReply> Ask(string what)
    {
        Asked.Add(what);
        return Task.FromResult(Reply);
    }
}
