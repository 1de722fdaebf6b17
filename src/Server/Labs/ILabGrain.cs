using Orleans.Concurrency;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>One lab: its two hosts, its open run and who looks on. Single-threaded; the hubs and the HTTP API only translate.</summary>
[Alias("lab")]
public interface ILabGrain : IGrainWithStringKey
{
    /// <summary>Makes the lab come to life: settles what an earlier server left running.</summary>
    [Alias("wake")]
    Task Wake();

    [Alias("joined")]
    Task<AgentWelcome> AgentJoined(string connection, [Immutable] AgentHello hello, IAgentOrders orders);

    [Alias("left")]
    Task AgentLeft(string connection);

    /// <summary>The measured distance of an agent's clock from the server's, in nanoseconds, and its uncertainty.</summary>
    [Alias("clock")]
    Task AgentClock(string connection, long offset, long uncertainty);

    /// <returns>The highest item number now held; -1 when the connection never said Hello.</returns>
    [Alias("report")]
    Task<long> Report(string connection, [Immutable] AgentReport report);

    /// <summary>Adds or renews an onlooker; one that is not renewed within five minutes is dropped.</summary>
    [Alias("subscribe")]
    Task Subscribe(ILabOnlooker onlooker);

    [Alias("snapshot")]
    Task<Immutable<LabSnapshot>> Snapshot();

    [Alias("state")]
    Task<Immutable<LabState>> State();

    /// <summary>The version of <see cref="State"/>.</summary>
    [Alias("version")]
    Task<long> Version();

    [Alias("since")]
    Task<Immutable<IReadOnlyList<RunEvent>>> Since(string run, long seq);

    [Alias("start")]
    Task<LabReply> StartRun([Immutable] StartRun request);

    /// <param name="wait">True to answer when the step has ended and not when it has begun.</param>
    [Alias("step")]
    Task<LabReply> RunStep(string run, string step, bool wait);

    [Alias("play")]
    Task<LabReply> Play(string run);

    [Alias("next")]
    Task<LabReply> NextCall(string run, bool wait);

    /// <summary>Destroys the TIME-WAIT sockets of the open run (SOCK_DESTROY), so that nobody has to wait for them.</summary>
    [Alias("skip-wait")]
    Task<LabReply> SkipWait(string run, bool wait);

    /// <summary>Makes the rebind once a second until it succeeds; answers at once.</summary>
    [Alias("wait-and-bind")]
    Task<LabReply> WaitAndBind(string run);

    /// <summary>Ends <see cref="WaitAndBind"/> between two attempts; nothing to do is no failure.</summary>
    [Alias("stop-waiting")]
    Task<LabReply> StopWaiting(string run);

    [Alias("reset")]
    Task<LabReply> Reset();

    [Alias("pace")]
    Task<LabReply> Pace(string run, int pauseMs);

    /// <summary>Checks both hosts side by side, anew also where a check is going on; answers when both have answered.</summary>
    [Alias("check")]
    Task<Immutable<LabCheck>> Check();

    [Alias("port")]
    Task<LabReply> WatchPort(int port);
}

/// <summary>Carries orders to one agent's connection, wherever in the cluster it is.</summary>
[Alias("agent-orders")]
public interface IAgentOrders : IGrainObserver
{
    [OneWay, Alias("call")]
    Task Call([Immutable] SocketCommand command);

    [OneWay, Alias("watch")]
    Task Watch([Immutable] WatchOrder order);

    [OneWay, Alias("look")]
    Task Look(long id);

    [OneWay, Alias("close-all")]
    Task CloseAll(long id);

    [OneWay, Alias("check")]
    Task Check([Immutable] CheckOrder order);

    [OneWay, Alias("destroy")]
    Task Destroy([Immutable] DestroyOrder order);
}

/// <summary>Carries what is new to the browsers of one server.</summary>
[Alias("lab-onlooker")]
public interface ILabOnlooker : IGrainObserver
{
    [OneWay, Alias("events")]
    Task Events(string lab, [Immutable] RunBatch batch);

    [OneWay, Alias("lab")]
    Task Lab([Immutable] LabState state);
}
