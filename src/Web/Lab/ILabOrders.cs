using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Lab;

/// <summary>What the page asks of the lab; a test stands in for the link.</summary>
public interface ILabOrders
{
    /// <summary>Links and stays linked until the page is closed.</summary>
    Task Run(CancellationToken end);

    /// <summary>Opens a run and, unless it is to be played, makes its first step.</summary>
    Task<LabReply> Start(StartRun request, string? firstStep);

    Task<LabReply> Step(string run, string step);

    Task<LabReply> Play(string run);

    Task<LabReply> Next(string run);

    Task<LabReply> SkipWait(string run);

    Task<LabReply> WaitAndBind(string run);

    Task<LabReply> StopWaiting(string run);

    Task<LabReply> Reset();

    Task<LabReply> Pace(string run, int pauseMs);

    /// <summary>Has both hosts checked; the lab's state then says what was found.</summary>
    Task<LabReply> Check();

    Task<LabReply> WatchPort(int port);
}
