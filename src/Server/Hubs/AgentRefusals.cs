using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>Logs which agents and reports were refused: each kind once in ten seconds, however often somebody tries.</summary>
internal sealed partial class AgentRefusals(TimeProvider time, ILogger<AgentHub> logger)
{
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _told = [];

    public void Agent(Message why)
    {
        if (IsNews(why.Code))
            LogAgent(TextCatalog.English[why]);
    }

    public void Report(string connection)
    {
        if (IsNews("report"))
            LogReport(connection);
    }

    private bool IsNews(string kind)
    {
        lock (_lock)
        {
            if (_told.TryGetValue(kind, out long at) && time.GetElapsedTime(at) < Apart)
                return false;
            _told[kind] = time.GetTimestamp();
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An agent was not taken: {Why}")]
    private partial void LogAgent(string why);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A report of the agent on connection {Connection} was refused: it had not joined, or the report holds more than one may"
    )]
    private partial void LogReport(string connection);
}
