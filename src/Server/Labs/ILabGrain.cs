using Orleans.Concurrency;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>One lab: its hosts, its open runs and who looks on. Single-threaded; the hubs and the HTTP API only translate.</summary>
[Alias("lab")]
public interface ILabGrain : IGrainWithStringKey
{
    /// <summary>Makes the lab come to life: settles what an earlier server left running.</summary>
    [Alias("wake"), ResponseTimeout("00:05:00")]
    Task Wake();

    /// <summary>An agent announced its host on a connection.</summary>
    /// <param name="connection">The connection's id.</param>
    /// <param name="hello">What it said.</param>
    /// <param name="orders">By which orders go to it.</param>
    [Alias("joined")]
    Task<AgentWelcome> AgentJoined(string connection, [Immutable] AgentHello hello, IAgentOrders orders);

    /// <summary>A connection ended, whoever had it.</summary>
    [Alias("left")]
    Task AgentLeft(string connection);

    /// <summary>The measured distance of an agent's clock from the server's, in nanoseconds, and its uncertainty.</summary>
    [Alias("clock")]
    Task AgentClock(string connection, long offset, long uncertainty);

    /// <summary>What an agent hands over; it is stored when this returns.</summary>
    /// <returns>The highest item number now held; -1 when the connection never said Hello, or the report is none of an agent.</returns>
    [Alias("report")]
    Task<long> Report(string connection, [Immutable] AgentReport report);

    /// <summary>Adds or renews an onlooker; one that is not renewed within five minutes is dropped.</summary>
    [Alias("subscribe")]
    Task Subscribe(ILabOnlooker onlooker);

    /// <summary>The lab and the stored log of every open run.</summary>
    [Alias("snapshot")]
    Task<Immutable<LabSnapshot>> Snapshot();

    /// <summary>The lab without its logs.</summary>
    [Alias("state")]
    Task<Immutable<LabState>> State();

    /// <summary>What came of the cells of the matrix after a number; 0 for all.</summary>
    [Alias("matrix")]
    Task<Immutable<MatrixView>> Matrix(long since);

    /// <summary>A run as it was shown, open or not stored to its end yet; null for any other.</summary>
    [Alias("log")]
    Task<Immutable<(RunHeader Header, IReadOnlyList<RunEvent> Events)?>> Log(string run);

    /// <summary>Asks something of the lab; a lab that does not know the command refuses it.</summary>
    /// <param name="command">What.</param>
    /// <param name="wait">True to answer when it has ended and its events are stored; false when it has begun.</param>
    /// <remarks>
    /// A step may wait for what it waits for, two minutes at each action: no answer within the half minute that Orleans gives by default is no failure.
    /// </remarks>
    [Alias("ask"), ResponseTimeout("01:00:00")]
    Task<LabReply> Ask([Immutable] LabCommand command, bool wait);
}

/// <summary>Carries orders to one agent's connection, wherever in the cluster it is.</summary>
[Alias("agent-orders")]
public interface IAgentOrders : IGrainObserver
{
    /// <summary>Sends an order; whether it arrived shows in the agent's reports.</summary>
    [OneWay, Alias("give")]
    Task Give([Immutable] AgentOrder order);
}

/// <summary>Carries what is new to the browsers of one server.</summary>
[Alias("lab-onlooker")]
public interface ILabOnlooker : IGrainObserver
{
    /// <summary>Events that were stored, in order of seq.</summary>
    [OneWay, Alias("events")]
    Task Events(string lab, [Immutable] RunBatch batch);

    /// <summary>The lab has changed.</summary>
    [OneWay, Alias("lab")]
    Task Lab([Immutable] LabState state);

    /// <summary>The catalogue has changed: a file was edited.</summary>
    [OneWay, Alias("scenarios")]
    Task Scenarios(string lab, [Immutable] IReadOnlyList<Scenario> scenarios);
}
